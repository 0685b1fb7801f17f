"""`python -m services.verification registry …`: make a sample register, load one, pick persons for a demonstration."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import ValidationError

from services.verification.adapters.registry_csv import check_file, read_families, write_families
from services.verification.adapters.registry_sample import AS_OF, sample_families
from services.verification.domain.register import Family, Member
from services.verification.settings import RegistrySettings
from services.verification.store import INDEXES, RegistryStore
from shared.clock import monotonic_seconds
from shared.errors import AppError, BadInput
from shared.mongo import Mongo
from shared.reference.population import ADULT_AGE_YEARS, KkMarital, Relation

_FAILED: Final = 1
_USAGE: Final = 2


def registry(words: Sequence[str]) -> int:
    """Run the command; the exit code."""
    options = _parser().parse_args(words)
    try:
        return int(options.run(options))
    except BadInput as error:
        for problem in error.problems:
            sys.stderr.write(f"{problem.field}: {problem.code} {problem.detail}\n")
        return _FAILED
    except (AppError, OSError) as error:
        sys.stderr.write(f"registry: {error}\n")
        return _FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.verification registry", description=__doc__)
    commands = parser.add_subparsers(required=True)
    generate = commands.add_parser("generate", help="write a synthetic register over the real villages")
    generate.add_argument("--families", type=int, default=1000)
    generate.add_argument("--seed", type=int, default=1)
    generate.add_argument("--out", type=Path, required=True, metavar="FILE")
    generate.set_defaults(run=_generate)
    load = commands.add_parser("import", help="load a register into MONGO_URL; families that are there get their new state")
    load.add_argument("file", type=Path)
    load.add_argument("--if-empty", action="store_true", help="do nothing where a register is loaded already")
    load.set_defaults(run=_import)
    pick = commands.add_parser("pick", help="print persons of a register for each kind of request, as JSON")
    pick.add_argument("file", type=Path)
    pick.add_argument("--count", type=int, default=1, help="how many of each kind")
    pick.set_defaults(run=_pick)
    return parser


def _generate(options: argparse.Namespace) -> int:
    count = write_families(options.out, sample_families(options.families, options.seed))
    sys.stdout.write(f"{count} families in {options.out}\n")
    return 0


def _import(options: argparse.Namespace) -> int:
    try:
        settings = RegistrySettings()
    except ValidationError:
        sys.stderr.write("registry: set MONGO_URL\n")
        return _USAGE
    began = monotonic_seconds()
    loaded = asyncio.run(_load(settings, options.file, only_if_empty=options.if_empty))
    told = "a register is loaded already" if loaded is None else f"{loaded} families loaded in {monotonic_seconds() - began:.1f} s"
    sys.stdout.write(told + "\n")
    return 0


async def _load(settings: RegistrySettings, file: Path, *, only_if_empty: bool) -> int | None:
    mongo = Mongo.connect(settings.mongo_url.get_secret_value(), app_name="verification registry")
    database = settings.mongo_database or "verification"
    try:
        await mongo.prepare(database, INDEXES)
        store = RegistryStore(mongo, database)
        if only_if_empty and not await store.is_empty():
            return None
        check_file(file)
        return await store.load(read_families(file))
    finally:
        await mongo.close()


def _pick(options: argparse.Namespace) -> int:
    families = list(_couples(read_families(options.file), options.count * 2))
    if len(families) < options.count * 2:
        sys.stderr.write("registry: too few couples with children in this register\n")
        return _FAILED
    picked = {
        "kk_hilang": [_lost_card(family) for family in families[: options.count]],
        "cerai": [_divorce(family) for family in families[options.count :]],
    }
    sys.stdout.write(orjson.dumps(picked, option=orjson.OPT_INDENT_2).decode() + "\n")
    return 0


def _couples(families: Iterable[Family], count: int) -> Iterator[Family]:
    """Couples whose marriage is recorded, with a child under age."""
    for family in families:
        if count and family.head.marital is KkMarital.MARRIED and _young(family):
            count -= 1
            yield family


def _young(family: Family) -> list[Member]:
    return [member for member in family.members if member.relation is Relation.CHILD and member.age_on(AS_OF) < ADULT_AGE_YEARS]


def _lost_card(family: Family) -> dict[str, Any]:
    return {"kk_number": family.kk_number, **_person(family.head)}


def _divorce(family: Family) -> dict[str, Any]:
    wife = next(member for member in family.members if member.relation is Relation.WIFE)
    return {
        "kk_number": family.kk_number,
        "husband": _person(family.head),
        "wife": _person(wife),
        "children": [_person(child) for child in _young(family)],
        "married_on": _iso(family.head.marital_on),
    }


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
