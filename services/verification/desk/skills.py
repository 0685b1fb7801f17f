"""Groups of services as they are chosen for an account, and as they are named."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from shared.reference.lists import code_list


def skill_names(codes: Collection[str]) -> Mapping[str, str]:
    """Return the names of groups of services by their codes, in the order of the menu."""
    return {code: name for code, name in code_list("service_group").rows.items() if code in codes}
