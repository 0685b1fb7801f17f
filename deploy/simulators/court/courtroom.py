"""The courts: their desk of decisions, their mail that goes out and comes back. In memory; kept over a restart where a file is given."""

from __future__ import annotations

import asyncio
from typing import Any

from deploy.simulators.court.callbacks import Callback, Callbacks, references
from deploy.simulators.court.decisions import DecisionOrder, Desk, Sent
from deploy.simulators.court.families import read_couples
from deploy.simulators.court.faults import Faults
from deploy.simulators.court.sender import Sender
from deploy.simulators.court.settings import Settings
from deploy.simulators.feed import Feed
from deploy.simulators.kept import Kept
from shared.clock import Clock, monotonic_seconds
from shared.reference.courts import CourtKind


class Courtroom:
    """A Religious Court and, for changes of name, a Pengadilan Negeri beside it. Lives in one event loop."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.feed = Feed()
        self.faults = Faults(monotonic_seconds)
        self.desk = Desk(settings.decisions_max)
        secrets = [each.get_secret_value() for each in (settings.callback_secret, settings.general_callback_secret) if each is not None]
        self.callbacks = Callbacks(secrets, settings.callbacks_max)
        self.sender = Sender(settings, clock, self._tell)
        self.closing = asyncio.Event()
        self._couples: list[dict[str, Any]] | None = None
        self.kept: Kept[list[Sent]] = Kept(settings.state_file, list[Sent])
        self._take_back()

    def _take_back(self) -> None:
        """Go on with the decisions of the last run."""
        sent = self.kept.load() or []
        self.desk.restore(sent)
        self.callbacks.restore([callback for one in sent for callback in one.callbacks])

    def resume(self) -> None:
        """Send again what had no answer when the last run ended; intake knows a repeat by its id."""
        for sent in self.desk.decisions:
            if sent.state == "sending":
                self.sender.send(sent)

    def close(self) -> None:
        """End streams and calls that hang."""
        self.closing.set()
        self.feed.close()

    def send(self, order: DecisionOrder) -> Sent:
        """Send a decision; the answer comes later."""
        sent = self.desk.add(order, self.clock())
        self._tell(sent)
        self.sender.send(sent)
        return sent

    def check(self, raw: bytes, headers: dict[str, str]) -> None:
        """Hold a signature.

        Raises:
            BadSignatureError: it is counted and shown.
        """
        try:
            self.callbacks.check(raw, headers)
        finally:
            self._tell_counts()

    def receive(self, raw: bytes, headers: dict[str, str], *, answered: bool) -> Callback:
        """Take a callback and put it to its decision.

        Raises:
            BadSignatureError, BadBodyError: it is not kept.
        """
        try:
            callback, new = self.callbacks.take(raw, headers, self.clock())
        finally:
            self._tell_counts()
        callback.answered = callback.answered and answered
        sent = self.desk.by_reference(references(callback.body)) if new else None
        if sent is not None:
            callback.decision_id = sent.id
            sent.callbacks.append(callback)
            self._tell(sent)
        return callback

    def counts(self) -> dict[str, int]:
        """Return how many callbacks came, came again, and were refused."""
        return {"total": self.callbacks.total, "repeated": self.callbacks.repeated, "bad_signatures": self.callbacks.bad_signatures}

    def codes(self) -> dict[CourtKind, str]:
        """Return the codes of the courts that can sign, by what they decide."""
        known = {CourtKind.RELIGIOUS: self.settings.court_code}
        return known | ({CourtKind.GENERAL: self.settings.general_code} if self.settings.general_decision_secret is not None else {})

    def name_of(self, kind: CourtKind) -> str:
        """Return the name of a court."""
        return self.settings.general_name if kind is CourtKind.GENERAL else self.settings.court_name

    def couples(self) -> list[dict[str, Any]]:
        """Couples of the sample register; read again as long as the file is not there yet."""
        path = self.settings.registry_csv
        if self._couples is None and path is not None and path.is_file():
            self._couples = read_couples(path, self.settings.families_max)
        return self._couples or []

    def _tell(self, sent: Sent) -> None:
        self.feed.publish("decision", sent.view())

    def _tell_counts(self) -> None:
        self.feed.publish("counts", self.counts())
