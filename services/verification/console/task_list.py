"""The list of tasks, kept up to date by announcements: rows change where they are, and what is new is counted, not pushed in."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Final

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import DataTable, Input, Static

from services.verification.console.announcements import Announcement
from services.verification.console.task_sheet import TaskSheet
from services.verification.console.verification_api import Json
from services.verification.console.words import SOMEBODY, key_line, word
from services.verification.console.work_screen import WorkScreen
from shared.clock import now
from shared.web.desk.words import day_words

FILTERS: Final = ("available", "mine", "overdue", "second", "waiting")
PAGE: Final = 100  # rows; more than a screen shows, few enough to come at once
_STATE: Final = "state"
_COLUMNS: Final = (("receipt", "Tanda terima", 13), ("service", "Layanan", 24), ("due", "Janji", 16), (_STATE, "Keadaan", 16))


class TaskList(WorkScreen):
    """The first screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(number), f"filter('{name}')") for number, name in enumerate(FILTERS, 1)),
        Binding("n", "next"),
        Binding("full_stop", "reload"),
        Binding("right_square_bracket", "more"),
        Binding("slash", "find", priority=True),  # before the next key is looked at: who types on loses no letter
        Binding("z", "undo"),
        Binding("q", "leave"),
        Binding("question_mark", "app.keys"),
        Binding("escape", "reset"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._filter = FILTERS[0]
        self._text = ""
        self._next: str | None = None
        self._new: set[str] = set()
        self.was_read = False

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        yield Static(id="head", markup=False)
        yield Input(placeholder="Tanda terima, NIK, nomor KK, nama, atau nomor HP", id="find")
        yield DataTable(id="tasks", cursor_type="row", zebra_stripes=True)
        yield Static(id="empty", markup=False)
        yield Static(id="told", markup=False)
        yield Static(key_line("list"), id="keys")

    @property
    def table(self) -> DataTable[Any]:
        """The rows."""
        return self.query_one("#tasks", DataTable)

    def on_mount(self) -> None:
        """Read the first page."""
        for key, label, width in _COLUMNS:
            self.table.add_column(label, key=key, width=width)
        self.action_reload()

    def on_screen_resume(self) -> None:
        """Say again what holds; rows were kept up to date meanwhile."""
        self.show_head()
        self.table.focus()

    def show_head(self) -> None:
        """Show which list this is, who works here, what is new, and whether announcements arrive."""
        new = f", {len(self._new)} baru: tekan titik (.)" if self._new else ""
        found = f' yang cocok dengan "{self._text}"' if self._text else ""
        link = "" if self.office.listening else "  [pengumuman terputus]"
        name = self.office.api.session.name
        self.query_one("#head", Static).update(
            f"{name or 'Konsol'}: {self.table.row_count if self.was_read else 'membaca'} {word('filters', self._filter)}{found}{new}{link}"
        )
        self.query_one("#empty", Static).update(
            "" if self.table.row_count else "Tidak ada pekerjaan di daftar ini. Yang baru dihitung di atas."
        )
        self.query_one("#empty").display = self.was_read and not self.table.row_count

    async def open_sheet(self, task: Json) -> None:
        """Show a task over the list."""
        await self.office.know((task["claimed_by"], task["decided_by"]))
        await self.app.push_screen(TaskSheet(task))

    def announced(self, news: Announcement) -> None:
        """Change the row that an announcement is about; count what is new."""
        task_id, data = news.data["task_id"], news.data
        if news.kind == "task_opened" and task_id not in self.table.rows:
            self._new.add(task_id)
        elif news.kind == "task_claimed":
            self._put(task_id, self.office.officers.get(data["officer_id"], SOMEBODY))
        elif news.kind == "task_released":
            self._put(task_id, word("stages", data["stage"]))
        elif news.kind == "task_overdue":
            self._put(task_id, word("late", data["level"]))
        elif news.kind == "task_closed":
            self._new.discard(task_id)
            self._put(task_id, word("outcomes", data["outcome"]))
        self.show_head()

    def action_filter(self, name: str) -> None:
        """Show another list."""
        self._filter, self._text = name, ""
        self.action_reload()

    def action_reload(self) -> None:
        """Read the list from its beginning."""
        self._read(None)

    def action_more(self) -> None:
        """Read the next page."""
        if self._next:
            self._read(self._next)

    def action_find(self) -> None:
        """Ask for what is looked for."""
        place = self.query_one("#find", Input)
        place.display = True
        self.set_focus(place)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the key that begins a search to what is typed into it."""
        return not (action == "find" and isinstance(self.focused, Input)) and super().check_action(action, parameters)

    def action_reset(self) -> None:
        """Look for nothing any more."""
        self.query_one("#find", Input).clear()
        self._found("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Look for it."""
        self._found(event.value.strip())

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Open a task."""
        if event.row_key.value:
            self._open(event.row_key.value)

    @work
    async def action_leave(self) -> None:
        """Give everything back and end."""
        await self.office.leave()

    @work
    async def _open(self, task_id: str) -> None:
        async with self.turn:
            task = await self.office.call("GET", f"/v1/tasks/{task_id}")
            if task:
                await self.open_sheet(task)

    @work(exclusive=True, group="read")
    async def _read(self, after: str | None) -> None:
        began, counted = now(), set(self._new)
        asked = {"show": self._filter, "order": "place", "limit": PAGE} | ({"after": after} if after else {})
        if self._text:
            page = await self.office.call("POST", "/v1/tasks/search", json=asked | {"text": self._text})
        else:
            page = await self.office.call("GET", "/v1/tasks", params=asked)
        if not page:
            return
        await self.office.know(each["claimed_by"] for each in page["tasks"])
        self._next, self.read_at, self.was_read = page["next"], began, True
        self.table.clear()
        for each in page["tasks"]:
            self.table.add_row(*self._cells(each), key=each["id"])
        self._new -= counted | {each["id"] for each in page["tasks"]}  # what was announced meanwhile is still new
        self.office.tell("Ada halaman berikutnya: tekan ]" if self._next else "")
        self.show_head()

    def _cells(self, task: Json) -> tuple[Text, ...]:
        if task["claimed_by"]:
            state = self.office.officers.get(task["claimed_by"], SOMEBODY)
        elif task["late"]:
            state = word("late", task["late"])
        else:
            state = word("stages", task["stage"])
        due = day_words(datetime.fromisoformat(task["due_at"]), now())
        return tuple(Text(each) for each in (task["receipt"], task["service_name"], due, state))

    def _put(self, task_id: str, state: str) -> None:
        if task_id in self.table.rows:
            self.table.update_cell(task_id, _STATE, Text(state))

    def _found(self, text: str) -> None:
        self.query_one("#find").display = False
        self.table.focus()
        if text != self._text:
            self._text = text
            self.action_reload()
