"""What offices do differently, or what no source says: this office's choices, in one place. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class OfficePractice:
    """The choices. Each is a rule of thumb or differs between offices; what the law fixes stands where it is used.

    `f_105_accepted`: a marriage that is not recorded is taken on the couple's statement F-1.05. The Dirjen still named it in 2025; some
    offices send the couple to the court for an itsbat instead.
    `youngest_parent_years`, `oldest_mother_years`: ages at a birth that are impossible, or so rare that an officer should look.
    `longest_pregnancy_days`: a father who died longer before a birth than this is looked at (300: the Civil Code, article 250 ff.).
    `least_days_between_births`: two births of one mother that are nearer to each other, and not of one day, are looked at.
    `itsbat_needs_book`: after an itsbat cards say KAWIN TERCATAT when the KUA has issued the buku nikah; without it an officer decides.
    `itsbat_children_to_officer`: which way the certificates of the couple's children take after an itsbat, a correction or a legitimation,
    no source settles: an officer decides. False: the cards follow, and the parents ask for the certificates by themselves.
    `annulled_as_before`: who was in a marriage that a court annulled is what they were before it. False: CERAI HIDUP TERCATAT is printed.
    `origin_by_side_note`: a child of whom a court found the father keeps its akta with a side note. False: a new akta is made.
    """

    f_105_accepted: bool = True
    youngest_parent_years: int = 12
    oldest_mother_years: int = 60
    longest_pregnancy_days: int = 300
    least_days_between_births: int = 180
    itsbat_needs_book: bool = True
    itsbat_children_to_officer: bool = True
    annulled_as_before: bool = True
    origin_by_side_note: bool = True


PRACTICE: Final = OfficePractice()
