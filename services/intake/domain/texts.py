"""The texts of the dialogue, rendered from data (`templates/dialogue.toml`); a placeholder without a value is an error at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Final

from services.intake.domain.chat import Button, ListRow, Say
from shared.errors import NotFound

MAX_TITLE_CHARACTERS: Final = 20  # WhatsApp's limit of a reply button
MAX_ROW_TITLE_CHARACTERS: Final = 24  # WhatsApp's limit of a row of a list
MAX_ROW_CHARACTERS: Final = 72  # WhatsApp's limit of the line about a row of a list
MAX_BUTTON_TEXT_CHARACTERS: Final = 1024  # WhatsApp's limit of an interactive body
MAX_TEXT_CHARACTERS: Final = 4096  # WhatsApp's limit of a text


@dataclass(frozen=True, slots=True)
class Dates:
    """The written form of a date and time. `days` begin with Monday."""

    days: Sequence[str]
    months: Sequence[str]
    moment: str
    today: str
    tomorrow: str

    def write(self, moment: datetime, zone: tzinfo, now: datetime | None = None) -> str:
        """Return `Rabu, 25 November 2026 pukul 10.30 WIB`; seen from `now`, `hari ini pukul 10.30` or `besok (Rabu) pukul 10.30`."""
        local = moment.astimezone(zone)
        days = None if now is None else (local.date() - now.astimezone(zone).date()).days
        near = {0: self.today, 1: self.tomorrow}
        return near.get(-1 if days is None else days, self.moment).format(
            day=self.days[local.weekday()],
            date=local.day,
            month=self.months[local.month - 1],
            year=local.year,
            time=local.strftime("%H.%M"),
        )

    def write_day(self, day: date) -> str:
        """Return `Rabu, 25 November 2026`."""
        return f"{self.days[day.weekday()]}, {day.day} {self.months[day.month - 1]} {day.year}"


@dataclass(frozen=True, slots=True)
class DialogueTexts:
    """The sentences, button titles and states of the dialogue, by name; `reasons`: the sentence for each reason code.

    `office` is where people are helped in person.
    The sentences of a field are `<service>.<field>.<what>`, or `common.…` where services share them.
    """

    texts: Mapping[str, str]
    buttons: Mapping[str, str]
    states: Mapping[str, str]
    reasons: Mapping[str, str]
    dates: Dates
    zone: tzinfo
    office: str
    consent_version: str = ""
    """Version of the text about personal data, `consent`: whoever was told another one is told anew."""
    news_version: str = ""
    """Version of the text that says what news of the office are, `news_offer`: it is kept with each opt-in."""

    def say(self, said: Say) -> str:
        """Return the sentence with its placeholders filled.

        Raises:
            NotFound: `text_missing`; a unit test checks every text the dialogue can ask for.
        """
        template = self._find(self.name_of(said)) or ""
        return template.strip().format_map({name: self._filled(value) for name, value in said.values.items()})

    def name_of(self, said: Say) -> str:
        """Return the name of the sentence that is said: of several that may be, the first one that there is.

        Raises:
            NotFound: `text_missing`.
        """
        name = next((name for name in (said.text, *said.otherwise) if self._find(name) is not None), None)
        if name is None:
            raise NotFound("text_missing", said.text)
        return name

    def sentence(self, service: str, place: str) -> str | None:
        """Return the sentence of a field of a service, such as `kk_number.ask`: its own, or the common one; None where there is none."""
        return self.texts.get(f"{service}.{place}") or self.texts.get(f"common.{place}")

    def _find(self, name: str) -> str | None:
        group, _, code = name.partition(".")
        return self.reasons.get(code) if group == "reason" and code else self.texts.get(name)

    def _filled(self, value: str | Say | tuple[Say, ...]) -> str:
        if isinstance(value, Say):
            return self.say(value)
        return "\n".join(map(self.say, value)) if isinstance(value, tuple) else value

    def join(self, parts: Sequence[Say]) -> tuple[str, tuple[Button, ...]]:
        """Join sentences into one message with the buttons of the last that has any; a message too long for buttons goes without them."""
        text = "\n\n".join(self.say(part) for part in parts)[:MAX_TEXT_CHARACTERS]
        ids = next((part.buttons for part in reversed(parts) if part.buttons), ())
        buttons = tuple(
            Button(button.id, button.title[:MAX_TITLE_CHARACTERS]) if isinstance(button, Button) else Button(button, self.title(button))
            for button in ids
        )
        return text, buttons if len(text) <= MAX_BUTTON_TEXT_CHARACTERS else ()

    def rows(self, parts: Sequence[Say]) -> tuple[tuple[str, str, str], ...]:
        """Return the list of the last sentence to choose from, each with id, title and a line about it; nothing where that has buttons."""
        last = next((part for part in reversed(parts) if part.buttons or part.rows), None)
        rows = last.rows if last else ()
        return tuple(map(self._row, rows))

    def _row(self, row: ListRow) -> tuple[str, str, str]:
        title = self._filled(row.title) if row.title else self.title(row.id)
        about = self._filled(row.about)
        if len(title) > MAX_ROW_TITLE_CHARACTERS:
            return row.id, f"{title[: MAX_ROW_TITLE_CHARACTERS - 1]}…", about[:MAX_ROW_CHARACTERS]
        return row.id, title, "" if about == title else about[:MAX_ROW_CHARACTERS]

    def title(self, button: str) -> str:
        """Return the title of a button."""
        return (self.buttons.get(button.partition("@")[0]) or self.buttons[button.partition(":")[0]])[:MAX_TITLE_CHARACTERS]

    def state(self, state: str, values: Mapping[str, str]) -> str:
        """Return how a request stands, in a sentence."""
        return self.states[state].format_map(values)

    def reason_list(self, codes: Sequence[str]) -> str:
        """Return one line per reason, each sentence once; a code without a sentence gets the general one, never the bare code."""
        return "\n".join(f"• {sentence}" for sentence in dict.fromkeys(self.reasons.get(code) or self.texts["reason"] for code in codes))

    def soon(self, moment: datetime, now: datetime) -> str:
        """Return a moment of the next days as people say it."""
        return self.dates.write(moment, self.zone, now)

    def is_silent(self, kind: str) -> bool:
        """Return whether a message of a kind that we can't read wants no answer."""
        return self.texts.get(f"kind.{kind}") == ""

    def day(self, day: date) -> str:
        """Return a day as people say it."""
        return self.dates.write_day(day)

    def moment(self, moment: datetime | None) -> str:
        """Return a moment in local time; a dash where there is none."""
        return "-" if moment is None else self.dates.write(moment, self.zone)
