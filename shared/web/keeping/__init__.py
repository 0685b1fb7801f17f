"""`/desk/masa-simpan/<name>`: how long one service keeps each kind of data, why, and how much there is. The same in all four.

`/desk/masa-simpan` loads the parts of all four, each from its own service; a part whose service is down says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any, Final, Protocol

from fastapi import APIRouter, FastAPI, Request, Response

from shared.reference.retention import OFFICE, KeptKind, RemovedBy, kept_kinds
from shared.web.desk.pages import Pages, asset
from shared.web.desk.session import StaffMember, signed_in
from shared.web.desk.words import count, decimal

PATH: Final = "/desk/masa-simpan"
PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {"permohonan": "Penerimaan", "verifikasi": "Verifikasi", "dokumen": "Penerbitan", "pesan": "Pesan"}
)
"""The last part of the address of each service's part -> what it is called."""
_STEP: Final = 1024.0  # bytes in a KiB
_FULL: Final = 10  # of a unit: from here on no decimal is shown

Reader = Annotated[StaffMember, signed_in("retention:read")]


@dataclass(frozen=True, slots=True)
class RemovedLast:
    """The last removal of a kind; `all_rows`: with those before."""

    at: datetime
    rows: int
    size_bytes: int
    all_rows: int


@dataclass(frozen=True, slots=True)
class Holding:
    """A kind of data as it is here: for how many days by the settings (None: as the kind says), how much, the oldest, the last removal."""

    kind: KeptKind
    days: float | None
    rows: int
    size_bytes: int
    oldest: datetime | None
    removed: RemovedLast | None


class KeepingSource(Protocol):
    """What a service keeps."""

    async def holdings(self) -> Sequence[Holding]:
        """Return every kind of the service."""


def install(app: FastAPI, name: str, source: KeepingSource, pages: Pages) -> None:
    """Add the part of this service, and the page that loads all four; the shell must be in the app."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(PATH)
    async def everything(request: Request, member: Reader) -> Response:
        office = [kind for kind in kept_kinds() if kind.service == OFFICE]
        return pages.show(request, "keeping_all.html", member, parts=PARTS, base=PATH, name="", office=office, script=asset("stuck.js"))

    @routes.get(f"{PATH}/{name}")
    async def part(request: Request, member: Reader) -> Response:
        template = "keeping_part.html" if "hx-request" in request.headers else "keeping.html"
        values: dict[str, Any] = {"lasting": lasting, "size": size_in_words, "ends": ends, "by": _BY}
        holdings = await source.holdings()
        return pages.show(request, template, member, parts=PARTS, base=PATH, name=name, word=PARTS[name], holdings=holdings, **values)

    app.include_router(routes)


_BY: Final[Mapping[RemovedBy, str]] = MappingProxyType(
    {RemovedBy.TTL: "MongoDB sendiri, terus-menerus", RemovedBy.SWEEP: "pekerja layanan, tiap jam", RemovedBy.NEVER: "tidak dihapus"}
)


def lasting(holding: Holding) -> str:
    """Return `90 hari`, `48 jam` or `tetap`."""
    kind = holding.kind
    if holding.days is not None:
        whole = holding.days == int(holding.days)
        return f"{count(int(holding.days)) if whole else decimal(holding.days)} hari"
    if kind.hours:
        return f"{kind.hours} jam"
    return f"{kind.days} hari" if kind.days else "tetap"


def ends(holding: Holding) -> bool:
    """Return whether the moment of the oldest row is when it goes, and not when it came."""
    return holding.kind.oldest in {"expires_at", "ends_at"}


def size_in_words(size_bytes: int) -> str:
    """Return `0 B`, `4,0 KB`, `12 MB`."""
    size, units = float(size_bytes), ["B", "KB", "MB", "GB", "TB"]
    while size >= _STEP and len(units) > 1:
        size /= _STEP
        units.pop(0)
    return f"{decimal(size) if size < _FULL and units[0] != 'B' else count(round(size))} {units[0]}"
