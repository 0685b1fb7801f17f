"""The limits that a field of a form may set: as data, each with its unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Self


@dataclass(frozen=True, slots=True)
class FieldLimits:
    """FieldLimits of one field. `past`: not after today. `coming`: not before. `within_years`: not longer ago.

    `min`, `max`: of a number, in its `unit`. `max_length`: characters of a text. `new`: a name that is given now, which needs two words
    (registered ones of one word stay valid). `not_here`: codes of a choice that the service does not serve: they are not offered, and who
    writes one is told where it is done. `barred`: other answers that are well-formed but lead elsewhere, as they travel (`no` for false),
    with the code that says where.
    """

    past: bool = False
    coming: bool = False
    within_years: int | None = None
    min: int | None = None
    max: int | None = None
    unit: str = ""
    max_length: int = 200
    new: bool = False
    not_here: tuple[str, ...] = ()
    barred: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Read them from a service's file.

        Raises:
            ValueError: a limit that there is not.
        """
        if unknown := set(row) - {each.name for each in fields(cls)}:
            raise ValueError(f"no limit of a field: {sorted(unknown)}")
        given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
        return cls(**given | ({"barred": tuple(row["barred"].items())} if "barred" in row else {}))


NO_LIMITS: Final = FieldLimits()
