"""What the dialogue says about a form: the open question, what is wrong with an answer, the summary. Texts by name, never the words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from services.intake.domain.answers import OpenQuestion, fields_of
from services.intake.domain.chat import Act, Button, DialogueContext, Draft, ListRow, OtherContent, Say
from services.intake.domain.forms import ServiceMenu
from services.intake.domain.texts import MAX_TITLE_CHARACTERS
from shared.reference.forms import Field, Form, Unclear
from shared.reference.lists import code_list
from shared.values import Malformed

MAX_BUTTONS: Final = 3  # WhatsApp's limit of an interactive message
_MAX_SHOWN: Final = 48  # characters of one answer in the summary, so that the whole fits a message, mostly one with buttons
_MAX_DOCUMENT_SHOWN: Final = 32  # and of the name of a document
_MAX_ROWS_SHOWN: Final = 8  # rows of a group in the summary
_MAX_SERVICE_BUTTONS: Final = 2  # beside the status; more services are a numbered list in the text
MAX_ROWS: Final = 10  # WhatsApp's limit of a list
FURTHER: Final = "+"  # in the topic of a button: from where on its list is shown, `change:+9`, `group:cards+9`
_WITHOUT_EXAMPLE: Final = frozenset({"choice", "yes_no", "nik", "kk_number"})  # shown already, or a number that somebody would copy
_ANSWER: Final = "answer"  # id of a button that answers a question: `answer:ya`
CONFIRMING: Final = ("confirm", "change", "cancel")
"""The buttons below a summary."""
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "kk": ("kk",),
    "cards": ("ktp", "kia"),
    "birth": ("birth",),
    "death": ("death",),
    "move": ("move",),
    "certificates": ("children", "certificate"),
    "data": ("data",),
    "more": ("marriage", "court", "complaint", "other"),
}
"""The groups of the menu: few enough for one list, each with the catalogue's groups in it."""


def menu(text: str, context: DialogueContext, **values: str | Say) -> Say:
    """Return a text with the services in it."""
    services, number = context.menu, 0
    lines: list[Say] = []
    for group, members in services.groups().items():
        if len(services.forms) > _MAX_SERVICE_BUTTONS:
            lines.append(Say("menu_group", {"group": code_list("service_group").label(group)}))
        for service in members:
            number += 1
            lines.append(Say("menu_service", {"number": str(number), "service": service.name}))
    buttons = tuple(f"service:{code}" for code in services.forms) if len(services.forms) <= _MAX_SERVICE_BUTTONS else ()
    return Say(text, {"services": tuple(lines), **values}, (*buttons, "status"), rows=() if buttons else _menu_rows())


def _menu_rows() -> tuple[ListRow, ...]:
    return (*(ListRow(f"group:{name}") for name in GROUPS), ListRow("status"), ListRow("officer"))


def page_of(rows: Sequence[ListRow], start: str, further: ListRow) -> tuple[ListRow, ...]:
    """Return the rows of a list from the one on that a button names (`9`); where more follow, the last one, `further`, leads to them."""
    first = int(start) if start.isdecimal() and len(start) <= len("99") and int(start) < len(rows) else 0
    shown = tuple(rows[first : first + MAX_ROWS])
    if first + len(shown) == len(rows):
        return shown
    return (*shown[:-1], replace(further, id=f"{further.id}{FURTHER}{first + len(shown) - 1}"))


def sentence(draft: Draft, name: str, what: str, kind: str, **values: str | Say) -> Say:
    """Return a sentence of a field: the service's own, else the one that services share, else the one of its type."""
    return Say(f"{draft.service}.{name}.{what}", values, otherwise=(f"common.{name}.{what}", f"{what}_{kind}"))


def ask(draft: Draft, question: OpenQuestion, menu: ServiceMenu) -> tuple[Say, ...]:
    """Ask a question."""
    said = _asked(draft, question, menu, "ask")
    if question.group is not None and not question.asks_more:
        said = Say("ask_in_row", {"row": _row(draft, question.group, question.row), "ask": said}, said.buttons)
    return (said, *_example(draft, question), *_options(question))


def days(question: OpenQuestion, context: DialogueContext) -> tuple[Say, ...]:
    """Offer the days on which somebody can come, where the question asks for one."""
    field = question.field
    free = [day for day in field.offered(context.today) if day not in context.full_days]
    rows = [ListRow(_pressed(field.kind.wire(day), question), "", field.show(day, context.today)) for day in free]
    return (Say("choose_day", rows=tuple(rows)),) if rows else ()


