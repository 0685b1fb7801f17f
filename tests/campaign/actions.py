"""What the office does in the simulated year: a source for each poster, post, ad, meeting and registrar, with its true effect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from shared.reference.regions import Village
from tests.campaign.clock import TICKS

MONTHS: Final = 12
ACCOUNT: Final = "@dispendukcapil.madiunkab"
_SPREAD: Final = 0.9  # standard deviation of the logarithm of what a place is worth: the best sixth of posters does six times the worst


@dataclass(frozen=True)
class OutreachAction:
    """One thing that people can notice.

    `first`, `last`: ticks of the year. `pull`: the chance that somebody with a need notices it, in a village with a perfect signal.
    `village`: its code; "" the whole regency. `ad`: the provider's id of an advertisement.
    """

    key: str
    campaign: str
    channel: str
    place: str
    pull: float
    first: int
    last: int
    village: str = ""
    service: str = ""
    account: str = ""
    ad: str = ""
    needs_phone: bool = True
    is_online: bool = False

    @property
    def name(self) -> str:
        """What the desk calls it."""
        return self.key

    def runs_at(self, tick: int) -> bool:
        """Return whether it can be noticed then."""
        return self.first <= tick <= self.last


def actions_of(places: Sequence[Village], months: int, rng: Random) -> list[OutreachAction]:
    """Return what is done: in most villages something, some of it all year, some for a month."""
    last = months * len(TICKS) - 1
    found = [action for place in places for action in _of_village(place, months, last, rng)]
    return [*found, *_of_regency(months, last, rng)]


def _of_village(place: Village, months: int, last: int, rng: Random) -> Iterator[OutreachAction]:
    where, month = place.code, rng.randrange(months)
    begin = month * len(TICKS)
    named = f"{place.name}, {place.district.name}"
    if rng.random() < 0.75:
        service = rng.choice(("", "", "", "kk_hilang"))
        yield OutreachAction(
            f"Poster {named}", "Poster balai desa", "print", "poster", _pull(0.25, rng), rng.randrange(last // 2 + 1), last, where, service
        )
    if rng.random() < 0.5:
        yield OutreachAction(
            f"Grup warga {named}", "Teks grup WhatsApp", "whatsapp", "village_group", _pull(0.3, rng), 0, last, where, is_online=True
        )
    if rng.random() < 0.25:
        yield OutreachAction(
            f"Pertemuan {named}", "Jemput bola", "person", "village_meeting", _pull(0.5, rng), begin, begin + len(TICKS) - 1, where
        )
    if rng.random() < 0.25:
        yield OutreachAction(
            f"Petugas {named}", "Petugas registrasi", "person", "registrar", _pull(0.4, rng), 0, last, where, needs_phone=False
        )


def _of_regency(months: int, last: int, rng: Random) -> Iterator[OutreachAction]:
    for month in range(months):
        begin = month * len(TICKS)
        until = min(last, begin + 2 * len(TICKS) - 1)
        for channel in ("instagram", "facebook"):
            yield OutreachAction(
                f"Kiriman {channel} bulan {month + 1}",
                "Kiriman bulanan",
                channel,
                "post",
                _pull(0.03, rng),
                begin,
                until,
                account=ACCOUNT,
                is_online=True,
            )
        if month % 3 == 1:
            yield OutreachAction(
                f"Iklan bulan {month + 1}",
                "Iklan triwulan",
                "facebook",
                "ad",
                _pull(0.06, rng),
                begin,
                until,
                account=ACCOUNT,
                ad=f"1202{month:08d}",
                is_online=True,
            )
            yield OutreachAction(f"Siaran bulan {month + 1}", "Siaran radio", "radio", "radio", _pull(0.05, rng), begin, until)
    yield OutreachAction("Kaki KK", "Dokumen kantor", "letter", "kk_footer", 0.03, 0, last)


def _pull(middle: float, rng: Random) -> float:
    return min(0.95, middle * rng.lognormvariate(0, _SPREAD))
