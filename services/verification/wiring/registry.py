"""`python -m services.verification registry …`: make a sample register, load one, pick persons for a demonstration."""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import ValidationError

from services.verification.adapters.registry_csv import LoadReport, check_file, read_families, write_families
from services.verification.adapters.registry_sample import AS_OF, sample_families, sample_people
from services.verification.domain.register import Family, Member
from services.verification.settings import RegistrySettings
from services.verification.store import INDEXES, RegistryStore
from shared.clock import WIB, monotonic_seconds, now
from shared.errors import AppError, BadInput, FieldProblem
from shared.ids import new_id
from shared.mongo import Mongo
from shared.reference.population import ADULT_AGE_YEARS, KkMarital, Relation

_FAILED: Final = 1  # nothing was loaded
_USAGE: Final = 2
_LEFT_OUT: Final = 3  # loaded, without some families
_WITNESSES: Final = 2  # of births and deaths: heads of families for whom nothing is asked
_SHOWN: Final = 50  # lines of what is wrong: enough to see the kind, and a terminal's height


def registry(words: Sequence[str]) -> int:
    """Run the command; return the exit code."""
    options = _parser().parse_args(words)
    try:
        return int(options.run(options))
    except BadInput as error:
        _tell(error.problems, _SHOWN)
        return _FAILED
    except (AppError, OSError) as error:
        sys.stderr.write(f"registry: {error}\n")
        return _FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.verification registry", description=__doc__)
    commands = parser.add_subparsers(required=True)
    generate = commands.add_parser("generate", help="write a synthetic register over the real villages")
    size = generate.add_mutually_exclusive_group()
    size.add_argument("--families", type=int, default=1000)
    size.add_argument("--people", type=int, help="exactly so many people instead, such as the 737875 of Kabupaten Madiun")
    generate.add_argument("--seed", type=int, default=1)
    generate.add_argument("--out", type=Path, required=True, metavar="FILE")
    generate.set_defaults(run=_generate)
    load = commands.add_parser("import", help="load a register into MONGO_URL; families that are there get their new state")
    load.add_argument("file", type=Path)
    load.add_argument("--if-empty", action="store_true", help="do nothing where a register is loaded already")
    load.add_argument("--partial", action="store_true", help="load the families in which nothing is wrong, leave out the others whole")
    load.add_argument(
        "--replace", action="store_true", help="the file is the whole register: families that it does not have are closed, not deleted"
    )
    load.add_argument("--encoding", type=_encoding, help="of the file, such as cp1252; UTF-8 and UTF-16 are seen by themselves")
    load.add_argument(
        "--show", type=int, default=_SHOWN, metavar="LINES", help="most lines of what is wrong; the count is told in any case"
    )
    load.set_defaults(run=_import)
    pick = commands.add_parser("pick", help="print persons of a register for each kind of request, as JSON")
    pick.add_argument("file", type=Path)
    pick.add_argument("--count", type=int, default=1, help="how many of each kind")
    pick.set_defaults(run=_pick)
    return parser


def _generate(options: argparse.Namespace) -> int:
    families = sample_people(options.people, options.seed) if options.people else sample_families(options.families, options.seed)
    count = write_families(options.out, families)
    sys.stdout.write(f"{count} families in {options.out}\n")
    return 0


def _import(options: argparse.Namespace) -> int:
    try:
        settings = RegistrySettings()
    except ValidationError:
        sys.stderr.write("registry: set MONGO_URL\n")
        return _USAGE
    gc.disable()  # rows make no cycles, and looking for some among millions of them takes a quarter of the time
    return asyncio.run(_load(settings, options))


async def _load(settings: RegistrySettings, options: argparse.Namespace) -> int:
    began = monotonic_seconds()
    mongo = Mongo.connect_command(settings.mongo_url.get_secret_value(), "verification registry")
    database = settings.mongo_database or "verification"
    try:
        await mongo.prepare(database, INDEXES)
        store = RegistryStore(mongo, database)
        if options.if_empty and not await store.is_empty():
            sys.stdout.write("a register is loaded already\n")
            return 0
        today = now().astimezone(WIB).date()
        report = check_file(options.file, today=today, encoding=options.encoding)
        if not _may_load(report, options):
            return _FAILED
        load_id = new_id()
        families = read_families(options.file, encoding=options.encoding, without=report.wrong)
        loaded = await store.load(families, on=today, load_id=load_id)
        if options.replace:
            closed = await store.close_missing(load_id, on=today, spared=report.wrong)
            sys.stdout.write(f"{closed} families that the file does not have are closed\n")
        sys.stdout.write(f"{loaded} families loaded in {monotonic_seconds() - began:.1f} s\n")
        return _LEFT_OUT if report.wrong else 0
    finally:
        await mongo.close()