def photo_waiting(draft: Draft, question: OpenQuestion, menu: ServiceMenu) -> tuple[Say, ...]:
    """Offer a photo that came before it was asked for, where nobody has said yet what it is."""
    if not question.takes_file or not draft.loose:
        return ()
    return (Say("photo_waiting", {"document": menu.document(question.field)}, (f"photo:{question.field.name}", *_skip(question))),)


def again(draft: Draft, question: OpenQuestion, menu: ServiceMenu) -> tuple[Say, ...]:
    """Say once more what the open question wants."""
    return (_asked(draft, question, menu, "again"), *_options(question))


def wrong(draft: Draft, question: OpenQuestion, error: Malformed, context: DialogueContext) -> tuple[Say, ...]:
    """Say what is wrong with an answer, and what is wanted; where one of several may be meant, offer them."""
    limits = question.field.limits
    values = {
        "min": str(limits.min if limits.min is not None else 0),
        "max": str(limits.max if limits.max is not None else "-"),
        "unit": limits.unit,
        "max_length": str(limits.max_length),
        "years": str(limits.within_years or "-"),
    }
    said = Say(f"wrong_{error.code}", values)
    if isinstance(error, Unclear):
        return (said, _candidates(question, error.candidates, context.today))
    return (said, *again(draft, question, context.menu))


def _candidates(question: OpenQuestion, codes: Sequence[str], today: date) -> Say:
    names = {code: question.field.show(code, today) for code in codes[:MAX_ROWS]}
    said = {"candidates": "\n".join(f"- {name}" for name in names.values())}
    if len(codes) <= MAX_BUTTONS and all(len(name) <= MAX_TITLE_CHARACTERS for name in names.values()):
        return Say("candidates", said, tuple(Button(_pressed(code, question), name) for code, name in names.items()))
    return Say("candidates", said, rows=tuple(ListRow(_pressed(code, question), name, _short(name)) for code, name in names.items()))


def _short(name: str) -> str:
    """Return the name of a place as it fits a row, whose line below has it whole."""
    return name.replace(", Kecamatan ", ", ")


def _pressed(value: str, question: OpenQuestion) -> str:
    """Return the id of a button that answers a question: which one is in it, for it may be pressed when another one is open."""
    return f"{_ANSWER}:{value}@{question.path}"


def noted(draft: Draft, fields: Sequence[Field], form: Form, context: DialogueContext) -> Say:
    """Say which answers were taken from one message."""
    values = form.values(draft.answers)
    lines = tuple(
        Say(
            "noted_line", {"label": label(draft, field, context.menu), "answer": shown(draft, field, values.get(field.name), context.today)}
        )
        for field in fields
    )
    return Say("noted", {"answers": lines})


def wants(draft: Draft, question: OpenQuestion, menu: ServiceMenu) -> tuple[Say, ...]:
    """Say that something else was wanted than what came: words for a photo, a photo for words."""
    if question.takes_file:
        return (Say("wants_document", {"document": menu.document(question.field)}),)
    return (Say("wants_text"), *again(draft, question, menu))


def unreadable(act: Act) -> Say:
    """Say why a message that is neither text nor photo can't be used."""
    kind = act.kind if isinstance(act, OtherContent) else "unknown"
    return Say(f"kind.{kind}", buttons=("menu",), otherwise=("kind.unknown",))


def missing(draft: Draft, question: OpenQuestion, menu: ServiceMenu) -> tuple[Say, ...]:
    """Say that nothing can be sent yet, and ask the open question."""
    return (Say("missing"), *ask(draft, question, menu))


def explain(draft: Draft, question: OpenQuestion, menu: ServiceMenu) -> tuple[Say, ...]:
    """Explain the open question."""
    document = menu.document(question.field)
    help_ = sentence(draft, question.name, "help", question.field.type, document=document)
    return (Say("help_question", {"help": help_}), *ask(draft, question, menu))


def reasons(draft: Draft) -> tuple[Say, ...]:
    """Return why the request that a draft mends was returned, each sentence once."""
    codes = dict.fromkeys(reason.partition(":")[0] for reason in draft.reasons)
    return tuple(Say("reason_line", {"reason": Say(f"reason.{code}", otherwise=("reason",))}) for code in codes)


def label(draft: Draft, field: Field, menu: ServiceMenu) -> Say:
    """Return what the summary calls an answer; for a document, the document itself."""
    if field.is_document:
        kind = next((file.kind for file in draft.attachments if file.field == field.name), field.any_of[0])
        return Say("label_document", {"document": _cut(menu.catalogue.attachment_name(kind), _MAX_DOCUMENT_SHOWN)})
    return sentence(draft, field.name, "label", field.type)


