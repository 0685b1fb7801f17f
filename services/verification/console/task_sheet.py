"""One task: what is known of it, and everything an officer can do with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
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
from services.verification.console.decision import ASK, Decision, Draft
from services.verification.console.notices import Changed
from services.verification.console.verification_api import ConsoleError, Json, SessionOverError
from services.verification.console.words import SOMEBODY, key_line, word
from services.verification.console.work_screen import WorkScreen
from shared.clock import now

RENEW_SECONDS: Final = 60.0  # between two looks whether a claim is half over
_LABEL: Final = 22  # columns
_INDENT: Final = 2  # columns
_ACTS: Final = {"s": "approve", "k": "return", "t": "reject", "w": ASK}


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
        self._drafts: dict[str, Draft] = {}
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
        self.seen = task
        self.query_one("#head", Static).update(f"{task['receipt']}  {task['service_name']}")
        self.query_one("#text", Static).update(Group(*self._sections()))

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

    @work(exclusive=True)
    async def action_reload(self) -> None:
        """Show it as it is now."""
        await self._became(await self.office.call("GET", self._path()), "Dimuat ulang.")

    @work(exclusive=True)
    async def action_act(self, act: str) -> None:
        """Claim, release, or withdraw a question."""
        said = {"claim": "Anda memegangnya.", "release": "Dilepas untuk petugas lain.", "withdraw": "Pertanyaan ditarik."}
        await self._became(await self.office.call("POST", self._path(act)), said[act])

    @work(exclusive=True)
    async def action_decide(self, act: str) -> None:
        """Put a decision together, and send it until it is taken or put aside."""
        draft, wrong = self._drafts.setdefault(act, Draft(act)), ""
        while (await self.app.push_screen_wait(Decision(self.seen, self.office.known_reasons, draft, wrong))).sent:
            if act == ASK and not draft.note:
                wrong = self.office.say(ConsoleError("question_missing"))
                continue
            try:
                done = await self.office.api.send(
                    "POST", self._path("ask" if act == ASK else "decision"), json=draft.body(self.seen["version"])
                )
            except SessionOverError as error:
                wrong = self.office.say(error)
                await self.office.sign_in_again(wrong)
            except ConsoleError as error:
                wrong = await self._refused(error)
            else:
                self._drafts.clear()
                await self._decided(act, done)
                return
        if draft.note or draft.reasons:
            self.office.tell("Belum dikirim. Pilihan dan tulisan Anda disimpan di lembar ini.")

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
        self.office.decided = task["id"]
        if act == ASK:
            await self._became(task, "Pertanyaan dikirim. Jam berhenti sampai warga menjawab. N membuka yang berikutnya.")
        elif task["effective_at"]:
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
        """Claim again what one holds, when half of the claim is over and somebody has pressed a key since the last look."""
        until = self.seen["claimed_until"]
        mine = self.seen["claimed_by"] == self.office.api.session.officer_id
        if not until or not mine or not self.office.touched(RENEW_SECONDS):
            return
        try:
            self.seen |= await self.office.api.send("POST", self._path("claim"))
        except ConsoleError as error:
            self.office.tell(await self.office.explain(error))

    def _path(self, act: str = "") -> str:
        return f"/v1/tasks/{self.seen['id']}" + (f"/{act}" if act else "")
