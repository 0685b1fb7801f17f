"""Message templates that Meta has approved, as far as the simulator needs them: count the variables, draw the bubble."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from deploy.simulators.whatsapp.errors import GraphError
from deploy.simulators.whatsapp.messages import TemplateParameter, TemplatePart

_VARIABLE: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")
DATA_FILE: Final = Path(__file__).with_name("templates.json")


class Template(BaseModel):
    """An approved template. Variables of the body are `{{1}}` or `{{name}}`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    language: str = "id"
    category: Literal["UTILITY", "MARKETING", "AUTHENTICATION"] = "UTILITY"
    header: Literal["none", "document", "image", "text"] = "none"
    header_text: str | None = None
    body: str
    footer: str | None = None
    buttons: list[str] = []

    def variables(self) -> list[str]:
        """Return the distinct variables of the body, in order."""
        return list(dict.fromkeys(_VARIABLE.findall(self.body)))

    def fill(self, values: list[TemplateParameter]) -> str:
        """Return the body with its variables replaced."""
        by_name = {value.parameter_name or str(index): value.text or "" for index, value in enumerate(values, start=1)}
        return _VARIABLE.sub(lambda match: by_name.get(match.group(1), match.group(0)), self.body)


class Templates:
    """The templates of the business account."""

    def __init__(self, *, strict: bool) -> None:
        loaded = TypeAdapter(list[Template]).validate_json(DATA_FILE.read_bytes())
        self._known: dict[tuple[str, str], Template] = {(each.name, each.language): each for each in loaded}
        self._strict = strict

    def register(self, template: Template) -> None:
        """Approve a template."""
        self._known[template.name, template.language] = template

    def listed(self) -> list[Template]:
        """Return every approved template."""
        return list(self._known.values())

    def is_marketing(self, part: TemplatePart) -> bool:
        """Return whether a message is marketing, by its template's category."""
        known = self._known.get((part.name, part.language.code))
        return known is not None and known.category == "MARKETING"

    def check(self, part: TemplatePart) -> Template:
        """Return the template of a message.

        Raises:
            GraphError: 132001 unknown, 132000 wrong number of variables, 132012 wrong header.
        """
        known = self._known.get((part.name, part.language.code))
        values = part.parameters("body")
        if known is None:
            if self._strict:
                raise GraphError(132001, details=f"template name ({part.name}) does not exist in {part.language.code}")
            return Template(
                name=part.name, language=part.language.code, body=" ".join(f"{{{{{index}}}}}" for index in range(1, len(values) + 1))
            )
        expected = known.variables()
        if len(values) != len(expected):
            raise GraphError(
                132000,
                details=f"body: number of localizable_params ({len(values)}) does not match the expected number ({len(expected)})",
            )
        names = {value.parameter_name for value in values if value.parameter_name}
        if names and names != set(expected):
            raise GraphError(132012, details="body: parameter names do not match the template")
        header = {value.type for value in part.parameters("header")}
        if known.header in ("document", "image") and header != {known.header}:
            raise GraphError(132012, details=f"header: Format mismatch, expected {known.header.upper()}")
        return known


def template_content(template: Template, part: TemplatePart) -> dict[str, Any]:
    """Return what the chat page draws for a template message, without its file."""
    content: dict[str, Any] = {"type": "template", "template": template.name, "text": template.fill(part.parameters("body"))}
    if template.header_text:
        content["header"] = template.header_text
    if template.footer:
        content["footer"] = template.footer
    payloads = {
        int(each.index or 0): each.parameters[0].payload for each in part.components if each.sub_type == "quick_reply" and each.parameters
    }
    if template.buttons:
        content["buttons"] = [{"id": payloads.get(index) or title, "title": title} for index, title in enumerate(template.buttons)]
    return content
