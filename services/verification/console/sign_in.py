"""Sign in: name, password, code of the authenticator. Also over a screen whose session has ended, which stays as it is below."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from services.verification.console.verification_api import ConsoleError, VerificationApi
from services.verification.console.words import sentence


class SignIn(ModalScreen[bool]):
    """Asks until somebody is signed in; dismissed with True. Leaving it ends the console."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "keluar"), Binding("ctrl+q", "leave", "keluar", priority=True)]

    def __init__(self, api: VerificationApi, why: str = "") -> None:
        super().__init__()
        self._api = api
        self._why = why

    def compose(self) -> ComposeResult:
        """Lay out the form."""
        with Vertical(classes="box"):
            yield Static("Masuk ke konsol petugas", classes="title")
            yield Static(self._why, id="wrong", classes="wrong", markup=False)
            yield Input(placeholder="Nama akun", id="login")
            yield Input(placeholder="Kata sandi", id="password", password=True)
            yield Input(placeholder="Kode dari aplikasi autentikator", id="code", max_length=20)
            yield Static("[b]Enter[/b] lanjut  [b]Esc[/b] keluar")

    def on_mount(self) -> None:
        """Begin with the name."""
        self.query_one("#login", Input).focus()

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on to the next field; after the last one, sign in."""
        if event.input.id != "code":
            self.focus_next()
            return
        login, password, code = (self.query_one(f"#{name}", Input).value for name in ("login", "password", "code"))
        try:
            await self._api.sign_in(login.strip(), password, code.strip())
        except ConsoleError as error:
            self.query_one("#wrong", Static).update(sentence(error, {}, {}))
            self.query_one("#code", Input).clear()
            return
        self.dismiss(result=True)

    def action_leave(self) -> None:
        """End the console."""
        self.app.exit()
