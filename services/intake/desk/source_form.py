"""The form of a new source: what was typed, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from pydantic import BaseModel, Field

from services.intake.domain.outreach.sources import NEIGHBOUR, SourceDescription
from shared.reference.outreach import outreach_lists
from shared.reference.regions import village_name, villages

LONGEST: Final = 80  # characters of a name, a campaign, an account: one line on a poster
_ADS: Final = 20  # advertisements of one source
Code = Annotated[str, Field(max_length=63)]
Line = Annotated[str, Field(max_length=200)]


class SourceForm(BaseModel):
    """A new source as it was typed. `desa`: name with district, or a code; `iklan`: ids of advertisements, with commas between them."""

    nama: Line = ""
    kampanye: Line = ""
    saluran: Code = ""
    tempat: Code = ""
    layanan: Code = ""
    desa: Line = ""
    akun: Line = ""
    iklan: Annotated[str, Field(max_length=2000)] = ""
    berakhir: Annotated[str, Field(max_length=10)] = ""


@dataclass(frozen=True, slots=True)
class ReadSource:
    """A form that was read: the source that it describes, or what is wrong with it by field."""

    what: SourceDescription | None
    wrong: dict[str, str]


def read_form(typed: SourceForm, services: Collection[str], today: date) -> ReadSource:
    """Return the source that a form describes."""
    lists = outreach_lists()
    name, campaign, account = (" ".join(text.split()) for text in (typed.nama, typed.kampanye, typed.akun))
    village, ends_on = find_typed_village(typed.desa), _day(typed.berakhir)
    ads = tuple(dict.fromkeys(typed.iklan.replace(",", " ").split()))
    fine = {
        "nama": (0 < len(name) <= LONGEST, f"Tulis 1 sampai {LONGEST} huruf."),
        "kampanye": (0 < len(campaign) <= LONGEST, f"Tulis 1 sampai {LONGEST} huruf."),
        "akun": (len(account) <= LONGEST, f"Paling panjang {LONGEST} huruf."),
        "saluran": (typed.saluran in lists.channels, "Pilih salurannya."),
        "tempat": (typed.tempat in lists.places and typed.tempat != NEIGHBOUR, "Pilih tempatnya."),
        "layanan": (typed.layanan in ("", *services), "Pilih layanan dari daftar."),
        "desa": (village is not None, "Pilih desa dari daftar, dengan kecamatannya."),
        "iklan": (_are_ads(ads), f"Nomor iklan hanya angka, paling banyak {_ADS}."),
        "berakhir": (not typed.berakhir or (ends_on is not None and ends_on >= today), "Pilih hari ini atau sesudahnya."),
    }
    wrong = {field: sentence for field, (is_fine, sentence) in fine.items() if not is_fine}
    if wrong or village is None:
        return ReadSource(None, wrong)
    what = SourceDescription(name, campaign, typed.saluran, typed.tempat, typed.layanan, village, account, ads, ends_on)
    return ReadSource(what, wrong)


def _are_ads(ads: Collection[str]) -> bool:
    return len(ads) <= _ADS and all(ad.isascii() and ad.isdigit() for ad in ads)


def find_typed_village(typed: str) -> str | None:
    """Return the code of a village that is named with its district, or by its code; "" for none, None for one that is not known."""
    text = " ".join(typed.split()).casefold()
    if not text:
        return ""
    return next((code for code in villages() if text in (code, village_name(code).casefold())), None)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
