"""What contents of documents are made of: the modules that describe them share it."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import StringConstraints

from shared.contracts.envelope import Contract
from shared.contracts.parts import NikText, VillageCode

Sex = Annotated[str, StringConstraints(pattern=r"^[LP]$")]


class Content(Contract):
    """What a document says. Every subclass with a `content_type` is registered."""

    content_type: ClassVar[str]
    """`name.vN`: name of the golden sample and of the JSON Schema."""


class Parent(Contract):
    """Father or mother as a certificate names them."""

    name: str
    nik: NikText | None = None
    citizenship: str = "WNI"


class Address(Contract):
    """Where a family lives, names for codes, in capitals as printed."""

    street: str
    rt: str
    rw: str
    village_code: VillageCode
    village: str
    district: str
    regency: str
    province: str
    postal_code: str


class Mover(Contract):
    """One of those who move, in the relation to the head of the card that they leave."""

    nik: NikText
    name: str
    relation: str
