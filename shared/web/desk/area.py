"""What is of another area than the account of who is signed in: refused on pages and over the API by the same rule."""

from __future__ import annotations

from collections.abc import Sequence

from shared.errors import Forbidden
from shared.web.desk.session import StaffMember


def refuse_outside(member: StaffMember, places: Sequence[str], permission: str) -> None:
    """Refuse what is of a place outside the account's area.

    Args:
        member: Who is signed in.
        places: The codes of its district and village, the innermost last; none: nobody knows where it is, and it is everybody's.
        permission: For which they look.

    Raises:
        Forbidden: `area_outside`.
    """
    if places and not member.covers(places[-1], permission):
        raise Forbidden("area_outside", "It is of another area than this account's.")
