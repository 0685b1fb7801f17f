"""`make run`: start the whole system on this machine, show journeys of citizens, officers and the court, stay up until Ctrl-C.

`ONCE=1` ends after the journeys; the last line is then JSON with the results. Exit code 0 when everything went well.
"""

import asyncio
import json
import signal
import sys
import time
from collections.abc import Awaitable
from dataclasses import asdict, replace
from pathlib import Path
from textwrap import indent
from types import FrameType
from typing import Any, Final

from deploy.local import journeys
from deploy.local.accounts import lines, load_accounts
from deploy.local.broker_api import USER
from deploy.local.journeys import Result
from deploy.local.parts import SIMULATORS, Part
from deploy.local.ports import PortTakenError
from deploy.local.processes import CannotStartError
from deploy.local.programs import MissingServerError
from deploy.local.running import RunningHereError, alone_in
from deploy.local.settings import LocalSettings, read_settings
from deploy.local.stack import PEOPLE, Stack
from deploy.local.travel import JourneyError, Places
from deploy.simulators.whatsapp.samples import read_people

FAILED: Final = 1
USAGE: Final = 2  # as argparse
INTERRUPTED: Final = 130
LOOK_SECONDS: Final = 0.5  # between looks whether a part has ended
RESTART_SECONDS: Final = 1.0
CHILD_NAMES: Final = ("AYU", "CITRA", "DEWI", "INTAN", "KIRANA", "LESTARI", "MELATI", "PUTRI", "RATNA", "SEKAR")
_NEIGHBOUR_REST_DAYS: Final = "90"  # off where an office has not decided (intake's settings)


class Interrupted(BaseException):  # as KeyboardInterrupt, for Ctrl-C and SIGTERM alike
    """Somebody asked us to stop."""


