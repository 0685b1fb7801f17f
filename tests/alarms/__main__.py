"""`python -m tests.alarms`: make each fault that an alarm exists for, and show how soon it rings, is written, and ends.

The system, Prometheus, Alertmanager and a mail server are real; what is judged is judged each second and without the patience that rules
have in production (docs/operations/alarm.md says how much of it). Exit code 1 where an alarm did not ring, was not written, or did not end.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from deploy.local import journeys
from shared.clock import WIB, monotonic_seconds, now
from shared.web.desk.prometheus import NotAnsweredError
from shared.web.desk.words import NOTHING
from tests.alarms.faults import FAULTS, UNTRIED, Fault, nothing
from tests.alarms.office import Office, office
from tests.alarms.pictures import take
from tests.support.ending import ending_in_order
from tests.support.eventually import eventually

PAGE: Final = Path(__file__).with_name("page.md")
_PATIENCE_SECONDS: Final = 120.0
_ENDS_SECONDS: Final = 90.0
_NEVER_ENDS: Final = frozenset(
    {
        *("DocumentsAreSamples", "ServiceRestarts", "MessageForged", "PasswordsGuessed", "WebhookRefused", "SlowAnswers", "MailFails"),
        *("CallsFail", "TurnedAway", "OplogShort"),
    }
)
"""Those that look back over minutes or an hour, or are as they are in a demo: their end is not waited for."""


@dataclass
class Rung:
    """One alarm of one fault, in seconds since it was made. None: it did not come."""

    fault: Fault
    alarm: str
    rang: float | None = None
    written: float | None = None
    ended: float | None = None

    @property
    def is_written(self) -> bool:
        """Whether there must be a letter."""
        return self.alarm not in self.fault.quiet

    @property
    def is_wrong(self) -> bool:
        """Whether something is missing."""
        ends = self.alarm in _NEVER_ENDS or self.ended is not None
        return self.rang is None or (self.is_written and self.written is None) or not ends


def main(words: Sequence[str]) -> int:
    """Play and print; 0 when all rang."""
    parser = argparse.ArgumentParser(prog="python -m tests.alarms")
    parser.add_argument("--only", nargs="*", default=[], metavar="ALARM", help="of these alarms alone")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write the result as a page for operators, too")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="leave pictures of the page below it, while some alarms ring")
    options = parser.parse_args(words)
    with ending_in_order(), TemporaryDirectory() as folder:
        rungs = asyncio.run(_play(Path(folder), options.only, options.pictures))
    text = PAGE.read_text(encoding="utf-8").replace("{result}", "\n".join(_table(rungs)))
    print(text, flush=True)
    if options.page and not options.only:
        options.page.write_text(text, encoding="utf-8")
    return 1 if any(rung.is_wrong for rung in rungs) else 0


async def _play(place: Path, only: Sequence[str], docs: Path | None) -> list[Rung]:
    rungs: list[Rung] = []
    async with office(place) as running:
        _tell("sistem berjalan, dengan Prometheus dan Alertmanager")
        people = running.stack.people()
        await journeys.whatsapp(running.places, people["kk_hilang"][0])
        await journeys.birth(running.places, people["akta_lahir"][0], "AYU CONTOH")  # an officer looks and decides
        for fault in FAULTS:
            if not only or set(only) & set(fault.alarms):
                rungs += await _try(running, fault)
        if docs is not None:
            await _show(running, docs)
    return rungs


async def _show(running: Office, docs: Path) -> None:
    """Take pictures while a process is dead, a message is parked and no backup runs."""
    shown = [fault for fault in FAULTS if {"ServiceDown", "WorkParked"} & set(fault.alarms)]
    for fault in reversed(shown):
        await fault.make(running)
    for alarm in ("ServiceDown", "WorkParked"):
        await _when(monotonic_seconds(), lambda alarm=alarm: _rings(running, alarm), _PATIENCE_SECONDS)  # type: ignore[misc]
    await take(running, docs)
    for fault in shown:
        await fault.mend(running)


async def _try(running: Office, fault: Fault) -> list[Rung]:
    rungs = [Rung(fault, alarm) for alarm in fault.alarms]
    known = {alarm: len(running.box.about(alarm)) if fault.make is not nothing else 0 for alarm in fault.alarms}
    began = monotonic_seconds()
    await fault.make(running)

    async def follow(rung: Rung) -> None:
        rung.rang = await _when(began, lambda: _rings(running, rung.alarm), _PATIENCE_SECONDS)
        if rung.rang is not None and rung.is_written:
            rung.written = await _when(began, lambda: _written(running, rung.alarm, known), _PATIENCE_SECONDS)

    async def follow_end(rung: Rung) -> None:
        if rung.alarm not in _NEVER_ENDS:
            rung.ended = await _when(mended, lambda: _silent(running, rung.alarm), _ENDS_SECONDS)

    await asyncio.gather(*map(follow, rungs))
    mended = monotonic_seconds()
    await fault.mend(running)
    await asyncio.gather(*map(follow_end, rungs))
    for rung in rungs:
        _tell(f"{fault.word}: {rung.alarm} {_said(rung.rang)} berbunyi, {_said(rung.written)} surat, {_said(rung.ended)} selesai")
    return rungs


async def _when(began: float, happened: Callable[[], object], seconds: float) -> float | None:
    """Return how long it took; None where it did not happen."""
    try:
        await eventually(happened, seconds, ignoring=(AssertionError, NotAnsweredError))
    except (TimeoutError, AssertionError):
        return None
    return monotonic_seconds() - began


async def _rings(running: Office, alarm: str) -> bool:
    return alarm in await running.ringing()


async def _silent(running: Office, alarm: str) -> bool:
    return alarm not in await running.ringing()


async def _written(running: Office, alarm: str, known: Mapping[str, int]) -> bool:
    return len(running.box.about(alarm)) > known[alarm]


def _tell(text: str) -> None:
    print(f"{now().astimezone(WIB):%H:%M:%S}  {text}", flush=True)


def _said(seconds: float | None) -> str:
    return NOTHING if seconds is None else f"{seconds:.1f}".replace(".", ",")


def _table(rungs: Sequence[Rung]) -> Iterator[str]:
    """Yield what happened."""
    yield f"{now().astimezone(WIB):%d-%m-%Y %H:%M} WIB, {os.cpu_count()} inti.\n"
    yield "| gangguan | alarm | berbunyi | surat | selesai |\n| --- | --- | ---: | ---: | ---: |"
    for rung in rungs:
        wrong = " **SALAH**" if rung.is_wrong else ""
        yield f"| {rung.fault.word} | `{rung.alarm}`{wrong} | {_said(rung.rang)} | {_said(rung.written)} | {_said(rung.ended)} |"
    yield "\nTidak dibuat di sini (dicoba dengan deret angka dalam `tests/unit/watch`):\n"
    yield from (f"- `{alarm}`: {why}" for alarm, why in UNTRIED.items())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
