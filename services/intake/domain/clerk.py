"""A court's clerk types a decision from the paper: what was typed is kept as text, by the path of its field. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from services.intake.domain.court import CourtDecision, CourtParty
from shared.errors import Stale
from shared.reference.decision_kinds import DecisionKind, case_fields, decision_kinds
from shared.reference.forms import Field
from shared.values import Attachment

CUSTODY: Final = "custody_nik"
"""Of a child: the NIK of a party. A clerk chooses the party, whose NIK stands on the page once already."""
_FILE_FIELD: Final = "decision"
_LAWSUIT: Final = "Pdt.G"
_LONGEST: Final = 1_000  # characters of a text that are kept: twice as many as any field takes


@dataclass(frozen=True, slots=True)
class CourtDraft:
    """A decision that a clerk has begun to type; colleagues of the same court may go on with it.

    `values`: text by path, such as `husband.nik` and `children[0].nik`. `rows`: how many rows each group has. `version`: one more with
    every change, the last of which the page `page` sent. `corrects`: the case that it corrects. `sent_case`: the case that came of it: of
    such a draft nothing else is kept.
    """

    draft_id: str
    court: str
    kind: str
    clerk: str
    clerk_name: str
    touched_at: datetime
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    rows: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    version: int = 1
    page: str = ""
    file: Attachment | None = None
    corrects: str | None = None
    sent_case: str | None = None


@dataclass(frozen=True, slots=True)
class ClerkSave:
    """What a page sends: whose it is, the version that it was drawn from, what stands in its fields, and what is to change beside them.

    `page`: a name of the page itself, another each time it is drawn: what comes from the page that saved last is never a lost update.
    `is_quiet`: sent while somebody types, not by a button: it may come late, and then changes nothing.
    `adds`: a group that gets one more row. `removes`: a group, and its row that goes. `file`: a PDF in place of the present one.
    """

    clerk: str
    clerk_name: str
    page: str
    version: int
    values: Mapping[str, str] = field(repr=False)
    rows: Mapping[str, int]
    is_quiet: bool = False
    adds: str = ""
    removes: tuple[str, int] | None = None
    file: Attachment | None = None
    drops_file: bool = False


def first_rows(kind: DecisionKind) -> dict[str, int]:
    """Return with how many rows each group begins: the fewest that it must have."""
    return {each.name: each.count[0] for each in groups(kind)}


def groups(kind: DecisionKind) -> tuple[Field, ...]:
    """Return the fields that are rows, which can be added and taken away."""
    return tuple(each for each in kind.own_fields if each.is_group and each.name not in kind.persons)


def paths(kind: DecisionKind, rows: Mapping[str, int]) -> Iterator[tuple[str, Field]]:
    """Yield every single field of the page with its path, in the order of the kind."""
    for each in (*case_fields(), *kind.own_fields):
        if each.name in kind.persons:
            yield from ((f"{each.name}.{inner.name}", inner) for inner in each.fields)
        elif each.is_group:
            for number in range(rows.get(each.name, 0)):
                yield from ((f"{each.name}[{number}].{inner.name}", inner) for inner in each.fields)
        else:
            yield each.name, each


def saved(draft: CourtDraft, save: ClerkSave, at: datetime) -> CourtDraft:
    """Return the draft with what a page sent.

    Raises:
        Stale: `draft_sent`; `draft_changed`: somebody has changed it since that page was drawn.
    """
    if draft.sent_case is not None:
        raise Stale("draft_sent", "It was sent already.")
    if save.version != draft.version and (save.is_quiet or save.page != draft.page):
        raise Stale("draft_changed", "Somebody else has changed it since.")
    typed = row_changed(merged(draft, save), save)
    file = save.file or (None if save.drops_file else draft.file)
    return replace(typed, file=file, version=draft.version + 1, page=save.page, clerk=save.clerk, clerk_name=save.clerk_name, touched_at=at)


def merged(draft: CourtDraft, save: ClerkSave) -> CourtDraft:
    """Return the draft with the texts and rows of a page in place of its own; what its kind does not have is left out."""
    kind = decision_kinds()[draft.kind]
    rows = {each.name: min(max(save.rows.get(each.name, 0), each.count[0]), each.count[1]) for each in groups(kind)}
    texts = {path: save.values.get(path, "").strip()[:_LONGEST] for path, _ in paths(kind, rows)}
    values = {path: text for path, text in texts.items() if text}
    return replace(draft, values=MappingProxyType(values), rows=MappingProxyType(rows))


def row_changed(draft: CourtDraft, save: ClerkSave) -> CourtDraft:
    """Return the draft with the row added or removed that a page asks for."""
    if save.adds:
        return row_added(draft, save.adds)
    return row_removed(draft, *save.removes) if save.removes else draft


def row_added(draft: CourtDraft, group: str) -> CourtDraft:
    """Return the draft with one more row; as it is where the group has as many as it may have, or the kind no such group."""
    known = _group(draft, group)
    if known is None or draft.rows.get(group, 0) >= known.count[1]:
        return draft
    return replace(draft, rows=MappingProxyType({**draft.rows, group: draft.rows.get(group, 0) + 1}))


def row_removed(draft: CourtDraft, group: str, row: int) -> CourtDraft:
    """Return the draft without a row, those behind it moved up; as it is where there is no such row."""
    known, count = _group(draft, group), draft.rows.get(group, 0)
    if known is None or not 0 <= row < count:
        return draft
    values = {path: text for path, text in draft.values.items() if not path.startswith(f"{group}[")}
    kept = [number for number in range(count) if number != row]
    for place, number in enumerate(kept):
        for inner in known.fields:
            if text := draft.values.get(f"{group}[{number}].{inner.name}"):
                values[f"{group}[{place}].{inner.name}"] = text
    return replace(draft, values=MappingProxyType(values), rows=MappingProxyType({**draft.rows, group: count - 1}))


def _group(draft: CourtDraft, group: str) -> Field | None:
    return next((each for each in groups(decision_kinds()[draft.kind]) if each.name == group), None)


def sent(draft: CourtDraft, case_id: str) -> CourtDraft:
    """Return what is kept of a draft that was sent: that it was, so that sending it once more leads to its case."""
    empty: Mapping[str, Any] = MappingProxyType({})
    return replace(draft, values=empty, rows=empty, file=None, sent_case=case_id, version=draft.version + 1)


def attachment_of(kind: str, stored: Attachment, case_number: str) -> Attachment:
    """Return the PDF as the decision that it is: a `putusan` ends a lawsuit, a `penetapan` a petition."""
    letters = decision_kinds()[kind].letters
    is_lawsuit = letters == (_LAWSUIT,) or (_LAWSUIT in letters and _LAWSUIT.casefold() in case_number.casefold())
    return replace(stored, field=_FILE_FIELD, kind="putusan" if is_lawsuit else "penetapan")


def values_of(decision: CourtDecision, today: date) -> tuple[dict[str, str], dict[str, int]]:
    """Return the texts and rows that a page of a recorded decision begins with."""
    kind = decision_kinds()[decision.kind]
    rows = {each.name: len(decision.rows(each.name)) for each in groups(kind)}
    case = {each.name: getattr(decision, each.name) for each in case_fields()}
    roles = {party.nik: role for role, party in decision.parties}
    values: dict[str, str] = {}
    for path, each in paths(kind, rows):
        value = _at(decision, case, path)
        if each.name == CUSTODY:
            value = roles.get(value)
        if value is not None:
            values[path] = _typed(each, value, today)
    return values, rows


def _typed(each: Field, value: Any, today: date) -> str:
    if isinstance(value, date):
        return f"{value:%d-%m-%Y}"
    if isinstance(value, bool):
        return each.show(value, today).lower()
    return str(value)


def _at(decision: CourtDecision, case: Mapping[str, Any], path: str) -> Any:
    """Return the value that a path names."""
    owner, _, inner = path.partition(".")
    name, _, row = owner.partition("[")
    if not inner:
        return case[name] if name in case else decision.answers.get(name)
    found = decision.answers.get(name)
    if isinstance(found, CourtParty):
        return getattr(found, inner)
    numbered: Sequence[Mapping[str, Any]] = decision.rows(name) if row else ()
    return numbered[int(row[:-1])].get(inner) if row else None
