"""An account: who somebody is, what they may do and where, and how they got in. Pure: every change is a new account."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.verification.domain.staff.second_factor import SecondFactor, digest_of
from shared.errors import BadInput, DomainError, FieldProblem

_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._\-]{1,62}(@[a-z0-9][a-z0-9.\-]{1,62})?")
_ALONE: Final = frozenset({"admin", "auditor"})  # who manages accounts, or watches, does not work on requests with the same account
_LONGEST_NAME: Final = 80  # characters: fits a line of the staff page

VILLAGE: Final = "village"
COURT: Final = "court"


class AccountState(StrEnum):
    """The state of an account: invited until it is set up; locked by an admin; left for good."""

    INVITED = "invited"
    ACTIVE = "active"
    LOCKED = "locked"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Posting:
    """What somebody may do, and where: villages or districts by their codes, one court by its.

    `groups`: of services, which they are given work of; empty: all. They forbid nothing.
    """

    roles: frozenset[str]
    area: tuple[str, ...] = ()
    court: str | None = None
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Invitation:
    """A code that lets somebody set up an account once. Only its digest is kept."""

    digest: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StaffAccount:
    """Somebody who works here. `pending` is the second factor that is not confirmed by a code yet."""

    id: str
    login: str
    name: str
    posting: Posting
    invited_by: str
    invited_at: datetime
    state: AccountState = AccountState.INVITED
    invitation: Invitation | None = None
    password_hash: str | None = field(default=None, repr=False)
    factor: SecondFactor | None = field(default=None, repr=False)
    pending: SecondFactor | None = field(default=None, repr=False)
    signed_in_at: datetime | None = None

    @property
    def may_sign_in(self) -> bool:
        """Return whether a right password and code let somebody in."""
        return self.state is AccountState.ACTIVE and self.password_hash is not None and self.factor is not None


def read_login(text: str) -> str:
    """Return a login name in the form it is kept.

    Raises:
        BadInput: `login_malformed`.
    """
    login = text.strip().lower()
    if not _LOGIN.fullmatch(login):
        raise BadInput("login_malformed", problems=[FieldProblem("login", "login_malformed")])
    return login


def read_name(text: str) -> str:
    """Return a display name.

    Raises:
        BadInput: `name_malformed`.
    """
    name = " ".join(text.split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise BadInput("name_malformed", problems=[FieldProblem("name", "name_malformed")])
    return name


def check_posting(
    posting: Posting, *, roles: Collection[str], places: Collection[str], courts: Collection[str], groups: Collection[str]
) -> None:
    """Check that a posting means something.

    Raises:
        BadInput: `posting_wrong`, with a problem for each field.
    """
    problems = []
    if not posting.roles or not posting.roles <= set(roles):
        problems.append(FieldProblem("roles", "roles_unknown" if posting.roles else "roles_missing"))
    elif posting.roles & _ALONE and len(posting.roles) > 1:
        problems.append(FieldProblem("roles", "role_stands_alone"))
    if not set(posting.area) <= set(places):
        problems.append(FieldProblem("area", "area_unknown"))
    elif VILLAGE in posting.roles and not posting.area:
        problems.append(FieldProblem("area", "area_missing"))
    if posting.court is not None and posting.court not in courts:
        problems.append(FieldProblem("court", "court_unknown"))
    elif (COURT in posting.roles) != (posting.court is not None):
        problems.append(FieldProblem("court", "court_missing" if posting.court is None else "court_needless"))
    if not posting.groups <= set(groups):
        problems.append(FieldProblem("groups", "groups_unknown"))
    if problems:
        raise BadInput("posting_wrong", problems=problems)


def invited(account: StaffAccount, code: str, *, at: datetime, lasts: timedelta) -> StaffAccount:
    """Let somebody set up the account, for the first time or again: its password and second factor end with that.

    Raises:
        DomainError: `account_left`.
    """
    _refuse_left(account)
    invitation = Invitation(digest_of(code), at + lasts)
    return replace(account, state=AccountState.INVITED, invitation=invitation, password_hash=None, factor=None, pending=None)


def is_open(account: StaffAccount, code: str, *, at: datetime) -> bool:
    """Return whether this code may set up the account at that moment."""
    invitation = account.invitation
    known = account.state is AccountState.INVITED and invitation is not None and invitation.digest == digest_of(code)
    return known and invitation is not None and at < invitation.expires_at


def begun(account: StaffAccount, password_hash: str, factor: SecondFactor) -> StaffAccount:
    """Keep what was chosen until a code confirms it. May be done again while the invitation is open."""
    return replace(account, password_hash=password_hash, pending=factor)


def set_up(account: StaffAccount, factor: SecondFactor, *, at: datetime) -> StaffAccount:
    """Open the account with the factor that a code confirmed; the invitation is used up."""
    return replace(account, state=AccountState.ACTIVE, invitation=None, factor=factor, pending=None, signed_in_at=at)


def signed_in(account: StaffAccount, factor: SecondFactor, *, at: datetime) -> StaffAccount:
    """Note a sign-in with the factor after its code."""
    return replace(account, factor=factor, signed_in_at=at)


def came_from_office(account: StaffAccount, *, at: datetime) -> StaffAccount:
    """Note a sign-in by the regency's own sign-in; it opens an account that was only invited, which then has no password here."""
    if account.state is AccountState.INVITED:
        account = replace(account, state=AccountState.ACTIVE, invitation=None, pending=None, password_hash=None)
    return replace(account, signed_in_at=at)


def posted(account: StaffAccount, posting: Posting, name: str) -> StaffAccount:
    """Change what somebody may do, where, and how they are called.

    Raises:
        DomainError: `account_left`.
    """
    _refuse_left(account)
    return replace(account, posting=posting, name=name)


def locked(account: StaffAccount) -> StaffAccount:
    """Lock an account until an admin opens it.

    Raises:
        DomainError: `account_left`, or `account_not_active`.
    """
    _refuse_left(account)
    if account.state is not AccountState.ACTIVE:
        raise DomainError("account_not_active")
    return replace(account, state=AccountState.LOCKED)


def unlocked(account: StaffAccount) -> StaffAccount:
    """Open a locked account.

    Raises:
        DomainError: `account_not_locked`.
    """
    if account.state is not AccountState.LOCKED:
        raise DomainError("account_not_locked")
    return replace(account, state=AccountState.ACTIVE)


def left(account: StaffAccount) -> StaffAccount:
    """Close an account for good: its name stays taken, so that what it did is never somebody else's."""
    return replace(account, state=AccountState.LEFT, invitation=None, password_hash=None, factor=None, pending=None)


def _refuse_left(account: StaffAccount) -> None:
    if account.state is AccountState.LEFT:
        raise DomainError("account_left")
