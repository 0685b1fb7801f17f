"""What contents of documents are made of: the modules that describe them share it."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import StringConstraints

from shared.contracts.envelope import Contract
from shared.contracts.parts import NikText

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