def summary(draft: Draft, form: Form, context: DialogueContext) -> Say:
    """List every answer with its label and its number, by which it can be changed."""
    lines, values = [], form.values(draft.answers)
    for number, field in enumerate(fields_of(draft, form, context.today), start=1):
        said = shown(draft, field, values.get(field.name), context.today)
        line = "summary_rows" if said.text == "shown_rows" else "summary_line"
        lines.append(Say(line, {"number": str(number), "label": label(draft, field, context.menu), "answer": said}))
    return Say("summary", {"service": context.menu.title(draft.service), "answers": tuple(lines)}, CONFIRMING)


def shown(draft: Draft, field: Field, value: Any, today: date) -> Say:
    """Return an answer as the one who gave it reads it again."""
    if field.is_document:
        return Say("shown_document" if any(file.field == field.name for file in draft.attachments) else "shown_nothing")
    if field.is_group:
        return _shown_rows(field, value or (), today)
    return Say("shown", {"answer": _cut(field.show(value, today))}) if value is not None else Say("shown_nothing")


def _shown_rows(group: Field, rows: tuple[Mapping[str, Any], ...], today: date) -> Say:
    if not rows:
        return Say("shown_nothing")
    lines = [_cut(", ".join(cell.show(row[cell.name], today) for cell in group.fields if cell.name in row)) for row in rows]
    shown = tuple(Say("shown_row", {"answer": line}) for line in lines[:_MAX_ROWS_SHOWN])
    left = len(lines) - len(shown)
    return Say("shown_rows", {"rows": (*shown, *([Say("shown_more_rows", {"left": str(left)})] if left else []))})


def _cut(text: str, most: int = _MAX_SHOWN) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _asked(draft: Draft, question: OpenQuestion, menu: ServiceMenu, what: str) -> Say:
    """Return the question's sentence; for `again` the asking itself where it has no other."""
    name, kind = question.name, question.field.type
    if question.asks_more:
        what, kind = ("more" if question.row else "any"), "group"
        return Say(f"{draft.service}.{name}.{what}", buttons=_yes_no(question), otherwise=(f"common.{name}.{what}",))
    asked = [f"{owner}.{name}.{each}" for each in dict.fromkeys((what, "ask")) for owner in (draft.service, "common")]
    values = {"document": menu.document(question.field)} if question.takes_file else {}
    return Say(asked[0], values, buttons=_buttons(question), otherwise=(*asked[1:], f"ask_{kind}"))


def _row(draft: Draft, group: Field, row: int) -> Say:
    least, most = group.count
    called = sentence(draft, group.name, "label", group.type)
    values: dict[str, str | Say] = {"label": called, "number": str(row + 1), "of": str(most)}
    return Say("row_of" if least == most else "row", values)


def _example(draft: Draft, question: OpenQuestion) -> tuple[Say, ...]:
    if question.asks_more or question.takes_file or question.field.type in _WITHOUT_EXAMPLE:
        return ()
    return (Say("example", {"example": sentence(draft, question.name, "example", question.field.type)}, _buttons(question)),)


def _options(question: OpenQuestion) -> tuple[Say, ...]:
    """Return the numbered list of a choice that has no buttons."""
    if question.asks_more or question.field.type != "choice" or _fits(question):
        return ()
    labels = question.field.codes(question.day).rows.values()
    return (Say("options", {"options": "\n".join(f"{number}. {each}" for number, each in enumerate(labels, start=1))}, _skip(question)),)


def _fits(question: OpenQuestion) -> bool:
    rows = question.field.codes(question.day).rows
    return len(rows) <= MAX_BUTTONS - question.field.optional and all(len(each) <= MAX_TITLE_CHARACTERS for each in rows.values())


def _buttons(question: OpenQuestion) -> tuple[str | Button, ...]:
    field = question.field
    if field.type == "yes_no":
        return (*_yes_no(question), *_skip(question))
    if field.type == "choice" and _fits(question):
        return (*(Button(_pressed(code, question), title) for code, title in field.codes(question.day).rows.items()), *_skip(question))
    return _skip(question)


def _skip(question: OpenQuestion) -> tuple[str, ...]:
    return ("skip",) if question.field.optional else ()


def _yes_no(question: OpenQuestion) -> tuple[str, ...]:
    return _pressed("ya", question), _pressed("tidak", question)
