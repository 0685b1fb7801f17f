"""`python -m deploy.install FOLDER [--answers FILE] [--offline]`: from answers to an installation that can start.

FOLDER is where compose.yaml lies. Asks at the terminal, or takes a file; looks at each answer, here and outside; writes `.env` and the
state, which says from then on that it is for production. Nothing is written where something is refused. `python -m deploy.install FOLDER
check` looks at an installation that runs, as Meta and a citizen reach it. Exit codes: 0, 1 refused, 2 wrong words.
"""

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from errno import EDQUOT, ENOSPC
from pathlib import Path
from typing import Final

from deploy.compose.prepare import PRODUCTION, RefusedError, keep_profile
from deploy.compose.questions import questions
from deploy.compose.refusals import Fault, Refusal
from deploy.compose.variables import text_of, value_of
from deploy.install import answers, neighbours
from deploy.install.environment import STATE, VARIABLES, environment, http_port, kept
from deploy.install.lives import lives
from deploy.install.reach import World
from deploy.keys import OWNER_ONLY, write_secret

REFUSED: Final = 1
_WRITTEN: Final = (
    "Tertulis. Lanjutkan dengan `docker compose -f deploy/compose/compose.yaml up -d`, lalu `make installed`.\n"
    "Cadangan, alarm, dan suratnya belum menyala: docs/operations/cadangan.md dan docs/operations/pantauan.md, pada hari pertama."
)


def main(words: Sequence[str], world: World | None = None) -> int:
    """Run the command; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m deploy.install")
    parser.add_argument("folder", type=Path)
    parser.add_argument("what", nargs="?", choices=("install", "check"), default="install")
    parser.add_argument("--answers", type=Path, help="TOML, a line for each question of deploy/compose/data/questions.toml")
    parser.add_argument("--offline", action="store_true", help="do not ask DNS and Meta: `check` does it later")
    given = parser.parse_args(words)
    world = world or World()
    if given.what == "check":
        return _report(_look(world, given.folder), "Pemasangan terjangkau dari luar.")
    try:
        return _install(given, world)
    except RefusedError as error:
        sys.stderr.write(f"  {error}\n")
    except answers.AnswersError as error:
        return _report(error.refusals, "")
    except OSError as error:
        if error.errno not in (ENOSPC, EDQUOT):
            raise
        return _report([Fault("state_full", STATE).of("STATE")], "")
    except (KeyboardInterrupt, EOFError):
        sys.stderr.write("\n  Berhenti; tidak ada yang ditulis.\n")
    return REFUSED


def _install(given: argparse.Namespace, world: World) -> int:
    """Ask, look, write. A person answers what is refused again, and only that; a file is refused whole."""
    state = given.folder / STATE
    if (state / "profile").exists():
        keep_profile(state, PRODUCTION)
    if others := list(neighbours.installations()):
        return _report(others, "")
    before = kept(given.folder)
    said = answers.from_file(given.answers, before) if given.answers else answers.from_person(given.folder, before)
    while found := _refused(said, before, None if given.offline else world, given.folder):
        _report(found, "")
        if given.answers:
            return REFUSED
        said = answers.again(given.folder, before, said, found)
    _write(given.folder, said)
    return _report((), _WRITTEN)


def _refused(said: Mapping[str, str], before: Mapping[str, str], world: World | None, folder: Path) -> Sequence[Refusal]:
    """Return what is not taken: by looking at the answers, then, where that is well, by asking outside."""
    found = [*answers.refusals(said, before), *_printed(said, before)]
    if found or world is None:
        return found
    has_tls = value_of(folder / VARIABLES, "ALARM_SMTP_TLS") != "false"
    is_new = not (folder / STATE / "profile").exists()
    return list(world.refusals(said, http_port=http_port(text_of(folder / VARIABLES)), is_new=is_new, has_tls=has_tls))


def _printed(said: Mapping[str, str], before: Mapping[str, str]) -> Iterable[Refusal]:
    """Refuse another address of the check page than the one that stands on documents."""
    if before["check_base_url"] not in ("", said["check_base_url"]):
        yield Fault("address_is_printed").of("check_base_url")


def _write(folder: Path, said: Mapping[str, str]) -> None:
    keep_profile(folder / STATE, PRODUCTION)
    for name, text in said.items():
        for file in questions()[name].files:
            if text:
                write_secret(folder / STATE / file, text + "\n" if questions()[name].of else text)
    write_secret(folder / VARIABLES, environment(said, text_of(folder / VARIABLES)))
    (folder / VARIABLES).chmod(OWNER_ONLY)


def _look(world: World, folder: Path) -> Iterable[Refusal]:
    state = folder / STATE
    try:
        address, token = ((state / "intake" / name).read_text().strip() for name in ("public_url", "whatsapp_verify_token"))
    except OSError as error:
        yield Fault("no_file", error.strerror or "").of(str(state))
        return
    yield from world.running(address, token)
    for life in lives(state, address, is_automatic=kept(folder)["tls"] == "otomatis"):
        sys.stdout.write(f"{life}\n")
        yield from life.refusals()


def _report(found: Iterable[Refusal], well: str) -> int:
    said = list(found)
    sys.stderr.writelines(f"  {each}\n" for each in said)
    if not said:
        sys.stdout.write(f"{well}\n")
    return REFUSED if said else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
