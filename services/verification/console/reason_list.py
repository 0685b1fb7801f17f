"""Reasons to choose from: ticked with a mark that is read without colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import OptionList


class ReasonList(OptionList):
    """A list of which several may be chosen, each a (value, text)."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "select", "pilih")]

    class Chosen(Message):
        """Something was ticked, or no longer is."""

    def __init__(self, choices: Sequence[tuple[str, str]], chosen: Sequence[str]) -> None:
        self._choices = choices
        self._ticked = {value for value, _ in choices if value in chosen}
        super().__init__(*(self._prompt(number) for number in range(len(choices))), id="reasons")

    @property
    def chosen(self) -> list[str]:
        """The values that are ticked, in the order of the list."""
        return [value for value, _ in self._choices if value in self._ticked]

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Tick it, or take the tick away."""
        event.stop()
        self._ticked ^= {self._choices[event.option_index][0]}
        self.replace_option_prompt_at_index(event.option_index, self._prompt(event.option_index))
        self.post_message(self.Chosen())

    def _prompt(self, number: int) -> Text:
        value, text = self._choices[number]
        return Text(f"[{'x' if value in self._ticked else ' '}] {text}", no_wrap=True, overflow="ellipsis")
