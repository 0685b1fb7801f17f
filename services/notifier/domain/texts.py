"""The texts of notices. They stand in `templates/` as data; here they are only filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
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
    """Everything the notifier says by itself, in Indonesian.

    `products`: what is asked for; `documents`: what the chat brings of it. `first_products`: service -> the product whose document comes
    first. `opening`, `closing`: of that document alone. `void_alone`, `void_among`: what its holder can do about a document that will never
    come, the only one of its request or one of several. `office`: where people are helped in person. `your_village`: of somebody whose
    village is not known.
    """

    wordings: Mapping[str, Wording]
    reasons: Mapping[str, str]
    revocations: Mapping[str, str]
    products: Mapping[str, str]
    documents: Mapping[str, str]
    file_names: Mapping[str, str]
    first_products: Mapping[str, str]
    unknown_reason: str
    note: str
    choose: str
    choose_list: str
    opening: str
    closing: str
    void_alone: str
    void_among: str
    office: str
    your_village: str
    days: tuple[str, ...]
    months: tuple[str, ...]

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Read `templates/notices.toml` with what all services share: reasons, the names of products and of the office.

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
            revocations=dict(data["revocations"]),
            products=dict(data["products"]),
            documents=dict(data["documents"]),
            file_names=dict(data["file_names"]),
            first_products=dict(data["first_products"]),
            unknown_reason=data["unknown_reason"],
            note=data["note"],
            choose=data["choose"],
            choose_list=data["choose_list"],
            opening=data["opening"],
            closing=data["closing"],
            void_alone=data["void_alone"],
            void_among=data["void_among"],
            office=data["office"],
            your_village=data["your_village"],
            days=tuple(data["days"]),
            months=tuple(data["months"]),
        )

    def day(self, on: date) -> str:
        """Return `Selasa, 1 Desember 2026`."""
        return f"{self.days[on.weekday()]}, {on.day} {self.months[on.month - 1]} {on.year}"

    def document(self, product: str) -> str:
        """Return the name of what the chat brings: the product itself, or the slip of a card."""
        return self.documents.get(product, product.upper())

    def product_names(self, codes: Sequence[str]) -> str:
        """Return the names of what is asked for, each once, as one speaks of several."""
        names = list(dict.fromkeys(self.products.get(code, code.upper()) for code in codes))
        *others, last = names
        return last if not others else f"{', '.join(others)}{',' if len(others) > 1 else ''} dan {last}"

    def is_first(self, service: str, key: str) -> bool:
        """Return whether a request's documents begin with that one; of a service that is not known, each is told as if it were alone."""
        return self.first_products.get(service, key) == key

    def reason(self, code: str) -> str:
        """Return a sentence for a reason; a code without one gets the general sentence, never the bare code."""
        return self.reasons.get(code, self.unknown_reason)

    def revocation(self, code: str) -> str:
        """Return why a document was revoked; nothing where there is no sentence for it."""
        return self.revocations.get(code, "")

    def after_void(self, *, alone: bool) -> str:
        """Return what the holder of a document that will never come can do now."""
        return self.void_alone if alone else self.void_among

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
