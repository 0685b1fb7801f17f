"""Small windows that are read and closed: all keys, and what changed since an officer looked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from services.verification.console.sheet import SheetChange
from services.verification.console.words import words


class _Notice(ModalScreen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,escape,space", "close", "tutup")]

    def action_close(self) -> None:
        """Go back to what is below."""
        self.dismiss()


class AllKeys(_Notice):
    """Every key of the console."""

    def compose(self) -> ComposeResult:
        """Lay out the keys of each screen."""
        with Horizontal(classes="box keys"):
            yield Static(_told("Daftar", "list"), markup=False)
            yield Static(f"{_told('Lembar kerja', 'sheet')}\n{_told('Putusan', 'decision')}", markup=False)


def _told(title: str, screen: str) -> str:
    return "\n".join((title, *(f" {key:<7}{does}" for key, does in words()["keys"][screen].items())))


class Changed(_Notice):
    """What is not as it was when the officer looked; what was typed waits below."""

    def __init__(self, changes: Sequence[SheetChange]) -> None:
        super().__init__()
        self._changes = changes

    def compose(self) -> ComposeResult:
        """Lay out what was and what is."""
        lines = [f"{each.label}\n  dulu    : {each.then}\n  sekarang: {each.now}" for each in self._changes]
        with Vertical(classes="box"):
            yield Static("Berubah sejak Anda melihatnya", classes="title")
            with VerticalScroll(id="changed"):
                yield Static("\n".join(lines) or "Isinya sama; hanya keadaannya yang berubah.", markup=False)
            yield Static("Pilihan dan tulisan Anda masih ada.  [b]Enter[/b] periksa lagi")