def _may_load(report: LoadReport, options: argparse.Namespace) -> bool:
    """Print the problems and the families that are left out; return whether the rest may be loaded."""
    if report.problems:
        _tell(report.problems, options.show)
        sys.stderr.write(f"{len(report.problems)} problems in {len(report.wrong)} of {report.families} families\n")
    if len(report.wrong) == report.families:
        _tell([FieldProblem("file", "register_empty", "there is no family in it that can be loaded")], options.show)
        return False
    if report.problems and not options.partial:
        sys.stderr.write("nothing is loaded; --partial loads the families in which nothing is wrong\n")
        return False
    left_out = [FieldProblem(f"line {line}", "left_out", "the family that begins here") for line in sorted(report.wrong.values())]
    _tell(left_out, options.show)
    return True


def _tell(problems: Sequence[FieldProblem], most: int) -> None:
    for problem in problems[:most]:
        sys.stderr.write(f"{problem.field}: {problem.code}: {problem.detail}\n")
    if len(problems) > most:
        sys.stderr.write(f"… and {len(problems) - most} more\n")


def _encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:  # unknown, or no encoding of text
        raise argparse.ArgumentTypeError(f"Python knows no encoding {name}") from None
    return name


def _pick(options: argparse.Namespace) -> int:
    report = check_file(options.file, today=now().astimezone(WIB).date())
    needed = options.count * len(_PICKED) + _WITNESSES
    families = list(_couples(read_families(options.file, without=report.wrong), needed))
    if len(families) < needed:
        sys.stderr.write("registry: too few couples with children in this register\n")
        return _FAILED
    witnesses = [_person(family.head) for family in families[-_WITNESSES:]]
    rest = iter(families)
    picked = {kind: [shown(family) for family in itertools.islice(rest, options.count)] for kind, shown in _PICKED.items()}
    for each in (*picked["akta_lahir"], *picked["akta_mati"]):
        each["witnesses"] = witnesses
    sys.stdout.write(orjson.dumps(picked, option=orjson.OPT_INDENT_2).decode() + "\n")
    return 0


def _couples(families: Iterable[Family], count: int) -> Iterator[Family]:
    """Yield couples whose marriage is recorded, with a child under age."""
    for family in families:
        if count and family.head.marital is KkMarital.MARRIED and _young(family):
            count -= 1
            yield family


def _young(family: Family) -> list[Member]:
    return [member for member in family.members if member.relation is Relation.CHILD and member.age_on(AS_OF) < ADULT_AGE_YEARS]


def _lost_card(family: Family) -> dict[str, Any]:
    return {"kk_number": family.kk_number, **_person(family.head)}


def _birth(family: Family) -> dict[str, Any]:
    children = [member for member in family.members if member.relation is Relation.CHILD]
    return {
        "kk_number": family.kk_number,
        "father": _person(family.head),
        "mother": _person(_wife(family)),
        "children": [_person(child) for child in children],
    }


def _death(family: Family) -> dict[str, Any]:
    children = [member for member in family.members if member.relation is Relation.CHILD]
    return {
        "kk_number": family.kk_number,
        "deceased": _person(family.head),
        "spouse": _person(_wife(family)),
        "children": [_person(child) for child in children],
    }


def _divorce(family: Family) -> dict[str, Any]:
    wife = _wife(family)
    return {
        "kk_number": family.kk_number,
        "husband": _person(family.head),
        "wife": _person(wife),
        "children": [_person(child) for child in _young(family)],
        "married_on": _iso(family.head.marital_on),
    }


def _wife(family: Family) -> Member:
    return next(member for member in family.members if member.relation is Relation.WIFE)


def _person(member: Member) -> dict[str, Any]:
    return {
        "nik": member.nik,
        "name": member.name,
        "birth_place": member.birth_place,
        "born_on": _iso(member.born_on),
        "occupation": member.occupation,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


_PICKED: Final[Mapping[str, Callable[[Family], dict[str, Any]]]] = {
    "kk_hilang": _lost_card,
    "cerai": _divorce,
    "akta_lahir": _birth,
    "akta_mati": _death,
    "kk_rusak": _lost_card,
}
"""Kind of request -> what is told of a family for it; each kind has families of its own."""
