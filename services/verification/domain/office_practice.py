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
    `notes_on_others_certificates`: a change of name is noted here also where another office made the akta: the law names that office, the
    regulation that of the domicile. Where not, the person is sent to the office that made it.
    `least_days_between_births`: two births of one mother that are nearer to each other, and not of one day, are looked at.
    """

    f_105_accepted: bool = True
    youngest_parent_years: int = 12
    oldest_mother_years: int = 60
    longest_pregnancy_days: int = 300
    least_days_between_births: int = 180
    notes_on_others_certificates: bool = True


PRACTICE: Final = OfficePractice()
