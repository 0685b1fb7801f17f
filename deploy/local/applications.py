"""What people of the sample register ask for: a service and its answers by field, as `POST /v1/requests` takes them, without documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from shared.clock import WIB, now
from shared.reference.catalogue import CivilService, catalogue

HOME: Final = "3519"  # Kabupaten Madiun
BORN_DAYS_AGO: Final = 12
DIED_DAYS_AGO: Final = 3

Picked = Mapping[str, Any]
"""Persons of the register, as `python -m services.verification registry pick` gives them."""


@dataclass(frozen=True)
class Application:
    """Somebody asks for something. `name` is theirs; `answers` are those to the form's fields but its documents."""

    service: str
    name: str
    answers: Mapping[str, Any]

    @property
    def catalogued(self) -> CivilService:
        """The service, as the catalogue has it."""
        return catalogue().get(self.service)


def today() -> date:
    """Return the office's day."""
    return now().astimezone(WIB).date()


def reprint(service: str, person: Picked) -> Application:
    """Ask for a card again that is lost or damaged."""
    return Application(service, person["name"], {"nik": person["nik"], "kk_number": person["kk_number"]})


def birth(family: Picked, child_name: str) -> Application:
    """A father reports the birth of a daughter."""
    father, mother = family["father"], family["mother"]
    answers = {
        "relation": "father",
        "nik": father["nik"],
        "kk_number": family["kk_number"],
        "parents": "married_recorded",
        "mother_nik": mother["nik"],
        "father_nik": father["nik"],
        "child_name": child_name,
        "child_sex": "P",
        "born_on": (today() - timedelta(days=BORN_DAYS_AGO)).isoformat(),
        "born_at": "04:30",
        "birth_place": HOME,
        "birth_facility": "clinic",
        "plurality": "single",
        "birth_order": len(family["children"]) + 1,
        "attendant": "midwife",
        "weight_grams": 3100,
        "length_cm": 49,
        "witnesses": _named(family["witnesses"]),
    }
    return Application("akta_lahir", father["name"], answers)


def death(family: Picked) -> Application:
    """A widow reports the death of the head of the family, whom she follows."""
    late, widow = family["deceased"], family["spouse"]
    answers = {
        "relation": "spouse",
        "nik": widow["nik"],
        "deceased_nik": late["nik"],
        "kk_number": family["kk_number"],
        "died_on": (today() - timedelta(days=DIED_DAYS_AGO)).isoformat(),
        "died_at": "21:15",
        "death_place": HOME,
        "cause": "illness",
        "certified_by": "doctor",
        "was_head": True,
        "remaining": "adult",
        "new_head_nik": widow["nik"],
        "witnesses": _named(family["witnesses"]),
    }
    return Application("akta_mati", widow["name"], answers)


def _named(persons: Sequence[Picked]) -> list[dict[str, str]]:
    return [{"nik": person["nik"], "name": person["name"]} for person in persons]
