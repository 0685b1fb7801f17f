"""Who stands for the sender of a request: nobody, a link, the court, or an adapter that looks at people itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.intake.domain.links import PersonLink
from shared.values import VouchedBy


@dataclass(frozen=True, slots=True)
class SenderVouching:
    """What a request rests on. `nik`: whose contact the sender has, where a link vouches."""

    by: VouchedBy
    link_id: str | None = None
    level: str | None = None
    nik: str | None = field(default=None, repr=False)


def by_link(link: PersonLink | None) -> SenderVouching | None:
    """Return what a contact's link vouches for, where it has one that holds."""
    return None if link is None else SenderVouching(VouchedBy.LINK, link.link_id, link.level.value, link.nik)
