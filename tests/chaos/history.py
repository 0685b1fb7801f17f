"""What was asked of the system, what it answered and what the world saw of it, recorded outside the services.

Everything is kept by ids. What names a person (`personal`, and the address of a journey) stays in memory, for the checks alone: it is
neither written to the file nor part of a finding.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, TextIO

import orjson

from shared.clock import Clock, now

Channel = Literal["adapter", "court", "whatsapp"]
OK: Final = range(200, 300)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to one try. `status` None: the connection broke or the time was over, so nobody knows what happened."""

    at: datetime
    status: int | None
    request_ids: tuple[str, ...] = ()
    case_id: str | None = None

    @property
    def good(self) -> bool:
        """It was promised."""
        return self.status is not None and self.status in OK


@dataclass(slots=True)
class Asked:
    """One thing that was asked for under one key, however often it was tried.

    `key`: adapter = Idempotency-Key (and the reference of the request); court = id of the decision; whatsapp = wamid of one message.
    `files` says that a whole request was asked for: the other messages of a chat only lead to one.
    """

    channel: Channel
    key: str
    journey: str
    at: datetime
    files: bool
    answers: list[Answer] = field(default_factory=list)

    @property
    def promised(self) -> bool:
        """At least one answer was 2xx."""
        return any(answer.good for answer in self.answers)


@dataclass(slots=True)
class Journey:
    """One case from its first message to its end. `address` is personal: the citizen's phone, "" on other channels."""

    id: str
    channel: Channel
    began: datetime
    address: str = field(default="", repr=False)
    receipts: set[str] = field(default_factory=set)
    ended: datetime | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What one side of the world saw. `id`: wamid, or webhook-id; `key`: the effect key that came with it.

    `times`: how often it was taken (the court counts deliveries of one webhook-id). `failed`: accepted, then told as failed.
    """

    side: Literal["whatsapp", "court"]
    id: str
    key: str | None
    at: datetime
    kind: str
    times: int = 1
    failed: bool = False
    sha256: str | None = None
    document_id: str | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """The bytes of a document as somebody got them."""

    document_id: str
    sha256: str
    at: datetime
    by: str


@dataclass(slots=True)
class Fault:
    """One disturbance: from its beginning until it was taken away. `kind` is the row of the fault table, `what` what it struck."""

    kind: str
    what: str
    began: datetime
    healed: datetime | None = None


@dataclass(slots=True)
class Outage:
    """A process that was not ready, from the moment it went until it was ready again (None: it never was)."""

    process: str
    down: datetime
    up: datetime | None = None


class History:
    """Everything, in memory; and as JSON lines in `file`, where one is given, so that a killed run leaves its evidence."""

    def __init__(self, file: Path | None = None, clock: Clock = now) -> None:
        self._clock = clock
        self._file: TextIO | None = file.open("a") if file is not None else None
        self.asked_for: dict[str, Asked] = {}
        self.journeys: dict[str, Journey] = {}
        self.effects: dict[str, Effect] = {}
        self.served_bytes: list[Served] = []
        self.states: dict[str, list[tuple[datetime, str]]] = {}
        self.faults: list[Fault] = []
        self.outages: list[Outage] = []
        self.personal_values: set[str] = set()

    # -- who asks

    def journey(self, journey_id: str, channel: Channel, address: str = "") -> Journey:
        """Begin a journey."""
        begun = self.journeys[journey_id] = Journey(journey_id, channel, self._clock(), address)
        self._write("journey", id=journey_id, channel=channel)
        return begun

    def asked(self, channel: Channel, key: str, journey: str, *, files: bool = False) -> Asked:
        """Note that something is about to be sent; once per key, before the first try."""
        found = self.asked_for.get(key)
        if found is None:
            found = self.asked_for[key] = Asked(channel, key, journey, self._clock(), files)
            self._write("asked", channel=channel, key=key, journey=journey, files=files)
        return found

    def answered(self, key: str, status: int | None, request_ids: Iterable[str] = (), case_id: str | None = None) -> None:
        """Note the answer of one try, or that none came (`status` None)."""
        answer = Answer(self._clock(), status, tuple(request_ids), case_id)
        self.asked_for[key].answers.append(answer)
        self._write("answered", key=key, **asdict(answer))

    def told(self, journey: str, receipt: str) -> None:
        """Note a receipt that the asker was given."""
        self.journeys[journey].receipts.add(receipt)
        self._write("told", journey=journey, receipt=receipt)

    def ended(self, journey: str, end: str) -> None:
        """Note that a journey is over, and how: delivered, returned, rejected, undelivered, or `gave_up` when nobody waited longer."""
        found = self.journeys[journey]
        found.ended, found.end = self._clock(), end
        self._write("ended", journey=journey, end=end)

    def personal(self, *values: str | None) -> None:
        """Note what must stand in no log: numbers, names, phones. Never written anywhere."""
        self.personal_values.update(value for value in values if value)

    # -- what is seen

    def effect(self, effect: Effect) -> None:
        """Note what the world saw; a later sight of the same id takes the place of the earlier one."""
        if self.effects.get(effect.id) != effect:
            self.effects[effect.id] = effect
            self._write("effect", **asdict(effect))

    def served(self, document_id: str, sha256: str, by: str) -> None:
        """Note the bytes of a document as somebody got them."""
        self.served_bytes.append(Served(document_id, sha256, self._clock(), by))
        self._write("served", document_id=document_id, sha256=sha256, by=by)

    def observed(self, receipt: str, state: str) -> None:
        """Note a request's state as the API told it."""
        seen = self.states.setdefault(receipt, [])
        if not seen or seen[-1][1] != state:
            seen.append((self._clock(), state))
            self._write("observed", receipt=receipt, state=state)

    # -- what is done to the system

    def fault(self, kind: str, what: str = "") -> Fault:
        """Note that a disturbance begins."""
        begun = Fault(kind, what, self._clock())
        self.faults.append(begun)
        self._write("fault", kind=kind, what=what)
        return begun

    def healed(self, fault: Fault) -> None:
        """Note that it was taken away. From here the 60 seconds of I4 count."""
        fault.healed = self._clock()
        self._write("healed", kind=fault.kind, what=fault.what)

    def down(self, process: str) -> None:
        """Note that a process is not ready (killed, stopped, or it says so). A second call before `up` changes nothing."""
        if self._outage(process) is None:
            self.outages.append(Outage(process, self._clock()))
            self._write("down", process=process)

    def up(self, process: str) -> None:
        """Note that it is ready."""
        outage = self._outage(process)
        if outage is not None:
            outage.up = self._clock()
            self._write("up", process=process)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _outage(self, process: str) -> Outage | None:
        return next((outage for outage in reversed(self.outages) if outage.process == process and outage.up is None), None)

    def _write(self, record: str, /, **fields: Any) -> None:
        if self._file is not None:
            self._file.write(orjson.dumps({"record": record, "noted_at": self._clock(), **fields}).decode() + "\n")
            self._file.flush()