class Terminal:
    """Prints what happens with the time since the start."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def tell(self, text: str) -> None:
        """Print one line."""
        print(f"{time.monotonic() - self._began:8.3f}  {text}", flush=True)

    def step(self, who: str, what: str) -> None:
        """Print one step of a journey."""
        self.tell(f"{who:<10} {what}")


def main() -> int:
    """Run; the exit code."""
    settings = read_settings("run")
    if settings is None:
        return USAGE
    try:
        with alone_in(settings.local_state):
            return _run(settings)
    except RunningHereError as error:
        print(f"run: {error}", file=sys.stderr)
        return FAILED


def _run(settings: LocalSettings) -> int:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    terminal = Terminal()
    stack = Stack(settings, terminal.tell, adapt=lambda part: _as_shown(part, settings.local_state), front_door=True)
    try:
        stack.start()
        results = asyncio.run(_travel(stack, terminal))
        accounts = stack.conservation()
        print(f"\n  Is everything accounted for? (make conservation)\n\n{indent(accounts, '    ')}", flush=True)
        _say_where_to_look(stack, results)
        if not settings.once:
            _stay_up(stack, terminal)
    except Interrupted:
        print(flush=True)
        _stop(stack, terminal)
        return 0 if stack.parts else INTERRUPTED
    except PortTakenError as error:  # it names the port and its setting: nothing else helps, and no log has begun
        print(f"run: {error}", file=sys.stderr, flush=True)
        stack.stop()
        return FAILED
    except (MissingServerError, CannotStartError, JourneyError) as error:
        print(f"\nrun: {error}", file=sys.stderr, flush=True)
        print(f"run: logs are in {_shown(stack.state / 'log')}", file=sys.stderr, flush=True)
        _stop(stack, terminal)
        return FAILED
    _stop(stack, terminal)
    print(json.dumps({name: _summary(result) for name, result in results.items()}), flush=True)
    return 0


def _as_shown(part: Part, state: Path) -> Part:
    """Return a part as a run shows it and tests do not have it.

    Chats and the court's decisions are there again at the next run, and whoever got a document is given the link to pass on.
    """
    if part.name == "intake":
        return replace(part, environment={**part.environment, "NEIGHBOUR_REST_DAYS": _NEIGHBOUR_REST_DAYS})
    if part.name not in SIMULATORS:
        return part
    return replace(part, environment={**part.environment, "STATE_FILE": str(state.resolve() / part.name / "kept.json")})


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise Interrupted


def _stop(stack: Stack, terminal: Terminal) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):  # a second Ctrl-C must not leave half of it running
        signal.signal(number, signal.SIG_IGN)
    terminal.tell("stopping services, simulators and servers")
    stack.stop()
    terminal.tell("everything is stopped")


async def _travel(stack: Stack, terminal: Terminal) -> dict[str, Result]:
    index = _next_index(stack.state / "journeys")
    people = {kind: picked[index % len(picked)] for kind, picked in stack.people().items()}
    places = Places.of(stack.parts, stack.keys.clients["petugas-01"])
    decision = await journeys.sample_decision(places, PEOPLE + index)
    child = f"{CHILD_NAMES[index % len(CHILD_NAMES)]} {people['akta_lahir']['father']['name'].split()[-1]}"
    shown: list[tuple[str, str, Awaitable[Result]]] = [
        ("whatsapp", "A citizen asks for a lost family card on WhatsApp", journeys.whatsapp(places, people["kk_hilang"], terminal.step)),
        ("court", "The Religious Court sends a divorce decision", journeys.court(places, decision, terminal.step)),
        ("birth", "A father reports a birth", journeys.birth(places, people["akta_lahir"], child, terminal.step)),
        ("death", "A widow reports the death of the head of her family", journeys.death(places, people["akta_mati"], terminal.step)),
        ("mended", "A request is returned, and mended in the chat", journeys.mended(places, people["kk_rusak"], terminal.step)),
    ]
    found = {}
    for name, what, journey in shown:
        print(f"\n  {what}\n", flush=True)
        found[name] = await journey
    folder = stack.state / "documents"
    folder.mkdir(exist_ok=True)
    for result in found.values():
        for paper in result.papers:
            (folder / f"{paper.number}.pdf").write_bytes(paper.pdf)
    return found


def _next_index(file: Path) -> int:
    """Count the runs of this folder."""
    number = int(file.read_text()) if file.exists() else 0
    file.write_text(str(number + 1))
    return number


def _summary(result: Result) -> dict[str, Any]:
    """The result without the bytes."""
    documents = [
        {name: value for name, value in asdict(paper).items() if name in {"number", "product", "receipt", "sha256"}}
        for paper in result.papers
    ]
    case = {"case_id": result.case_id} if result.case_id else {}
    register = {"register": dict(result.register)} if result.register else {}
    return {**case, **register, "receipts": list(result.receipts), "documents": documents, "seconds": dict(result.seconds)}


def _say_where_to_look(stack: Stack, results: dict[str, Result]) -> None:
    urls = {part.name: part.url for part in stack.parts}
    rows = [
        ("public pages", stack.desk_page.removesuffix("desk") or f"{urls['intake']}/"),
        ("the desk", stack.desk_page or "needs Caddy: sudo apt-get install caddy"),
        ("chat with PAK'DE ON", f"{urls['whatsapp']}/"),
        ("the court's desk", f"{urls['court']}/"),
        ("Instagram and Facebook", f"{urls['graph']}/"),
        *((f"API of {name}", f"{urls[name]}/docs") for name in ("intake", "verification", "issuance", "notifier")),
        ("check page", results["whatsapp"].papers[0].check_url),
        *(
            ("document", _shown(stack.state / "documents" / f"{paper.number}.pdf"))
            for result in results.values()
            for paper in result.papers
        ),
        ("queues (RabbitMQ)", f"{stack.broker_page}  (user {USER}, password {USER})" if stack.broker_page else ""),
        ("API keys", f"{_shown(stack.state / 'keys' / 'keys.json')}  (Authorization: Bearer <key>)"),
        ("a channel adapter", f"source {_shown(stack.state / 'adapter')}, and docs/adapters.md"),
        ("alarms", f"{stack.desk_page}/pantauan" if stack.settings.watch and stack.desk_page else ""),
        ("logs", _shown(stack.state / "log")),
        ("what was not handled", f"source {_shown(stack.state / 'env')} && .venv/bin/python -m shared.messaging.admin list"),
    ]
    print("\n  Where to look\n", flush=True)
    for name, where in rows:
        if where:
            print(f"    {name:<26} {where}", flush=True)
    print("\n  People at the desk: name, password, code of this moment (later: .venv/bin/python -m deploy.local.accounts)\n", flush=True)
    for line in lines(load_accounts(stack.state / "keys")):
        print(f"    {line}", flush=True)
    print("\n  Sample persons, synthetic as the whole register (on the chat page: Isi contoh)\n", flush=True)
    for person in read_people(stack.register):
        print(f"    {person.row['name']:<26} NIK {person.row['nik']}  KK {person.row['kk_number']}", flush=True)
    print(flush=True)


def _shown(path: Path) -> str:
    """A path as short as it is from here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _stay_up(stack: Stack, terminal: Terminal) -> None:
    """Until interrupted. A part or a server that ends by itself is told and started again, as a supervisor would."""
    terminal.tell("everything stays up; Ctrl-C stops it")
    while True:
        time.sleep(LOOK_SECONDS)
        for name in stack.ended():
            terminal.tell(f"{name} ended with exit code {stack.exit_code(name)}; it is started again")
            time.sleep(RESTART_SECONDS)
            try:
                stack.start_again(name)
            except (CannotStartError, PortTakenError) as error:
                terminal.tell(f"{name} does not start: {str(error).splitlines()[0]}; it is tried again")


if __name__ == "__main__":
    raise SystemExit(main())
