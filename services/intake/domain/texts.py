"""The texts of the dialogue, rendered from data (`templates/dialogue.toml`); a placeholder without a value is an error at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from services.intake.domain.chat import Say
from shared.errors import NotFound

MAX_TITLE_CHARACTERS: Final = 20  # WhatsApp's limit of a reply button
MAX_BUTTON_TEXT_CHARACTERS: Final = 1024  # WhatsApp's limit of an interactive body
MAX_TEXT_CHARACTERS: Final = 4096  # WhatsApp's limit of a text
_FALLBACKS: Final = ("ask_", "wants_", "missing_")


@dataclass(frozen=True, slots=True)
class Button:
    """A reply button: the id that comes back when it is pressed, and its title."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Dates:
    """The written form of a date and time. `days` begin with Monday."""

    days: Sequence[str]
    months: Sequence[str]
    moment: str

    def write(self, moment: datetime, zone: tzinfo) -> str:
        """Return `Rabu, 25 November 2026 pukul 10.30 WIB`."""
        local = moment.astimezone(zone)
        return self.moment.format(
            day=self.days[local.weekday()],
            date=local.day,
            month=self.months[local.month - 1],
            year=local.year,
            time=local.strftime("%H.%M"),
        )


@dataclass(frozen=True, slots=True)
class DialogueTexts:
    """The sentences, button titles and states of the dialogue, by name; `reasons`: the sentence for each reason code."""

    texts: Mapping[str, str]
    buttons: Mapping[str, str]
    states: Mapping[str, str]
    reasons: Mapping[str, str]
    dates: Dates
    zone: tzinfo

    def say(self, said: Say) -> str:
        """Return the sentence with its placeholders filled.

        Raises:
            NotFound: `text_missing`; a unit test checks every text the dialogue can ask for.
        """
        template = self.texts.get(said.text) or self.texts.get(self._fallback(said.text))
        if template is None:
            raise NotFound("text_missing", said.text)
        return template.strip().format_map(said.values)

    def join(self, parts: Sequence[Say]) -> tuple[str, tuple[Button, ...]]:
        """Join sentences into one message with the buttons of the last; a message too long for buttons goes without them."""
        text = "\n\n".join(self.say(part) for part in parts)[:MAX_TEXT_CHARACTERS]
        buttons = tuple(Button(name, self.title(name)) for name in parts[-1].buttons) if parts else ()
        return text, buttons if len(text) <= MAX_BUTTON_TEXT_CHARACTERS else ()

    def title(self, button: str) -> str:
        """Return the title of a button."""
        return (self.buttons.get(button) or self.buttons[button.partition(":")[0]])[:MAX_TITLE_CHARACTERS]

    def state(self, state: str, values: Mapping[str, str]) -> str:
        """Return how a request stands, in a sentence."""
        return self.states[state].format_map(values)

    def reason_list(self, codes: Sequence[str]) -> str:
        """Return one line per reason, each sentence once; a code without a sentence gets the general one, never the bare code."""
        return "\n".join(f"• {sentence}" for sentence in dict.fromkeys(self.reasons.get(code) or self.texts["reason"] for code in codes))

    def moment(self, moment: datetime | None) -> str:
        """Return a moment in local time; a dash where there is none."""
        return "-" if moment is None else self.dates.write(moment, self.zone)

    @staticmethod
    def _fallback(name: str) -> str:
        return next((f"{prefix}document" for prefix in _FALLBACKS if name.startswith(prefix)), name)
