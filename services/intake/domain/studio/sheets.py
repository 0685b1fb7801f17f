"""The sheet of a piece: what its template draws. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from services.intake.domain.studio.contents import PieceContent, PiecePanel, PieceSubject, StudioBook, needs_of
from services.intake.domain.studio.pieces import PieceForm
from services.intake.domain.studio.texts import alt_of

_ICONS: Final[Mapping[str, str]] = {"myth": "what", "warning": "warn", "notice": "clock", "question": "what"}
"""Of ideas that have no service, or one that is not the matter."""


def sheet_of(subject: PieceSubject, content: PieceContent, book: StudioBook, form: PieceForm, icon: str) -> Mapping[str, Any]:
    """Return what the template of a form draws. `icon`: of the service's group; "" where it is about none."""
    texts, office, code = book.texts, book.office, subject.piece.source
    return {
        "title": f"{subject.kind.name}: {content.headline}",
        "alt": alt_of(subject, content, book),
        "plain": form.plain,
        "scale": form.scale,
        "width": form.width,
        "height": form.height,
        "brand": office.service,
        "office": office.name,
        "address": f"{office.site}/m/{code}",
        "number": office.number,
        "place": office.place,
        "hours": list(office.hours),
        "icon": _ICONS.get(subject.idea.kind) or icon or "chat",
        "headline": content.headline,
        "tag": content.tag,
        "points": list(content.points),
        "panel": _panel(content.panel, texts),
        "gives": _panel(content.gives, texts) if content.gives else None,
        "note": content.note,
        "handwritten": subject.piece.wish.note if not subject.idea.needs_note else "",
        "selfie": texts["words"]["selfie"] if content.asks_selfie else "",
        "registrar": texts["words"]["without_whatsapp"],
        "qr_alt": f"Kode QR: chat WhatsApp dengan kode {code}",
        "cards": [_card(card, texts) for card in subject.cards],
    }


def _panel(panel: PiecePanel, texts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": panel.title,
        "rows": [{"mark": row.mark, "text": row.text, "small": row.small} for row in panel.rows],
        "more": [{"mark": row.mark, "text": row.text, "small": row.small} for row in panel.more],
        "more_title": texts["panel"]["sometimes"],
        "rest": texts["words"]["rest"].format(count=len(panel.more)) if panel.more else "",
    }


def _card(card: Any, texts: Mapping[str, Any]) -> dict[str, Any]:
    """Return a service as a leaflet lists it."""
    words = texts["words"]
    return {
        "name": card.name,
        "takes": words["days"].format(days=card.days) if card.days is not None else words["choose_day"],
        "needs": _panel(needs_of(card, texts), texts),
        "gives": ", ".join(gift.text for gift in card.gives),
    }
