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
    parser = argparse.ArgumentParser(
        prog="python -m services.verification registry", description="Data penduduk: buat contoh, muat, pilih orang."
    )
    commands = parser.add_subparsers(required=True)
    generate = commands.add_parser("generate", help="tulis data penduduk buatan untuk desa-desa yang sebenarnya")
    size = generate.add_mutually_exclusive_group()
    size.add_argument("--families", type=int, default=1000)
    size.add_argument("--people", type=int, help="jumlah orang sebagai gantinya, misalnya 737875 seperti Kabupaten Madiun")
    generate.add_argument("--seed", type=int, default=1)
    generate.add_argument("--out", type=Path, required=True, metavar="FILE")
    generate.set_defaults(run=_generate)
    load = commands.add_parser("import", help="muat data penduduk ke MONGO_URL; keluarga yang sudah ada mendapat keadaan barunya")
    load.add_argument("file", type=Path)
    load.add_argument("--if-empty", action="store_true", help="jangan berbuat apa-apa bila data penduduk sudah dimuat")
    load.add_argument("--partial", action="store_true", help="muat keluarga yang benar saja; yang lain ditinggalkan seluruhnya")
    load.add_argument(
        "--replace", action="store_true", help="berkas ini seluruh penduduk: keluarga yang tidak ada di dalamnya ditutup, tidak dihapus"
    )
    load.add_argument("--encoding", type=_encoding, help="pengodean berkas, misalnya cp1252; UTF-8 dan UTF-16 dikenali sendiri")
    load.add_argument(
        "--show", type=int, default=_SHOWN, metavar="LINES", help="paling banyak baris kesalahan yang disebut; jumlahnya selalu disebut"
    )
    load.set_defaults(run=_import)
    pick = commands.add_parser("pick", help="cetak orang dari data penduduk untuk tiap jenis permohonan, sebagai JSON")
    pick.add_argument("file", type=Path)
    pick.add_argument("--count", type=int, default=1, help="berapa orang tiap jenis")
    pick.set_defaults(run=_pick)
    return parser


def _generate(options: argparse.Namespace) -> int:
    families = sample_people(options.people, options.seed) if options.people else sample_families(options.families, options.seed)
    count = write_families(options.out, families)
    sys.stdout.write(f"{count} keluarga dalam {options.out}\n")
    return 0


def _import(options: argparse.Namespace) -> int:
    try:
        settings = RegistrySettings()
    except ValidationError:
        sys.stderr.write("registry: MONGO_URL belum diisi\n")
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
            sys.stdout.write("data penduduk sudah dimuat\n")
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
            sys.stdout.write(f"{closed} keluarga yang tidak ada dalam berkas ditutup\n")
        sys.stdout.write(f"{loaded} keluarga dimuat dalam {monotonic_seconds() - began:.1f} detik\n")
        return _LEFT_OUT if report.wrong else 0
    finally:
        await mongo.close()


def _may_load(report: LoadReport, options: argparse.Namespace) -> bool:
    """Print the problems and the families that are left out; return whether the rest may be loaded."""
    if report.problems:
        _tell(report.problems, options.show)
        sys.stderr.write(f"{len(report.problems)} kesalahan pada {len(report.wrong)} dari {report.families} keluarga\n")
    if len(report.wrong) == report.families:
        _tell([FieldProblem("berkas", "register_empty", "tidak ada satu keluarga pun yang dapat dimuat")], options.show)
        return False
    if report.problems and not options.partial:
        sys.stderr.write("tidak ada yang dimuat; --partial memuat keluarga yang benar saja\n")
        return False
    left_out = [FieldProblem(f"baris {line}", "left_out", "keluarga yang mulai di sini") for line in sorted(report.wrong.values())]
    _tell(left_out, options.show)
    return True


def _tell(problems: Sequence[FieldProblem], most: int) -> None:
    for problem in problems[:most]:
        sys.stderr.write(f"{problem.field}: {problem.code}: {problem.detail}\n")
    if len(problems) > most:
        sys.stderr.write(f"… dan {len(problems) - most} lagi\n")


def _encoding(name: str) -> str:
    try:
        "".encode(name)
    except LookupError:  # unknown, or no encoding of text
        raise argparse.ArgumentTypeError(f"pengodean {name} tidak dikenal Python") from None
    return name


def _pick(options: argparse.Namespace) -> int:
    report = check_file(options.file, today=now().astimezone(WIB).date())
    needed = options.count * len(_PICKED) + _WITNESSES
    families = list(_couples(read_families(options.file, without=report.wrong), needed))
    if len(families) < needed:
        sys.stderr.write("registry: terlalu sedikit pasangan yang punya anak dalam data ini\n")
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
