"""What the handlers need from outside: the unit of work, jobs and lanes, and the ways out to WhatsApp, courts and issuance."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from services.notifier.domain.facts import Fact, NoticeKind
from services.notifier.domain.job import Job, JobState, Progress
from services.notifier.domain.message import CourtCallback, DocumentFile, Message
from services.notifier.domain.outcome import Known, Outcome, SendVerdict
from services.notifier.domain.pacing import Bucket, Rate, SenderState
from services.notifier.domain.policy import SendPolicy
from services.notifier.domain.tally import MessageTally
from services.notifier.domain.texts import NoticeTexts
from shared.clock import Clock
from shared.values import Channel

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class EarlyStatus:
    """A status of a message that no job is known for yet, kept by wamid until one is."""

    provider_id: str
    progress: Progress
    at: datetime
    error_code: int | None = None


class Tx(Protocol):
    """The notifier's unit of work."""

    async def find_job(self, key: str) -> Job | None:
        """Return the job of that effect."""

    async def get_job(self, key: str) -> Job:
        """Return the job of that effect; raises NotFound (`jobs_not_found`)."""

    async def find_job_by_provider_id(self, provider_id: str) -> Job | None:
        """Return the job one of whose tries the provider knows by that id."""

    async def prefetch_jobs_by_provider_id(self, provider_ids: Iterable[str]) -> None:
        """Read many jobs at once by the provider's ids, in one query."""

    async def prefetch_jobs(self, keys: Iterable[str]) -> None:
        """Read many jobs at once, in one query."""

    def add_job(self, job: Job) -> None:
        """Add a new job and raise its lane's revision."""

    def save_job(self, job: Job) -> None:
        """Save the next state of a job and raise its lane's revision, unless it had left the lane before."""

    def emit(self, *facts: Fact) -> None:
        """Emit what became true of jobs that were added or saved before."""

    def note_lost(self, lane: str, at: datetime) -> None:
        """Note that whoever was known at the lane's address before that moment has it no more."""

    async def jobs_in(self, lane: str, states: Collection[JobState]) -> tuple[Job, ...]:
        """Return what is in the lane in these states, which are open ones or `held`."""

    def note_held(self, lane: str, since: datetime | None) -> None:
        """Note since when something is held in the lane; None: nothing is. `save_job` notes by itself what it begins to hold."""

    def note_inbound(self, lane: str, at: datetime) -> None:
        """Note that the person wrote at that time: the 24-hour window of the lane is open from then."""

    def keep_status(self, status: EarlyStatus) -> None:
        """Keep a status for a job that will turn up."""

    def drop_status(self, status: EarlyStatus) -> None:
        """Forget a kept status that was taken in."""


class Transact(Protocol):
    """A function that runs a body in a unit of work of its own, with fresh reads when it lost a race."""

    async def __call__(self, body: Callable[[Tx], Awaitable[R]], job: Job | None = None) -> R:
        """Run `body`; `job` gives correlation and trace to what it emits."""


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

    async def heads(self, lane: str, limit: int) -> list[tuple[Job, int]]:
        """Return the first open jobs of the lane in their order, with their versions."""

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
        """Return the age of the channel's oldest job that is still in flight; 0 where there is none."""


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

    async def admit(self) -> float:
        """Take the right to send one message; return 0, or the seconds after which to ask again (infinity while paused)."""

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


@dataclass(frozen=True, slots=True)
class Deps:
    """The dependencies of the handlers."""

    clock: Clock
    jitter: Callable[[], float]
    policy: SendPolicy
    texts: NoticeTexts
    pair_rate: Rate
    transact: Transact
    lanes: Lanes
    jobs: Jobs
    early_statuses: EarlyStatuses
    job_reader: JobReader
    sender_limiter: SenderLimiter
    messenger: Messenger
    courts: Courts
    documents: DocumentSource
    lease_seconds: float = 10.0
