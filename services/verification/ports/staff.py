"""What the handlers of accounts need: accounts, tries and sessions of a unit of work, plain reads, and passwords."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from services.verification.domain.staff.account import StaffAccount
from services.verification.domain.staff.session import SessionLimits, StaffSession
from services.verification.domain.staff.sign_in import PasswordStep
from services.verification.domain.staff.tries import SignInTries
from shared.clock import Clock


class StaffAccounts(Protocol):
    """The accounts of this unit of work."""

    async def get(self, account_id: str) -> StaffAccount:
        """Return the account; NotFound where there is none."""

    async def find_by_login(self, login: str) -> StaffAccount | None:
        """Return the account of this name, or None."""

    async def find_by_invitation(self, digest: str) -> StaffAccount | None:
        """Return the account that this invitation sets up, or None."""

    def add(self, account: StaffAccount) -> None:
        """Store a new account; LostRace at the commit where the name was taken meanwhile."""

    def save(self, account: StaffAccount) -> None:
        """Store a changed account that was read in this unit."""


class SignIns(Protocol):
    """Tries, and passwords that were right and wait for their code."""

    async def tries(self, key: str) -> SignInTries:
        """Return the tries under a name, none where nobody tried."""

    def put_tries(self, tries: SignInTries) -> None:
        """Store tries that were read in this unit."""

    async def find_step(self, step_id: str) -> PasswordStep | None:
        """Return a password that was right, or None."""

    def add_step(self, step: PasswordStep) -> None:
        """Store a password that was right."""

    def end_step(self, step: PasswordStep) -> None:
        """Remove it: its code came."""


class StaffSessions(Protocol):
    """The sessions of this unit of work."""

    def add(self, session: StaffSession) -> None:
        """Store a new session."""

    def end(self, account_id: str, *, at: datetime, only: str | None = None, but: str | None = None) -> None:
        """End sessions of an account that are alive: all, `only` this one, or all `but` this one."""


class Staff(Protocol):
    """Everything about people who work here, in one unit of work."""

    @property
    def accounts(self) -> StaffAccounts:
        """The accounts."""

    @property
    def sign_ins(self) -> SignIns:
        """Tries and half sign-ins."""

    @property
    def sessions(self) -> StaffSessions:
        """The sessions."""


class StaffShow(StrEnum):
    """Which accounts a list shows."""

    ALL = "semua"
    INVITED = "diundang"
    ACTIVE = "aktif"
    LOCKED = "dikunci"
    LEFT = "keluar"


@dataclass(frozen=True, slots=True)
class StaffQuery:
    """The filters of the list of accounts. `text`: beginnings of names."""

    show: StaffShow = StaffShow.ALL
    role: str | None = None
    text: str | None = None
    after: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class StaffPage:
    """A page of accounts by name, and the cursor of the next page (None: this is the last)."""

    accounts: tuple[StaffAccount, ...]
    next: str | None


class StaffReader(Protocol):
    """Plain reads, outside any unit of work."""

    async def page(self, query: StaffQuery) -> StaffPage:
        """Return one page of accounts."""

    async def counts(self) -> Mapping[str, int]:
        """Return how many accounts there are in each state."""

    async def names(self, account_ids: Collection[str]) -> Mapping[str, str]:
        """Return the names of accounts as colleagues say them; of who has none, nothing."""

    async def logins(self) -> Mapping[str, str]:
        """Return the names of all accounts but those of people who left, by account."""

    async def sessions(self, account_id: str, *, at: datetime) -> Sequence[StaffSession]:
        """Return the sessions of an account that were not ended, the latest first."""

    async def renew(self, session_id: str, *, at: datetime, idle: timedelta) -> StaffSession | None:
        """Return a session that may be renewed, and note that it was seen, in one call; None where it ended."""

    async def is_alive(self, session_id: str) -> bool:
        """Return whether a session was not ended. How long its token lasts stands in the token."""

    async def paused(self, keys: Iterable[str], *, at: datetime) -> Mapping[str, datetime]:
        """Return until when the names with these keys are paused, for those that are."""


class PasswordHasher(Protocol):
    """Argon2id, off the event loop: each takes a tenth of a second of a core."""

    async def hash(self, password: str) -> str:
        """Return the hash of a password; Transient where too many wait."""

    async def matches(self, password: str, known: str | None) -> bool:
        """Return whether it is the password of this hash. Without a hash it takes as long, and is False."""


class SessionSigner(Protocol):
    """Signs the tokens of sessions."""

    def token(self, session: StaffSession, at: datetime) -> str:
        """Return a token of a session that is alive at that moment."""


class OfficeAccounts(Protocol):
    """The regency's own sign-in (OpenID Connect)."""

    async def address(self, *, state: str, nonce: str, verifier: str) -> str:
        """Return where the browser is sent; Transient where the issuer can't be reached."""

    async def login_of(self, code: str, *, nonce: str, verifier: str) -> str:
        """Return the name of the account that the issuer vouches for.

        Raises:
            Unauthorized: `office_refused`: it vouches for nobody.
            Transient: `office_unreachable`.
        """


@dataclass(frozen=True, slots=True)
class StaffDeps:
    """The dependencies of the handlers of accounts."""

    clock: Clock
    new_id: Callable[[], str]
    new_code: Callable[[int], str]
    hasher: PasswordHasher
    reader: StaffReader
    limits: SessionLimits
    first_pause: timedelta
    invitation_lasts: timedelta
    roles: Collection[str]
    places: Collection[str]
    """Codes of the villages and districts that an account may be limited to."""
    courts: Collection[str]
    groups: Collection[str]
    """Groups of services that an account may be limited to."""
