"""The window in which a decision is put together: reasons, words to the citizen, and what the citizen will read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Checkbox, Input, Static

from services.verification.console.reason_list import ReasonList
from services.verification.console.sheet import place_of
from services.verification.console.words import key_line, word

ASK: Final = "ask"
TELL: Final = "tell"
_WITH_REASONS: Final = ("return", "reject", "answer")
_NOTES: Final = {
    "approve": "Catatan (boleh kosong)",
    "return": "Tambahan untuk warga (boleh kosong)",
    "reject": "Tambahan untuk warga (boleh kosong)",
    ASK: "Pertanyaan untuk warga",
    "answer": "Kata-kata Anda untuk warga; sesudah ini selesai",
    TELL: "Kabar untuk warga; permintaannya tetap terbuka",
}
_LONGEST_NOTE: Final = 1_000  # characters; the API takes no more


@dataclass
class DecisionDraft:
    """What was put together so far; kept by the sheet until it is sent. A reason is `code|field`."""

    act: str
    reasons: list[str] = field(default_factory=list)
    note: str = ""
    grant_link: bool = False
    visit_on: str = ""
    sent: bool = False

    def body(self, version: str) -> dict[str, Any]:
        """Return it as the API takes it."""
        if self.act == ASK:
            return {"text": self.note, "version": version}
        if self.act == TELL:
            return {"text": self.note, "version": version, "visit_on": self.visit_on or None}
        reasons = [{"code": code, "field": about or None} for code, _, about in (each.partition("|") for each in self.reasons)]
        return {
            "action": self.act,
            "version": version,
            "reasons": reasons,
            "note": self.note or None,
            "grant_link": self.grant_link,
        }


def choices(task: Mapping[str, Any], known: Sequence[Mapping[str, Any]], act: str) -> list[tuple[str, str]]:
    """Return the reasons that may be given, as (`code|field`, text): what the checks found first.

    Of an unproven sender those are left out that would tell what the register holds.
    """
    fitting = (each for each in known if act in each["acts"] and (not each["services"] or task["service"] in each["services"]))
    allowed = {each["code"]: each for each in fitting if task["identity"]["proven"] or not each["tells_register"]}
    found = {f"{each['code']}|{each['field'] or ''}": each for each in task["findings"] if each["code"] in allowed}
    first = []
    for value, each in found.items():
        about = place_of(dict(task), each["field"])
        first.append((value, allowed[each["code"]]["text"] + (f" ({about})" if about else "")))
    named = {each["code"] for each in found.values()}
    return first + [(f"{code}|", each["text"]) for code, each in allowed.items() if code not in named]


class Decision(ModalScreen[DecisionDraft]):
    """Dismissed with the draft, sent or not: nothing that was typed is lost."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "tutup"), Binding("f2", "send", "kirim", priority=True)]

    def __init__(self, task: Mapping[str, Any], known: Sequence[Mapping[str, Any]], draft: DecisionDraft, wrong: str = "") -> None:
        super().__init__()
        self._seen = task
        self._draft = draft
        self._wrong = wrong
        self._choices = choices(task, known, draft.act) if draft.act in _WITH_REASONS else []

    def compose(self) -> ComposeResult:
        """Lay out what the act needs."""
        act = self._draft.act
        with Vertical(classes="box"):
            yield Static(f"{word('acts', act)}: {self._seen['receipt']} {self._seen['service_name']}", classes="title", markup=False)
            if self._wrong:
                yield Static(self._wrong, classes="wrong", markup=False)
            if act in _WITH_REASONS:
                yield ReasonList(self._choices, self._draft.reasons)
            if act == "approve":
                names = [f"{each['name']} ({each['holder_name']})" for each in self._seen["personal"]["documents"]]
                yield Static("Yang akan terbit: " + (", ".join(names) or "tidak ada"), markup=False)
            if self._seen["identity"]["can_grant_link"] and act in ("approve", "answer", "return"):
                yield Checkbox("Wajah di swafoto cocok: hubungkan nomor HP dengan NIK ini", self._draft.grant_link, id="link")
            if act == TELL and self._seen["ticket"]["visits"]:
                yield Input(self._draft.visit_on, placeholder="Hari bertemu, TTTT-BB-HH (boleh kosong)", id="day", max_length=10)
            yield Input(self._draft.note, placeholder=_NOTES[act], id="note", max_length=_LONGEST_NOTE)
            if act in _WITH_REASONS:
                yield Static(id="message", markup=False)
            yield Static(key_line("decision"))

    def on_mount(self) -> None:
        """Begin where something is to be chosen."""
        self.query_one("#reasons" if self._draft.act in _WITH_REASONS else "#note").focus()
        self._preview()

    def on_reason_list_chosen(self) -> None:
        """Keep the choice and show the message as it would be."""
        self._keep()
        self._preview()

    def on_input_changed(self) -> None:
        """Show the message as it would be."""
        self._keep()
        self._preview()

    def on_input_submitted(self) -> None:
        """Send from the field."""
        self.action_send()

    def action_send(self) -> None:
        """Send what was put together."""
        self._keep()
        self._draft.sent = True
        self.dismiss(self._draft)

    def action_close(self) -> None:
        """Go back; the draft is kept."""
        self._keep()
        self._draft.sent = False
        self.dismiss(self._draft)

    def _keep(self) -> None:
        self._draft.note = self.query_one("#note", Input).value.strip()
        for day in self.query("#day").results(Input):
            self._draft.visit_on = day.value.strip()
        for box in self.query("#link").results(Checkbox):
            self._draft.grant_link = box.value
        for reasons in self.query(ReasonList):
            self._draft.reasons = reasons.chosen

    def _preview(self) -> None:
        texts = dict(self._choices)
        for place in self.query("#message").results(Static):
            said = [f"• {texts[value]}" for value in self._draft.reasons if value in texts]
            said += [f"Catatan petugas: {self._draft.note}"] if self._draft.note else []
            place.update("\n".join(said) or "Pilih alasan: kalimatnya yang dibaca warga.")
