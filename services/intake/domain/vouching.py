"""Who vouches for the sender of a request: nobody, a link, the court, an adapter that checks people's identity itself, or a village."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.intake.domain.links import PersonLink
from shared.values import VouchedBy


@dataclass(frozen=True, slots=True)
class SenderVouching:
    """The one who vouches for a request's sender.

    `nik`: the person the sender's contact is linked to, where a link vouches. `village`: its code, where its registrar does.
    """

    by: VouchedBy
    link_id: str | None = None
    level: str | None = None
    nik: str | None = field(default=None, repr=False)
    village: str | None = None


def by_registrar(village: str) -> SenderVouching:
    """Return the vouching of a village's registrar."""
    return SenderVouching(VouchedBy.DESK, village=village)


def by_link(link: PersonLink | None) -> SenderVouching | None:
    """Return the vouching of a valid link; None without one."""
    return None if link is None else SenderVouching(VouchedBy.LINK, link.link_id, link.level.value, link.nik)
