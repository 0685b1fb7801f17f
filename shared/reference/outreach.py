"""The lists that sources of requests are described by, and the sentences of their links (`data/outreach.toml`, ADR 47)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from shared.reference.catalogue import CivilService


@dataclass(frozen=True, slots=True)
class OutreachLists:
    """Channels and places by their codes, in the order in which they are shown, and what the first message of a link says.

    `about`: with one service, which stands at `{service}`; `any_service`: with none; `said`: what people call a service there.
    """

    channels: Mapping[str, str]
    places: Mapping[str, str]
    about: str
    any_service: str
    said: Mapping[str, str]

    def sentence(self, service: CivilService | None) -> str:
        """Return what somebody writes who was brought here, without a code."""
        if service is None:
            return self.any_service
        return self.about.format(service=self.call(service))

    def call(self, service: CivilService) -> str:
        """Return what people call a service within a sentence."""
        return self.said.get(service.id) or f"{service.name[:1].lower()}{service.name[1:]}"


@cache
def outreach_lists() -> OutreachLists:
    """Return the lists."""
    document = tomllib.loads(files(__package__).joinpath("data/outreach.toml").read_text(encoding="utf-8"))
    return OutreachLists(
        MappingProxyType(document["channel"]),
        MappingProxyType(document["place"]),
        document["sentence"]["about"],
        document["sentence"]["any"],
        MappingProxyType(document["said"]),
    )


@dataclass(frozen=True, slots=True)
class YardstickWords:
    """A yardstick of PermenPANRB 83/2012 as people read it."""

    name: str
    formula: str
    unit: str


@cache
def yardstick_words() -> Mapping[str, YardstickWords]:
    """Return the yardsticks by code."""
    document = tomllib.loads(files(__package__).joinpath("data/yardsticks.toml").read_text(encoding="utf-8"))
    return MappingProxyType({code: YardstickWords(**row) for code, row in document.items()})
