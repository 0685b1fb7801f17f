"""Pieces as they are shown, read out and printed: nothing of it is stored, all of it follows from the piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.intake.domain.cards import ServiceCard
from services.intake.domain.outreach.sources import OutreachSource
from services.intake.domain.studio.contents import PieceContent, PieceSubject, content_of
from services.intake.domain.studio.pieces import Piece, PieceForm, PieceKind, PieceMedium
from services.intake.domain.studio.sheets import sheet_of
from services.intake.domain.studio.texts import alt_of, caption_of, text_of
from services.intake.ports import Deps, PrintedAs
from shared.clock import WIB
from shared.errors import DomainError, NotFound
from shared.reference.ideas import ideas
from shared.reference.outreach import outreach_lists
from shared.reference.regions import find_village

PDF: Final = "application/pdf"
JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
_BEST_KNOWN: Final = ("akta_lahir", "kk_hilang", "kk_ubah", "ktp_hilang", "kia_baru", "akta_mati", "pindah", "datang")
"""Services of which the back of a leaflet tells that is about none; as many as fit, of those that are open."""
_ENDINGS: Final = {PieceMedium.PDF: "pdf", PieceMedium.PICTURE: "jpg", PieceMedium.TEXT: "txt"}
_MOST_CARDS: Final = 6
_MM_IN_INCH: Final = 25.4
_PREVIEW_PIXELS: Final = 720.0  # width of a preview of what is printed


@dataclass(frozen=True, slots=True)
class PieceView:
    """A piece with its source, and what it says."""

    subject: PieceSubject
    source: OutreachSource
    content: PieceContent
    is_running: bool

    @property
    def piece(self) -> Piece:
        """The piece itself."""
        return self.subject.piece

    @property
    def kind(self) -> PieceKind:
        """Its kind."""
        return self.subject.kind


async def view_piece(deps: Deps, piece_id: str) -> PieceView:
    """Return a piece with what it says.

    Raises:
        NotFound: `piece_not_found`.
        DomainError: `piece_service_closed`: its service is not open any more, so nothing is said about it.
    """
    piece = await deps.pieces.find(piece_id)
    source = await deps.sources.find(piece.source) if piece else None
    if piece is None or source is None:
        raise NotFound("piece_not_found")
    return view_of(deps, piece, source)


def view_of(deps: Deps, piece: Piece, source: OutreachSource) -> PieceView:
    """Return a piece that was read with its source.

    Raises:
        DomainError: `piece_service_closed`.
    """
    wish = piece.wish
    card = deps.cards.of.get(wish.service)
    if (wish.service and card is None) or wish.kind not in deps.studio.kinds or wish.idea not in ideas():
        raise DomainError("piece_service_closed")
    service = deps.catalogue.find(wish.service)
    page = source.page(deps.public_url)
    subject = PieceSubject(
        piece=piece,
        kind=deps.studio.kinds[wish.kind],
        idea=ideas()[wish.idea],
        card=card,
        said=outreach_lists().call(service) if service else "",
        sentence=source.sentence(service),
        link=source.link(deps.whatsapp_number, service) if deps.whatsapp_number else page,
        page=page,
        cards=(card,) if card else _best_known(deps),
    )
    running = source.is_running(deps.clock().astimezone(WIB).date())
    return PieceView(subject, source, content_of(subject, deps.studio), running)


def text_of_piece(deps: Deps, view: PieceView, form: PieceForm | None = None) -> str:
    """Return what is written beside a picture, or the text that a piece is."""
    if form is not None and form.medium is PieceMedium.TEXT:
        return text_of(view.subject, view.content, deps.studio, form)
    return caption_of(view.subject, view.content, deps.studio) if view.kind.medium is PieceMedium.PICTURE else ""


def alt_of_piece(deps: Deps, view: PieceView) -> str:
    """Return what a piece shows, in words."""
    return alt_of(view.subject, view.content, deps.studio)


def file_name_of(view: PieceView, form: PieceForm) -> str:
    """Return what a downloaded piece is called: nothing but letters, digits and hyphens, and its code."""
    wish = view.piece.wish
    village = find_village(wish.village)
    where = (village.name, village.district.name) if village else ()
    name = "-".join((wish.kind, wish.service or wish.idea, *where, view.source.code, form.code))
    return f"{''.join(letter if letter.isascii() and letter.isalnum() else '-' for letter in name)}.{_ENDINGS[form.medium]}"


async def print_piece(deps: Deps, view: PieceView, form: PieceForm) -> tuple[bytes, str]:
    """Return the bytes of a form, and their media type.

    Raises:
        Transient: it can't be made now.
    """
    how = PrintedAs(PDF if form.medium is PieceMedium.PDF else JPEG)
    return await print_as(deps, view, form, how), how.media_type


async def preview_piece(deps: Deps, view: PieceView, form: PieceForm, page: int) -> tuple[bytes, str]:
    """Return a picture of a page of a form, from 0, and its media type.

    Raises:
        Transient: it can't be made now.
    """
    inches = form.width / _MM_IN_INCH if form.medium is PieceMedium.PDF else form.width / 72.0
    how = PrintedAs(PNG, pixels_per_inch=min(_PREVIEW_PIXELS, form.width * 4) / inches, page=page)
    return await print_as(deps, view, form, how), how.media_type


async def print_as(deps: Deps, view: PieceView, form: PieceForm, how: PrintedAs) -> bytes:
    """Return a form printed in another way than its own.

    Raises:
        Transient: it can't be made now.
    """
    sheet = sheet_of(view.subject, view.content, deps.studio, form, _icon(deps, view))
    return await deps.reports.piece(form.template, sheet, view.subject.link, how, view.piece.made_at)


def _icon(deps: Deps, view: PieceView) -> str:
    card = view.subject.card
    return next((group.icon for group in deps.cards.groups if card in group.cards), "")


def _best_known(deps: Deps) -> Sequence[ServiceCard]:
    return [deps.cards.of[code] for code in _BEST_KNOWN if code in deps.cards.of][:_MOST_CARDS]
