"""What the pages of the studio have in common: their paths and lists, and how what is wrong with a wish is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Annotated, Any, Final

from services.intake.domain.studio.pieces import NAME_LONGEST, NOTE_LONGEST
from services.intake.ports import Deps
from shared.clock import WIB
from shared.errors import FieldProblem
from shared.reference.ideas import KINDS, ideas
from shared.reference.moments import MomentDates
from shared.reference.outreach import outreach_lists
from shared.reference.regions import village_name
from shared.web.desk import StaffMember, signed_in

PATH: Final = "/desk/konten"
NEW: Final = f"{PATH}/baru"
PIECES: Final = f"{PATH}/karya"
VILLAGES: Final = f"{PATH}/desa"
IDEAS: Final = f"{PATH}/ide"
BUNDLES: Final = f"{PATH}/paket"

Campaigner = Annotated[StaffMember, signed_in("campaigns:work")]

MONTHS: Final = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)
FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "kind": "bentuk",
        "idea": "ide",
        "service": "layanan",
        "village": "desa",
        "campaign": "kampanye",
        "channel": "saluran",
        "account": "akun",
        "moment": "momen",
        "note": "catatan",
    }
)
"""A field of a wish -> the one of the form."""
_WRONG: Final[Mapping[str, str]] = MappingProxyType(
    {
        "kind_unknown": "Pilih bentuk karyanya.",
        "channel_unsuited": "Bentuk ini tidak keluar lewat saluran itu.",
        "account_missing": "Tulis akunnya, misalnya @dukcapil.madiun.",
        "service_not_open": "Layanan ini belum dibuka, jadi belum bisa diajak ke sana.",
        "idea_unknown": "Pilih idenya dari daftar.",
        "idea_unsuited": "Ide ini bukan untuk pilihan layanan itu. Lihat halaman Ide.",
        "figures_too_few": "Dokumen yang terbit bulan lalu belum sampai 5, jadi angkanya belum diumumkan.",
        "village_unknown": "Pilih desa dari daftar, dengan kecamatannya.",
        "moment_missing": "Ide ini untuk satu hari: pilih harinya dari kalender.",
        "moment_too_long": "Nama harinya terlalu panjang.",
        "moment_unprintable": "Nama harinya memuat huruf yang tidak ada di huruf cetak.",
        "note_missing": "Ide ini perlu hari, jam, dan tempatnya.",
        "note_too_long": f"Paling panjang {NOTE_LONGEST} huruf.",
        "note_unprintable": "Ada huruf atau emoji yang tidak dapat dicetak. Tulis dengan huruf biasa.",
        "campaign_missing": f"Tulis 1 sampai {NAME_LONGEST} huruf.",
        "campaign_too_long": f"Paling panjang {NAME_LONGEST} huruf.",
        "campaign_unprintable": "Ada huruf atau emoji yang tidak dapat dicetak. Tulis dengan huruf biasa.",
        "account_too_long": f"Paling panjang {NAME_LONGEST} huruf.",
        "account_unprintable": "Ada huruf atau emoji yang tidak dapat dicetak. Tulis dengan huruf biasa.",
    }
)


def wrong_by_field(problems: Iterable[FieldProblem]) -> dict[str, str]:
    """Return what is wrong with a wish, by the fields of the form; of several about one field the first."""
    said: dict[str, str] = {}
    for problem in problems:
        said.setdefault(FIELDS[problem.field], _WRONG[problem.code])
    return said


def lists(deps: Deps) -> dict[str, Any]:
    """Return the lists that the pages speak with."""
    known = outreach_lists()
    return {
        "kinds": deps.studio.kinds,
        "channels": known.channels,
        "services": {code: card.name for code, card in deps.cards.of.items()},
        "idea_names": {code: idea.name for code, idea in ideas().items()},
        "idea_kinds": KINDS,
        "village_name": village_name,
        "days_of": days_of,
        "tabs": ((PATH, "Kalender"), (IDEAS, "Ide"), (NEW, "Buat"), (VILLAGES, "Poster per desa"), (PIECES, "Karya")),
    }


def today_of(at: datetime) -> date:
    """Return the office's day."""
    return at.astimezone(WIB).date()


def days_of(dates: MomentDates) -> str:
    """Return when a moment is, as people write it: `24 sampai 25 Desember 2026`."""
    first, last = dates.first, dates.last
    end = f"{last.day} {MONTHS[last.month - 1]} {last.year}"
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} sampai {end}"
    return f"{first.day} {MONTHS[first.month - 1]}{f' {first.year}' if first.year != last.year else ''} sampai {end}"
