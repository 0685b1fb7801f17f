"""A comparison of two texts in words: its rule, and what may be concluded."""

from __future__ import annotations

from typing import Final

from shared.intervals import Interval
from shared.trials import Arm, StoppingRule, TrialVerdict
from shared.web.desk.words import count, day_short, decimal

_PERCENT: Final = 100
_NAMES: Final = {Arm.A: "A", Arm.B: "B"}


def rule_words(rule: StoppingRule) -> str:
    """Return when it is over, as it was said before."""
    if rule.ends_on is not None:
        return f"Disimpulkan sesudah {day_short(rule.ends_on)} {rule.ends_on.year}, tidak lebih awal."
    return f"Disimpulkan begitu tiap teks sudah sampai ke {count(rule.per_arm or 0)} orang, tidak lebih awal."


def share_words(share: Interval) -> str:
    """Return `12,5 % (antara 9,1 dan 16,9)`."""
    low, at, high = (decimal(_PERCENT * each) for each in (share.low, share.at, share.high))
    return f"{at} % (antara {low} dan {high})"


def verdict_words(found: TrialVerdict, did: str) -> str:
    """Return what may be concluded. `did`: what was hoped for, `membaca`."""
    difference = found.difference
    if found.better is None:
        low, high = decimal(_PERCENT * difference.low), decimal(_PERCENT * difference.high)
        return (
            f"Belum bisa disimpulkan mana yang lebih baik. Selisih A dikurangi B bisa dari {low} sampai {high} poin persen, "
            "jadi juga nol. Ini tidak berarti keduanya sama."
        )
    side = difference if found.better is Arm.A else Interval(-difference.high, -difference.at, -difference.low)
    low, at, high = (decimal(_PERCENT * each) for each in (side.low, side.at, side.high))
    return (
        f"Teks {_NAMES[found.better]} lebih baik: {at} poin persen lebih banyak yang {did} (antara {low} dan {high}). "
        "Berlaku untuk orang, waktu, dan tempat seperti dalam perbandingan ini, tidak untuk semua kabar."
    )
