"""The texts of notices. They stand in `templates/` as data; here they are only filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any, Self

from services.notifier.domain.facts import SPEAKS_OF


@dataclass(frozen=True, slots=True)
class Wording:
    """One notice: the free text, and the approved template (name, language, parameters in order) that stands in for it."""

    text: str
    template: str
    language: str
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoticeTexts:
    """Everything the notifier says by itself, in Indonesian."""

    wordings: Mapping[str, Wording]
    reasons: Mapping[str, str]
    products: Mapping[str, str]
    file_names: Mapping[str, str]
    unknown_reason: str
    note: str
    choose: str

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Read `templates/notices.toml`, with `reasons`: code -> sentence, and `products`, `file_names`: code -> name.

        Raises:
            ValueError: a notice is missing, or speaks of something it does not know.
        """
        wordings = {}
        for name, known in SPEAKS_OF.items():
            row = data["notices"][name]
            wording = Wording(row.get("text", "").strip(), row["template"], row["language"], tuple(row.get("parameters", ())))
            spoken = {field for _, field, _, _ in Formatter().parse(wording.text) if field is not None} | set(wording.parameters)
            if not spoken <= known:
                raise ValueError(f"notice {name}: unknown fields {sorted(spoken - known)}")
            wordings[str(name)] = wording
        return cls(
            wordings=wordings,
            reasons=dict(data["reasons"]),
            products=dict(data["products"]),
            file_names=dict(data["file_names"]),
            unknown_reason=data["unknown_reason"],
            note=data["note"],
            choose=data["choose"],
        )

    def product(self, code: str) -> str:
        """Return the name of a product."""
        return self.products.get(code, code.upper())

    def reason(self, code: str) -> str:
        """Return a sentence for a reason; a code without one gets the general sentence, never the bare code."""
        return self.reasons.get(code, self.unknown_reason)

    def reason_list(self, codes: Sequence[str]) -> str:
        """Return one line per reason, each sentence once."""
        return "\n".join(f"• {sentence}" for sentence in dict.fromkeys(self.reason(code) for code in codes))

    def note_block(self, note: str | None) -> str:
        """Return what the officer added, or nothing."""
        return self.note.format(note=note.strip()) if note and note.strip() else ""

    def fill(self, name: str, **values: str) -> str:
        """Return the free text, blank lines of missing parts closed up."""
        lines = self.wordings[name].text.format(**values).splitlines()
        kept = [line.rstrip() for number, line in enumerate(lines) if line.strip() or (number and lines[number - 1].strip())]
        return "\n".join(kept).strip()

    def parameters(self, name: str, **values: str) -> tuple[str, ...]:
        """Return the template's parameters. Meta forbids line breaks, tabs and runs of more than four blanks in them."""
        return tuple(" ".join(values[field].split()) for field in self.wordings[name].parameters)
