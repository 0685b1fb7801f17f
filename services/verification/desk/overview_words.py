"""What the figures of the office say, in a sentence each: the titles of the pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from services.verification.domain.capacity import OfficerLoad
from services.verification.domain.overview import AGE_DAYS, TARGET_PERCENT, DayKept, Dues, PromiseTrend, top, trend
from shared.clock import WIB
from shared.reference.regions import find_village
from shared.web.desk.words import count, day_short, weekday

_WEEK: Final = timedelta(days=7)
_ALL, _HALF, _NEARLY_HALF = 1.0, 0.5, 0.4  # shares that people have a word for
_NAMED: Final = 3  # people that a title names; more are a number
OLD: Final = 3  # place in `AGE_DAYS`: from six days on something is old
AGES: Final = ("Sampai 1 hari", "1 sampai 3 hari", "3 sampai 6 hari", "6 sampai 11 hari", "Lebih dari 11 hari")
STAGES: Final[Mapping[str, str]] = {
    "first": "Menunggu petugas",
    "second": "Persetujuan kedua",
    "waiting": "Menunggu warga",
    "deciding": "Baru diputuskan",
}


def of_services(dues: Mapping[str, Dues], name: Callable[[str], str]) -> str:
    """Return what the open requests of each service say."""
    late = {code: each.overdue for code, each in dues.items()}
    total, worst = sum(late.values()), top(late)
    if not any(each.open for each in dues.values()):
        return "Tidak ada permohonan yang terbuka"
    if worst is None:
        today = sum(each.today for each in dues.values())
        return f"Belum ada yang lewat janji, {count(today)} jatuh tempo hari ini" if today else "Semua permohonan masih dalam janji"
    return f"{count(total)} permohonan lewat janji, {_share(worst[1] / total)} {lowered(name(worst[0]))}"


def _share(share: float) -> str:
    if share == _ALL:
        return "semuanya"
    if share > _HALF:
        return "lebih dari separuh"
    if share == _HALF:
        return "separuhnya"
    return "hampir separuh" if share >= _NEARLY_HALF else "terbanyak"


def of_promises(days: Sequence[DayKept], today: date) -> str:
    """Return how the share of kept promises goes on."""
    found, since = trend(days)
    target = f"{TARGET_PERCENT:.0f} %"
    if since is None:
        return "Belum ada permohonan yang diputuskan petugas"
    match found:
        case PromiseTrend.KEPT:
            return f"Janji ditepati, tidak pernah di bawah {target}"
        case PromiseTrend.BROKEN:
            return f"Janji ditepati selalu di bawah {target}"
        case PromiseTrend.BACK:
            return f"Janji ditepati kembali di atas {target} sejak {near_day(since, today)}"
        case _:
            return f"Janji ditepati turun di bawah {target} sejak {near_day(since, today)}"


def near_day(on: date, today: date) -> str:
    """Return `hari ini`, `Jumat`, or `5 Nov` where that Friday is longer ago than a week."""
    if on == today:
        return "hari ini"
    return weekday(on) if timedelta() < today - on < _WEEK else day_short(on)


def of_officers(loads: Mapping[str, OfficerLoad], limit: int, names: Mapping[str, str]) -> str:
    """Return who holds more than one may, or the most."""
    held = {officer: load.held for officer, load in loads.items()}
    most = top(held)
    if most is None:
        return "Belum ada petugas yang memegang pekerjaan"
    over = sorted((officer for officer, number in held.items() if number > limit), key=lambda officer: -held[officer])
    if not over:
        return f"Tidak ada petugas di atas batas {limit}"
    if len(over) > _NAMED:
        return f"{len(over)} petugas di atas batas"
    return f"{listed(first_name(names[officer]) for officer in over)} di atas batas"


def listed(words: Iterable[str]) -> str:
    """Return `A`, `A dan B`, or `A, B, dan C`."""
    *rest, last = words
    if not rest:
        return last
    return f"{rest[0]} dan {last}" if len(rest) == 1 else f"{', '.join(rest)}, dan {last}"


def first_name(name: str) -> str:
    """Return how colleagues call somebody."""
    return next(iter(name.split()), "Petugas")


def of_villages(dues: Mapping[str, Dues]) -> str:
    """Return where the most wait, or where the most are late."""
    late, waiting = {code: each.overdue for code, each in dues.items()}, {code: each.open for code, each in dues.items()}
    worst, most = top(late), top(waiting)
    if worst is not None and sum(late.values()) > 1:
        return f"{place(worst[0], short=True)} paling banyak lewat janji: {count(worst[1])} dari {count(sum(late.values()))}"
    if most is None:
        return "Tidak ada desa yang menunggu"
    return f"{place(most[0], short=True)} paling banyak menunggu: {count(most[1])} dari {count(sum(waiting.values()))}"


def place(code: str, *, short: bool = False) -> str:
    """Return `Kaibon, Geger`; `short`: the village alone."""
    village = find_village(code) if code else None
    if village is None:
        return "Di luar data"
    return village.name if short else f"{village.name}, {village.district.name}"


def of_ages(ages: Mapping[tuple[int, str], int]) -> str:
    """Return how long people have waited."""
    total = sum(ages.values())
    oldest = sum(number for (age, _), number in ages.items() if age == len(AGE_DAYS))
    old = sum(number for (age, _), number in ages.items() if age >= OLD)
    if not total:
        return "Tidak ada yang menunggu"
    if oldest:
        return f"{count(oldest)} permohonan menunggu lebih dari {AGE_DAYS[-1]} hari"
    if old:
        return f"{count(old)} permohonan menunggu lebih dari {AGE_DAYS[OLD - 1]} hari"
    return f"Tidak ada yang menunggu lebih dari {AGE_DAYS[OLD - 1]} hari"


def of_queue(waiting: int, done_at: datetime | None, arrivals: float, capacity: float, at: datetime) -> str:
    """Return when the queue will be worked off. `arrivals`, `capacity`: in an hour of work."""
    if not waiting:
        return "Antrean kosong"
    if not capacity:
        return "Belum ada putusan untuk memperkirakan antrean"
    if arrivals > capacity:
        return "Antrean bertambah: yang masuk lebih banyak dari yang selesai"
    if done_at is None:
        return "Antrean tidak habis dalam setahun"
    return f"Antrean sekarang habis {ends(done_at, at)}"


def ends(done_at: datetime, at: datetime) -> str:
    """Return `hari ini 15.00`, `Kamis 11.00` or `9 Des 11.00`."""
    local, today = done_at.astimezone(WIB), at.astimezone(WIB).date()
    day = local.date()
    named = "hari ini" if day == today else weekday(day) if day - today < _WEEK else day_short(day)
    return f"{named} {local:%H.%M}"


def lowered(name: str) -> str:
    """Return a name of a service within a sentence: `pisah KK`, but `KK hilang` stays."""
    first = name.split(maxsplit=1)[0] if name else ""
    return name if first.isupper() else name[:1].lower() + name[1:]
