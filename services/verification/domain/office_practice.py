"""What offices do differently, or what no source says: this office's choices, in one place. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.reference.population import Relation, Religion


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
    `returns_without_letter`: who comes back from abroad with neither an SKPLN nor a letter of the mission is an officer's, by the passport.
    The Perpres asks for one of them; False: such a request is returned.
    `notes_on_others_certificates`: a change of name is noted here also where another office made the akta: the law names that office, the
    regulation that of the domicile. Where not, the person is sent to the office that made it.
    `legitimation_by_court`: Muslims bring a court's order for every legitimation (as in Trenggalek), not only for a child born before the
    marriage by religion.
    `quotes_birth_after_legitimation`: the quote of the birth is printed anew beside the side note: an electronic one has no back.
    `religions_without_acknowledgement`: those that do not allow to acknowledge a child born out of wedlock. UU 24/2013 article 49 leaves it
    to the religion, and no source says which they are: such a request is an officer's.
    `adopted_child_is`: what a child whom the head or the head's spouse adopted is to the head: no source says whether ANAK or FAMILI LAIN.
    `least_days_between_births`: two births of one mother that are nearer to each other, and not of one day, are looked at.
    `youngest_recorded_years`: from which age somebody is recorded for the KTP-el, whose card follows at 17 (Surabaya).
    `elderly_visit_years`: below it an officer looks whether a visit for age is meant (UU 13/1998: 60 years).
    `longest_stay_years`: who says to stay longer than this without moving is looked at (Permendagri 74/2022: one year).
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
    head_takes_number: bool = True
    number_kept_across_districts: bool = True
    moving_letter_days: int = 30
    returns_without_letter: bool = True
    youngest_recorded_years: int = 16
    elderly_visit_years: int = 60
    longest_stay_years: int = 1
    itsbat_needs_book: bool = True
    itsbat_children_to_officer: bool = True
    annulled_as_before: bool = True
    origin_by_side_note: bool = True
    notes_on_others_certificates: bool = True
    legitimation_by_court: bool = False
    quotes_birth_after_legitimation: bool = True
    religions_without_acknowledgement: frozenset[str] = frozenset({Religion.ISLAM})
    adopted_child_is: Relation = Relation.CHILD


PRACTICE: Final = OfficePractice()
