"""What changed while an officer read: what stood there, what stands there now, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import BaseModel, TypeAdapter, ValidationError

from services.verification.desk.sheet import MATCHES, Sheet
from services.verification.domain.comparison import Match
from shared.web.desk import State, Tone


class SeenRow(BaseModel):
    """One line as it stood on the screen, numbers masked."""

    label: str
    given: str
    registered: str | None
    match: str
    mark: str


@dataclass(frozen=True, slots=True)
class Change:
    """One line that is another now."""

    label: str
    then: str
    now: str
    follows: State


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that changed; empty: only who works on it."""

    lines: tuple[Change, ...]


_Rows = TypeAdapter(dict[str, SeenRow])
_LOOK = State("Perlu dilihat", Tone.WAIT, icon="eye")
_FINE = State("Tidak menghalangi lagi", Tone.GOOD, icon="circle-check")
_BAD = State("Sekarang menghalangi", Tone.BAD, icon="alert-octagon")


def snapshot(sheet: Sheet) -> str:
    """Return what stands on the page, to be sent back with the decision."""
    return orjson.dumps({name: row.model_dump() for name, row in _seen(sheet).items()}).decode()


def changes(seen: str, sheet: Sheet) -> Changes:
    """Compare what a page sent back with what would stand there now. What can't be read says nothing."""
    try:
        then: dict[str, SeenRow] = _Rows.validate_json(seen)
    except ValidationError:
        return Changes(())
    now = _seen(sheet)
    names = [*now, *(name for name in then if name not in now)]
    return Changes(tuple(_change(then.get(name), now.get(name)) for name in names if _differs(then.get(name), now.get(name))))


def _seen(sheet: Sheet) -> dict[str, SeenRow]:
    rows = {
        row.name: SeenRow(label=row.label, given=row.shown, registered=row.registered, match=row.match.value, mark=row.mark)
        for row in sheet.rows
    }
    task = sheet.view.task
    plain: dict[str, tuple[str, Any]] = {
        "berkas": ("Berkas", f"{len(sheet.papers)} berkas"),
        "temuan": ("Temuan", "; ".join(told.text for told in sheet.findings) or "tidak ada"),
        "jawaban": ("Jawaban warga", task.answer.text if task.answer else "belum ada"),
        "terbit": ("Yang akan terbit", "tidak ada" if sheet.view.preview is None else f"{len(sheet.view.preview.plan.documents)} dokumen"),
    }
    for name, (label, text) in plain.items():
        rows[name] = SeenRow(label=label, given=text, registered=None, match=Match.NEW.value, mark=text)
    return rows


def _differs(then: SeenRow | None, now: SeenRow | None) -> bool:
    return then is None or now is None or (then.mark, then.match) != (now.mark, now.match)


def _change(then: SeenRow | None, now: SeenRow | None) -> Change:
    label = (now or then or SeenRow(label="", given="", registered=None, match="", mark="")).label
    was_wrong = then is not None and then.match == Match.WRONG.value
    is_wrong = now is not None and now.match == Match.WRONG.value
    follows = _FINE if was_wrong and not is_wrong else _BAD if is_wrong and not was_wrong else _LOOK
    return Change(label, _said(then), _said(now), follows)


def _said(row: SeenRow | None) -> str:
    if row is None:
        return "tidak ada"
    match = {each.value: state.word for each, state in MATCHES.items()}.get(row.match, "")
    return ", ".join(filter(None, (row.given, row.registered and f"register: {row.registered}", match if row.registered else "")))
