"""Sentences that officers choose from: canned replies with fields, and templates that Meta has approved (`templates/desk.toml`). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class ApprovedTemplate:
    """A message that Meta has approved: all that may be sent when the person's last message is older than 24 hours."""

    name: str
    language: str
    parameters: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class CannedReply:
    """A reply that is often given. `text` has fields such as `{nama}`; what is not known stays as a gap to be filled by hand."""

    code: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class TemplateChoice:
    """A template as officers choose it. `needs`: the fields that fill its places, in their order; `text`: what the citizen reads."""

    name: str
    title: str
    language: str
    text: str
    needs: Sequence[str] = ()

    def filled(self, fields: Mapping[str, str]) -> tuple[ApprovedTemplate, str] | None:
        """Return the template and its text; None where a field is not known."""
        if not all(fields.get(name) for name in self.needs):
            return None
        values = tuple(fields[name] for name in self.needs)
        return ApprovedTemplate(self.name, self.language, values), self.text.format_map(fields)


@dataclass(frozen=True, slots=True)
class DeskTexts:
    """All of them, in the order of the file."""

    canned: tuple[CannedReply, ...]
    templates: tuple[TemplateChoice, ...]

    def fill(self, code: str, fields: Mapping[str, str]) -> str:
        """Return a canned reply with its fields.

        Raises:
            NotFound: `canned_reply_not_found`.
        """
        found = next((reply for reply in self.canned if reply.code == code), None)
        if found is None:
            raise NotFound("canned_reply_not_found")
        return found.text.strip().format_map(_Gaps(fields))

    def template(self, name: str) -> TemplateChoice:
        """Return a template.

        Raises:
            NotFound: `template_not_found`.
        """
        found = next((choice for choice in self.templates if choice.name == name), None)
        if found is None:
            raise NotFound("template_not_found")
        return found


class _Gaps(dict[str, str]):
    """Fields, of which an unknown one is a gap."""

    def __missing__(self, key: str) -> str:
        return "…"
