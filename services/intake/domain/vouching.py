"""Who vouches for the sender of a request: nobody, a link, the court, or an adapter that checks people's identity itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.intake.domain.links import PersonLink
from shared.values import VouchedBy


@dataclass(frozen=True, slots=True)
class SenderVouching:
    """The one who vouches for a request's sender. `nik`: the person the sender's contact is linked to, where a link vouches."""

    by: VouchedBy
    link_id: str | None = None
    level: str | None = None
    nik: str | None = field(default=None, repr=False)


def by_link(link: PersonLink | None) -> SenderVouching | None:
    """Return the vouching of a valid link; None without one."""
    return None if link is None else SenderVouching(VouchedBy.LINK, link.link_id, link.level.value, link.nik)
