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
    `head_takes_number`: a head who moves without the whole family takes the number of the card along, and those who stay get a new one (SD
    470/13287, Sumenep). Else those who stay keep it, under another head (Jember, February 2025).
    `number_kept_across_districts`: a whole family keeps its number when it moves to another kecamatan or regency (SD, Jombang). Else it
    gets a new one there, as Linggapura says.
    `moving_letter_days`: how long an SKPWNI can be used. One office says 30 days; no law that we know does.
    `least_days_between_births`: two births of one mother that are nearer to each other, and not of one day, are looked at.
    """

    f_105_accepted: bool = True
    youngest_parent_years: int = 12
    oldest_mother_years: int = 60
    longest_pregnancy_days: int = 300
    least_days_between_births: int = 180
    head_takes_number: bool = True
    number_kept_across_districts: bool = True
    moving_letter_days: int = 30


PRACTICE: Final = OfficePractice()
