"""The content studio put together: its kinds of pieces and its texts out of the templates, and the office as pieces name it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from services.intake.domain.studio.contents import OfficeFacts, StudioBook
from services.intake.domain.studio.pieces import PieceForm, PieceKind, PieceMedium
from shared.reference.calendar import written_week
from shared.reference.outreach import outreach_lists
from shared.reference.service_files import office_place
from shared.settings import PublicSettings
from shared.web.public import written_number

_SERVICE: Final = "PAK'DE ON"
_OFFICE: Final = "Disdukcapil Kabupaten Madiun"


def read_studio(folder: Path, settings: PublicSettings) -> StudioBook:
    """Return what the studio makes pieces with.

    Raises:
        OSError: a file can't be read.
        KeyError: something is missing in it.
        ValueError: a channel, place or medium that there is not.
    """
    kinds = {code: _kind(code, row) for code, row in _toml(folder / "kinds.toml").items()}
    site = urlsplit(settings.public_url)
    office = OfficeFacts(
        service=_SERVICE,
        name=_OFFICE,
        place=office_place().name,
        hours=tuple(written_week().split(", ")),
        number=written_number(settings.whatsapp_number),
        digits=settings.whatsapp_number,
        site=site.netloc + site.path.rstrip("/"),
    )
    return StudioBook(kinds, _toml(folder / "texts.toml"), office)


def _kind(code: str, row: Mapping[str, Any]) -> PieceKind:
    lists = outreach_lists()
    if row["place"] not in lists.places or not set(row["channels"]) <= set(lists.channels):
        raise ValueError(f"kinds.toml: {code}")
    return PieceKind(code, row["name"], row["about"], row["icon"], row["place"], tuple(row["channels"]), tuple(map(_form, row["forms"])))


def _form(row: Mapping[str, Any]) -> PieceForm:
    more = {name: value for name, value in row.items() if name != "as"}
    return PieceForm(medium=PieceMedium(row["as"]), **more)


def _toml(path: Path) -> Mapping[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
