"""What every screen of the console works with: the API as one officer, names, sentences, and the sign-in when a session is over."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any, Final

from textual import events
from textual.app import App
from textual.widgets import Static

from services.verification.console.notices import AllKeys
from services.verification.console.settings import ConsoleSettings
from services.verification.console.sign_in import SignIn
from services.verification.console.verification_api import ConsoleError, Json, SessionOverError, VerificationApi
from services.verification.console.words import sentence
from shared.clock import monotonic_seconds
from shared.http_client import make_client

ANSWER_SECONDS: Final = 15.0  # longest wait for the next bytes of an answer
CONNECTIONS: Final = 4  # one officer: an act, a look, a name
_CLAIMING: Final = ("/claim", "/next")


class OfficeApp(App[int]):
    """The application without its screens."""

    def __init__(self, settings: ConsoleSettings) -> None:
        super().__init__()
        self._client = make_client(ANSWER_SECONDS, connections=CONNECTIONS, base_url=settings.verification_url)
        self._touched_at = monotonic_seconds()
        self.api = VerificationApi(self._client, settings.officer_key.get_secret_value())
        self.listening = False
        self.officers: dict[str, str] = {}
        self.known_reasons: list[Json] = []
        self.reasons: dict[str, str] = {}
        self.decided = ""

    async def on_event(self, event: events.Event) -> None:
        """Note that somebody is here, and go on."""
        if isinstance(event, events.Key):
            self._touched_at = monotonic_seconds()
        await super().on_event(event)

    def touched(self, seconds: float) -> bool:
        """Return whether a key was pressed within the last seconds."""
        return monotonic_seconds() - self._touched_at < seconds

    async def call(self, method: str, path: str, **how: Any) -> Json | None:
        """Call the API for the person; return its answer, or None after it was said why there is none.

        Where the session is over it is asked to sign in again, and what was asked for is not sent once more: the officer looks first.
        """
        try:
            answer = await self.api.send(method, path, **how)
        except SessionOverError as error:
            await self.sign_in_again(self.say(error))
            self.tell("Anda sudah masuk lagi. Ulangi yang tadi.")
            return None
        except ConsoleError as error:
            self.tell(await self.explain(error))
            return None
        if path.endswith(_CLAIMING) and answer:
            self.api.session.officer_id = answer["claimed_by"]  # an API key does not say whose it is
        return answer

    async def learn_reasons(self) -> None:
        """Read the list of reasons, unless it is known."""
        if not self.known_reasons:
            answer = await self.call("GET", "/v1/reasons")
            self.known_reasons = answer["reasons"] if answer else []
            self.reasons = {each["code"]: each["text"] for each in self.known_reasons}

    def say(self, error: ConsoleError) -> str:
        """Return an error in a sentence."""
        return sentence(error, self.officers, self.reasons)

    async def explain(self, error: ConsoleError) -> str:
        """Return an error in a sentence, with the name of who is in the way."""
        await self.know((error.about.get("claimed_by"), error.about.get("reserved_for")))
        return self.say(error)

    async def know(self, officer_ids: Iterable[str | None]) -> None:
        """Learn what officers are called; whom nobody can be asked about stays somebody."""
        unknown = {each for each in officer_ids if each} - self.officers.keys()
        with contextlib.suppress(ConsoleError):
            self.officers |= await self.api.names(unknown)

    def tell(self, text: str, *, good: bool = False) -> None:
        """Show a sentence on the screen that is in front, below its windows."""
        for screen in reversed(self.screen_stack):
            for place in screen.query("#told").results(Static):
                place.update(text)
                place.set_class(good, "good")
                return

    async def sign_in_again(self, why: str) -> None:
        """Ask to sign in, over what is on the screen."""
        await self.push_screen_wait(SignIn(self.api, why))

    async def leave(self) -> None:
        """Give everything back, sign out, end."""
        if self.api.signed_in:
            with contextlib.suppress(ConsoleError):  # a lease ends by itself
                await self.api.sign_out()
        self.exit(0)

    def action_keys(self) -> None:
        """Show every key."""
        self.push_screen(AllKeys())
