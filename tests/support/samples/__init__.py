"""Applications of people of the sample register for each service that is open, other people for each number.

A theme is a module with its `KINDS`; a new one is a line in `_THEMES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from deploy.local.applications import Application
from tests.support.samples import abroad, births_and_deaths, cards, certificates, data_and_visits, households, moves, parentage, reprints
from tests.support.samples.people import Kind, Sample

_THEMES: Final = (reprints, cards, births_and_deaths, households, certificates, parentage, moves, abroad, data_and_visits)
KINDS: Final[Mapping[str, Kind]] = {service: kind for theme in _THEMES for service, kind in theme.KINDS.items()}
"""How an application for each service is made, and what comes of it."""


def application_for(sample: Sample, service: str, number: int) -> Application:
    """Return application number 0 or 1 for a service, whose people no other service's has."""
    kind = KINDS[service]
    return kind.made(sample, kind.first + number)
