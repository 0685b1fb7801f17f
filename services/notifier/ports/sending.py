"""Jobs and lanes, plain reads of them, and the ways out to WhatsApp, courts and issuance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.notifier.domain.facts import NoticeKind
from services.notifier.domain.job import Job, JobState, Progress
from services.notifier.domain.message import CourtCallback, DocumentFile, Message
from services.notifier.domain.outcome import Known, Outcome, SendVerdict
from services.notifier.domain.pacing import Bucket, SenderState
from services.notifier.domain.tally import MessageTally
from shared.values import Channel


@dataclass(frozen=True, slots=True)
class EarlyStatus:
    """A status of a message that no job is known for yet, kept by wamid until one is."""

    provider_id: str
    progress: Progress
    at: datetime
    error_code: int | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """A recipient's lane, leased to us; `revision` counts what was put in, `held_since`: something waits for the person to write.

    `pair` is the recipient's own token bucket. `lost_at`: when the address changed hands last.
    """

    key: str
    revision: int
    pair: Bucket | None
    inbound_at: datetime | None
    held_since: datetime | None = None
    lost_at: datetime | None = None


class Lanes(Protocol):
    """The lanes, one per recipient: whoever holds the lease of a lane is the only one to send to that recipient."""

    async def due(self, channel: str, at: datetime, limit: int) -> tuple[list[str], datetime | None]:
        """Return the lanes with something to do, longest waiting first, and when the next one will be due."""

    async def claim(self, key: str, token: str, lease_seconds: float) -> Lane | None:
        """Take the lease by the server's clock; None where somebody holds it."""

    async def renew(self, tokens: Mapping[str, str], lease_seconds: float) -> frozenset[str]:
        """Renew leases (lane -> token) for so long from now; return the lanes that are still held."""

    async def reread(self, key: str, token: str) -> Lane | None:
        """Return the lane as it is now; None where the lease was lost."""

    async def release(self, lane: Lane, token: str, due_at: datetime | None) -> bool:
        """Release it until `due_at` (None: its next revision) and store its bucket; False where the revision rose or the lease was lost."""

    async def abandon(self, key: str, token: str, due_at: datetime) -> None:
        """Release the lane whatever its revision: something went wrong, look again at `due_at`."""


class Jobs(Protocol):
    """Jobs outside a unit of work: the sender's own steps are single writes guarded by the version that was read."""

    async def heads(self, lane: str) -> list[tuple[Job, int]]:
        """Return the first open job of the lane and the one behind it, with their versions."""

    async def replace(self, job: Job, version: int) -> int | None:
        """Write the next state over that version; return the new version, or None where another was first."""


class EarlyStatuses(Protocol):
    """Statuses that came before our own record of the message."""

    async def explained(self, limit: int) -> list[EarlyStatus]:
        """Return kept statuses whose job is known by now, of all that were kept lately."""

    async def of_messages(self, provider_ids: Sequence[str]) -> list[EarlyStatus]:
        """Return the kept statuses of these messages."""


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job with its version."""

    job: Job
    version: int


@dataclass(frozen=True, slots=True)
class JobQuery:
    """A list's filter. No states: all; `search`: a reference's beginning; `phone`: where it went; `after`: `next` of the page before."""

    states: tuple[JobState, ...] = ()
    search: str = ""
    after: str | None = None
    limit: int = 50
    channel: Channel | None = None
    kind: NoticeKind | None = None
    reason: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class JobPage:
    """Jobs, newest first, and where the next page begins (None: this is the last)."""

    rows: tuple[JobRow, ...]
    next: str | None


class JobReader(Protocol):
    """Plain reads for operators, outside any unit of work."""

    async def get(self, key: str) -> JobRow:
        """Return one job; raises NotFound (`jobs_not_found`)."""

    async def page(self, query: JobQuery) -> JobPage:
        """Return one page; raises BadInput (`cursor_malformed`)."""

    async def counts(self) -> Mapping[str, int]:
        """Return how many jobs are in each state."""

    async def tally(self, *, since: datetime, at: datetime) -> MessageTally:
        """Return how far the messages came that were made since then."""

    async def count(self, states: Sequence[JobState], search: str = "") -> int:
        """Return how many jobs are in these states; none: all. `search` and `reason` as in `JobQuery`."""

    async def matching(self, query: JobQuery, most: int) -> int:
        """Return how many jobs the filter has, counted up to `most`."""

    async def failures(self) -> Mapping[str, int]:
        """Return how many failed jobs wait, by the code of their reason, most first."""

    async def progress_since(self, since: datetime) -> Mapping[tuple[JobState, Progress], int]:
        """Return how far the jobs came that were made since then."""

    async def of_person(self, lane: str, limit: int) -> tuple[JobRow, ...]:
        """Return what was said to whoever this lane belongs to, in it and about its requests over other channels, newest first."""

    async def newest(self) -> str | None:
        """Return the place of the newest job, as `after` names one."""

    async def count_newer(self, query: JobQuery, place: str, most: int) -> int:
        """Return how many jobs the filter has above a place, counted up to `most`; raises BadInput (`cursor_malformed`)."""

    async def oldest_open_seconds(self, channel: Channel, at: datetime) -> float:
        """Return the age of the channel's oldest job in flight, but for broadcasts, which wait for their hours; 0 where there is none."""


class Senders(Protocol):
    """The state of the WhatsApp number, shared by every process."""

    async def load(self) -> tuple[SenderState, int]:
        """Return the state with its version (0: never stored)."""

    async def swap(self, state: SenderState, version: int, *, durable: bool = True) -> bool:
        """Write it over that version; return False where another was first. What only counts tokens need not outlive a failover."""


class SenderLimiter(Protocol):
    """The limits of the WhatsApp number, over all processes."""

    async def state(self) -> SenderState:
        """Return the sender's state, at most a second old."""

    async def hold_seconds(self) -> float:
        """Return how long nobody may send: 0 = go on, infinity = until an operator resumes."""

    async def admit(self, *, yields: bool = False) -> float:
        """Take the right to send one message; return 0, or the seconds after which to ask again (infinity while paused).

        `yields`: it gives way, so that whoever does not finds a token.
        """

    async def warm(self) -> None:
        """Have a token at hand when it will be wanted."""

    async def apply(self, verdict: SendVerdict) -> None:
        """Let everyone wait, or stop, where the provider's answer says so; a success takes one step of a slow-down back."""

    async def pause(self, reason: str, by: str | None = None) -> SenderState:
        """Stop sending to WhatsApp until `resume`; jobs stay where they are. `by`: who says so; None: the provider."""

    async def resume(self) -> SenderState:
        """Send again."""


class Messenger(Protocol):
    """Outgoing WhatsApp messages."""

    async def send(self, address: str, message: Message, *, media_id: str | None, effect_key: str) -> Outcome:
        """Send one message; never raises for what the provider or the network does."""

    async def upload(self, content: bytes, *, file_name: str, media_type: str) -> Outcome:
        """Upload a file; `Accepted.provider_id` is its media id."""


class Courts(Protocol):
    """Outgoing callbacks to courts."""

    async def call(self, callback: CourtCallback) -> Outcome:
        """Deliver one signed callback; never raises for what the court or the network does."""

    async def has(self, callback: CourtCallback) -> Known:
        """Ask whether the court has it."""


class DocumentSource(Protocol):
    """Documents held by issuance."""

    async def fetch(self, file: DocumentFile) -> bytes:
        """Return the bytes, whose sha256 is the one that was announced; raises Transient or Permanent."""
