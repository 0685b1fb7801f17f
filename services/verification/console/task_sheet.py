"""One task: what is known of it, and everything an officer can do with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import ClassVar, Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from services.verification.console import sheet
from services.verification.console.announcements import Announcement
from services.verification.console.decision import ASK, TELL, Decision, DecisionDraft
from services.verification.console.notices import Changed
from services.verification.console.verification_api import ConsoleError, Json, SessionOverError
from services.verification.console.words import SOMEBODY, key_line, word
from services.verification.console.work_screen import WorkScreen
from shared.clock import now

RENEW_SECONDS: Final = 60.0  # between two looks whether a claim is to be renewed
RENEWED_BEFORE: Final = timedelta(minutes=10)  # half of the usual lease
_LABEL: Final = 22  # columns
_INDENT: Final = 2  # columns
_ACTS: Final = {"s": "approve", "j": "answer", "k": "return", "t": "reject", "w": ASK, "h": TELL}
_ROUTES: Final = {ASK: "ask", TELL: "tell"}  # of acts that decide nothing


class TaskSheet(WorkScreen):
    """A task, its drafts, and the claim that is renewed while somebody works on it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"decide('{act}')") for key, act in _ACTS.items()),
        Binding("a", "act('claim')"),
        Binding("l", "act('release')"),
        Binding("x", "act('withdraw')"),
        Binding("z", "undo"),
        Binding("o", "numbers"),
        Binding("n", "next"),
        Binding("full_stop", "reload"),
        Binding("question_mark", "app.keys"),
        Binding("escape", "app.pop_screen"),
    ]

    def __init__(self, task: Json) -> None:
        super().__init__()
        self.seen = task
        self._drafts: dict[str, DecisionDraft] = {}
        self._opened = False

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        yield Static(id="head", markup=False)
        with VerticalScroll(id="sheet"):
            yield Static(id="text", markup=False)
        yield Static(id="told", markup=False)
        yield Static(key_line("sheet"), id="keys")

    def on_mount(self) -> None:
        """Show the task."""
        self.show_task(self.seen)
        self.query_one("#sheet").focus()
        self.set_interval(RENEW_SECONDS, self._renew)

    def show_task(self, task: Json) -> None:
        """Show it as it is now."""
        self.seen, self.read_at = task, now()
        self.show_head()
        self.query_one("#text", Static).update(Group(*self._sections()))

    def show_head(self) -> None:
        """Show which request this is, and whether announcements arrive."""
        link = "" if self.office.listening else "  [pengumuman terputus]"
        self.query_one("#head", Static).update(f"{self.seen['receipt']}  {self.seen['service_name']}{link}")

    def _sections(self) -> Iterator[RenderableType]:
        yield Text(sheet.head(self.seen, self.office.officers, now()))
        for section, rows in groupby(sheet.rows(self.seen, self.office.reasons), key=lambda row: row.section):
            table = Table.grid(padding=(0, 1))
            table.add_column(width=_LABEL)
            table.add_column(ratio=1)
            for row in rows:
                table.add_row(Text(row.label), Text(row.shown(opened=self._opened)))
            yield Text(f"\n{section}", "bold")
            yield Padding(table, (0, 0, 0, _INDENT))

    async def open_sheet(self, task: Json) -> None:
        """Show another task in place of this one."""
        await self.office.know((task["claimed_by"], task["decided_by"]))
        self._drafts.clear()
        self._opened = False
        self.show_task(task)
        self.query_one("#sheet").scroll_home(animate=False)

    def announced(self, news: Announcement) -> None:
        """Say that something became of this task; it does not change under the hand."""
        if news.data["task_id"] != self.seen["id"]:
            return
        if news.kind == "task_claimed" and news.data["officer_id"] != self.office.api.session.officer_id:
            self.office.tell(
                f"{self.office.officers.get(news.data['officer_id'], SOMEBODY)} mengambil pekerjaan ini. Titik (.) memuat ulang."
            )
        elif news.kind == "task_overdue":
            self.office.tell(f"Pekerjaan ini {word('late', news.data['level'])}.")
        elif news.kind == "task_closed" and self.office.decided != self.seen["id"]:
            self.office.tell(f"Pekerjaan ini sudah {word('outcomes', news.data['outcome'])}. N membuka yang berikutnya.")

    def action_numbers(self) -> None:
        """Show NIKs and card numbers in full, or masked again. That this task was opened stands in the audit log already."""
        self._opened = not self._opened
        self.show_task(self.seen)

    @work
    async def action_reload(self) -> None:
        """Show it as it is now."""
        async with self.turn:
            await self._became(await self.office.call("GET", self._path()), "Dimuat ulang.")

    @work
    async def action_act(self, act: str) -> None:
        """Claim, release, or withdraw a question."""
        said = {"claim": "Anda memegangnya.", "release": "Dilepas untuk petugas lain.", "withdraw": "Pertanyaan ditarik."}
        async with self.turn:
            await self._became(await self.office.call("POST", self._path(act)), said[act])

    @work
    async def action_decide(self, act: str) -> None:
        """Put a decision together, and send it until it is taken or put aside."""
        async with self.turn:
            await self.office.learn_reasons()
            draft, wrong = self._drafts.setdefault(act, DecisionDraft(act)), ""
            while (await self.app.push_screen_wait(Decision(self.seen, self.office.known_reasons, draft, wrong))).sent:
                wrong = await self._send(act, draft)
                if not wrong:
                    return
            if draft.note or draft.reasons:
                self.office.tell("Belum dikirim. Pilihan dan tulisan Anda disimpan di lembar ini.")

    async def _send(self, act: str, draft: DecisionDraft) -> str:
        """Send what was put together; return why it was not taken, empty when it was."""
        if act in _ROUTES and not draft.note:
            return self.office.say(ConsoleError("question_missing" if act == ASK else "telling_missing"))
        route, body = _ROUTES.get(act, "decision"), draft.body(self.seen["version"])
        try:
            done = await self.office.api.send("POST", self._path(route), json=body)
        except SessionOverError as error:
            await self.office.sign_in_again(self.office.say(error))
            return "Anda sudah masuk lagi. Tulisan Anda masih ada; kirim sekali lagi."
        except ConsoleError as error:
            return await self._refused(error)
        self._drafts.clear()
        await self._decided(act, done)
        return ""

    async def _refused(self, error: ConsoleError) -> str:
        if error.code != "version_stale":
            return await self.office.explain(error)
        fresh = await self.office.call("GET", self._path())
        if fresh:
            seen, self.seen = self.seen, fresh
            self.show_task(fresh)
            await self.app.push_screen_wait(Changed(sheet.changes(seen, fresh, self.office.reasons)))
        return "Berubah sejak Anda melihatnya. Periksa lagi, lalu kirim."

    async def _decided(self, act: str, task: Json) -> None:
        if act == TELL:
            await self._became(task, "Kabar dikirim; permintaannya tetap terbuka.")
            return
        if act == ASK:
            await self._became(task, "Pertanyaan dikirim. Jam berhenti sampai warga menjawab. N membuka yang berikutnya.")
            return
        self.office.decided = task["id"]
        if task["effective_at"]:
            seconds = max(0, round((datetime.fromisoformat(task["effective_at"]) - now()).total_seconds()))
            await self._became(task, f"{word('acts', act)}: dikirim dalam {seconds} detik. Z membatalkan, N membuka yang berikutnya.")
        elif task["stage"] == "second":
            await self._became(task, "Disetujui sekali; sekarang menunggu kepala seksi. N membuka yang berikutnya.")
        else:
            await self._became(task, f"Sudah {word('outcomes', task['outcome'])}. N membuka yang berikutnya.")

    async def _became(self, task: Json | None, said: str) -> None:
        if task:
            await self.office.know((task["claimed_by"], task["decided_by"]))
            self.show_task(task)
            self.office.tell(said, good=True)

    async def _renew(self) -> None:
        """Claim again what one holds, before it lapses, where somebody has pressed a key since the last look.

        What is shown stays: a decision is about what was seen, so its version is not the renewed one's.
        """
        until, mine = self.seen["claimed_until"], self.seen["claimed_by"] == self.office.api.session.officer_id
        is_due = bool(until) and datetime.fromisoformat(until) - now() < RENEWED_BEFORE
        if not (mine and is_due and self.office.touched(RENEW_SECONDS)):
            return
        try:
            self.seen["claimed_until"] = (await self.office.api.send("POST", self._path("claim")))["claimed_until"]
        except ConsoleError as error:
            self.office.tell(await self.office.explain(error))

    def _path(self, act: str = "") -> str:
        return f"/v1/tasks/{self.seen['id']}" + (f"/{act}" if act else "")
