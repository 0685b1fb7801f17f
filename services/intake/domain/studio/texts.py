"""The texts of pieces: captions, what a village's group reads, what a radio reads aloud, what a picture shows in words. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from services.intake.domain.studio.contents import PanelRow, PieceContent, PiecePanel, PieceSubject, StudioBook, filled_lead, said_rows
from services.intake.domain.studio.pieces import PieceForm, PieceMedium

CAPTION_LONGEST: Final = 1_900  # characters: Instagram takes 2,200, and somebody may want to add a sentence
ALT_LONGEST: Final = 1_000  # characters: what Instagram and X take
_WITHOUT_LINKS: Final = frozenset({"instagram", "tiktok", "youtube"})
_SHORT: Final = frozenset({"x"})
_GAPS: Final = re.compile(r"\n{3,}")
_GROUP: Final = 3  # digits that are read aloud in one breath
_CUT: Final = "…"


def caption_of(subject: PieceSubject, content: PieceContent, book: StudioBook) -> str:
    """Return what is written beside a picture on its account."""
    channel = subject.piece.wish.channel
    table = "caption_short" if channel in _SHORT else "caption_without_links" if channel in _WITHOUT_LINKS else "caption"
    whole = _text(subject, content, book, book.texts[table]["id"])
    if len(whole) <= CAPTION_LONGEST:
        return whole
    return _text(subject, _brief(content, book), book, book.texts[table]["id"])


def text_of(subject: PieceSubject, content: PieceContent, book: StudioBook, form: PieceForm) -> str:
    """Return a piece that is a text."""
    return _text(subject, content, book, book.texts[form.template][form.language])


def alt_of(subject: PieceSubject, content: PieceContent, book: StudioBook) -> str:
    """Return what a picture shows, for those who do not see it."""
    alt, form = book.texts["alt"], subject.kind.forms[0]
    rows = "; ".join(row.text for row in content.panel.rows)
    places = {
        "kind": subject.kind.name,
        "size": f"{form.width} x {form.height}",
        "headline": content.headline,
        "where": content.tag,
        "panel": alt["panel"].format(title=content.panel.title, rows=rows),
        "gives": alt["gives"].format(rows=", ".join(row.text for row in content.gives.rows)) if content.gives else "",
        "foot": alt["foot"].format(number=book.office.number or subject.page),
        "number": book.office.number,
        "code": subject.piece.source,
    }
    text = " ".join(alt["picture" if form.medium is PieceMedium.PICTURE else "print"].format(**places).split())
    return text if len(text) <= ALT_LONGEST else text[: ALT_LONGEST - 1].rstrip() + _CUT


def spoken_number(digits: str, names: list[str]) -> str:
    """Return a phone number as it is read aloud: its digits by name, three in one breath."""
    local = "0" + digits.removeprefix("62") if digits.startswith("62") else digits
    groups = (local[start : start + _GROUP] for start in range(0, len(local), _GROUP))
    return ", ".join(" ".join(names[int(digit)] for digit in group) for group in groups)


def spoken_code(code: str, names: list[str], digit: str) -> str:
    """Return the code of a source as it is read aloud."""
    return ", ".join(digit.format(digit=names[int(each)]) if each.isdigit() else each for each in code)


def _brief(content: PieceContent, book: StudioBook) -> PieceContent:
    """Return a content that names papers of some cases by their number alone."""
    panel, count = content.panel, len(content.panel.more)
    rest = (PanelRow("box", book.texts["words"]["rest"].format(count=count)),) if count else ()
    short = PiecePanel(panel.title, (*(PanelRow(row.mark, row.text) for row in panel.rows), *rest))
    return replace(content, panel=short)


def _text(subject: PieceSubject, content: PieceContent, book: StudioBook, template: str) -> str:
    """Return a template with its places filled; where several empty ones follow each other one blank line is left."""
    text = template.strip().format_map(_places(subject, content, book))
    return _GAPS.sub("\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip()


def _places(subject: PieceSubject, content: PieceContent, book: StudioBook) -> Mapping[str, str]:
    lines, spoken, words, office = book.texts["lines"], book.texts["spoken"], book.texts["words"], book.office
    wish, code = subject.piece.wish, subject.piece.source
    return {
        "lead": filled_lead(subject, subject.idea.lead, words),
        "lead_jv": filled_lead(subject, subject.idea.lead_jv, words),
        "where": content.tag,
        "where_jv": lines["where_jv"].format(where=content.where),
        "note_line": lines["note"].format(note=wish.note) if wish.note and not subject.idea.needs_note else "",
        "note_line_jv": lines["note"].format(note=wish.note) if wish.note and not subject.idea.needs_note else "",
        "link": subject.link,
        "page": subject.page,
        "number": office.number or subject.page,
        "code": code,
        "sentence": subject.sentence,
        "tags": book.texts["caption"]["tags"],
        "said_number": spoken_number(office.digits, spoken["digits"]),
        "said_number_jv": spoken_number(office.digits, spoken["digits_jv"]),
        "said_code": spoken_code(code, spoken["digits"], spoken["digit"]),
        "said_code_jv": spoken_code(code, spoken["digits_jv"], spoken["digit"]),
        **_about_service(subject, content, book),
    }


def _about_service(subject: PieceSubject, content: PieceContent, book: StudioBook) -> dict[str, str]:
    lines, card = book.texts["lines"], subject.card
    told = {"days": card.days, "place": book.office.place} if card else {}
    how_long = "days" if card and card.days is not None else "chosen"
    head, is_needs = "needs" if how_long == "days" else "bring", subject.idea.panel == "needs" and card is not None
    rows = [_row(row, book.texts) for row in (*said_rows(content.panel), *content.panel.more)]
    bullets = "".join(f"\n- {row}" for row in rows) if subject.idea.panel != "days" else ""
    plain = "".join(f"\n- {row.text}" for row in content.panel.rows)
    more_jv = f"\n{lines['rest_jv']}" if content.panel.more else ""
    said = "; ".join(row.text for row in content.panel.rows if row.mark != "no")
    return {
        "days_line": lines[how_long].format(**told) if card else "",
        "days_line_jv": lines[f"{how_long}_jv"].format(**told) if card else "",
        "needs": (lines[head] + bullets if is_needs else bullets.strip()),
        "needs_jv": lines[f"{head}_jv"] + plain + more_jv if is_needs else "",
        "gives": lines["gives"].format(gives=", ".join(row.text for row in content.gives.rows)) if content.gives else "",
        "needs_said": lines["needs_said"].format(needs=said) if is_needs else "",
        "needs_said_jv": lines["needs_said_jv"].format(needs=said) if is_needs else "",
    }


def _row(row: PanelRow, texts: Mapping[str, Any]) -> str:
    form: str = texts["words"]["in_some_cases"]
    return form.format(text=row.text, case=row.small) if row.small else row.text
