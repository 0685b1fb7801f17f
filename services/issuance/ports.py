"""What the handlers need from outside, and what holds it together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from services.issuance.domain.card_order import CardState
from services.issuance.domain.cards import BlankStock
from services.issuance.domain.document import Certificate, Document, DocumentState, Fact, Pdf
from services.issuance.domain.numbers import NumberSequence
from services.issuance.domain.office import Office
from services.issuance.domain.products.spec import Spec
from services.issuance.domain.signing import why_unsigned
from shared.clock import Clock
from shared.errors import Transient


class Tx(Protocol):
    """One unit of work. It may hold many messages: a later one sees what an earlier one did."""

    async def prefetch(self, *, documents: Iterable[str], counters: Iterable[str]) -> None:
        """Read in one query per collection what a batch will ask for."""

    async def find_document(self, document_id: str) -> Document | None:
        """Return the document, or None."""

    async def get_document(self, document_id: str) -> Document:
        """Return the document; raises NotFound (`documents_not_found`)."""

    async def prefetch_related(self, documents: Sequence[Document]) -> None:
        """Read in one query these documents and all that `related` will ask for."""

    async def related(self, document: Document) -> Sequence[Document]:
        """Return the documents of other applications whose place it takes, or that take its place, as this unit sees them."""

    async def of_request(self, request_id: str) -> Sequence[Document]:
        """Return every document of a request."""

    def add_document(self, document: Document) -> None:
        """Add a new document."""

    def save_document(self, document: Document) -> None:
        """Save the next state of a document that was read here."""

    async def counter(self, key: str) -> NumberSequence:
        """Return the counter; where there is none yet as `numbers.begin` says."""

    async def keep_counter(self, counter: NumberSequence) -> None:
        """Save a counter, new or raised."""

    async def blanks(self, product: str) -> BlankStock:
        """Return the blanks of a product, none where nobody recorded any."""

    async def keep_blanks(self, stock: BlankStock) -> None:
        """Save how many there are."""

    def emit(self, fact: Fact) -> None:
        """Emit a fact; it leaves with the commit."""

    def on_commit(self, hook: Callable[[], None]) -> None:
        """Call `hook` right after the commit."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A signed PDF."""

    content: bytes
    certificate: Certificate


class Renderer(Protocol):
    """The typesetter and signer."""

    async def start(self) -> object:
        """Get ready to print; raises Transient when that can't be."""

    async def render(self, product: str, sheet: Mapping[str, Any], *, made_at: datetime) -> Printed:
        """Return the signed PDF; raises Permanent when this document will never print, Transient when another try may help."""


class Archive(Protocol):
    """The store of issued bytes."""

    async def put(self, file_id: str, content: bytes) -> Pdf:
        """Store the bytes durably. An id is used once."""

    async def open(self, file_id: str) -> AsyncIterator[bytes]:
        """Return the bytes as a stream; raises NotFound."""

    async def delete(self, file_id: str) -> None:
        """Delete the bytes, where there are any."""


@dataclass(frozen=True, slots=True)
class DocumentQuery:
    """The filter of a list of documents. `after`: `next` of the page before."""

    number: str | None = None
    receipt: str | None = None
    request_id: str | None = None
    case_id: str | None = None
    state: DocumentState | None = None
    after: str | None = None
    limit: int = 50


class DocumentReader(Protocol):
    """Plain reads, and leases of attempts, outside any unit of work."""

    async def get(self, document_id: str) -> Document:
        """Return a document; raises NotFound (`documents_not_found`)."""

    async def find_by_token(self, token: str) -> Document | None:
        """Return the document whose QR code carries the token."""

    async def page(self, query: DocumentQuery) -> tuple[Sequence[Document], str | None]:
        """Return a page, newest request first, and where the next one begins (None: this is the last)."""

    async def oldest_due_seconds(self, at: datetime) -> float:
        """Return for how long the oldest due document has waited; 0 when none waits."""

    async def renew(self, attempts: Mapping[str, int], until: datetime) -> None:
        """Renew the leases of running attempts (document id -> attempt) until then; those that ended are left alone."""

    async def due(self, at: datetime, limit: int) -> Sequence[str]:
        """Return the ids of due documents, the longest waiting first."""


@dataclass(frozen=True, slots=True)
class RegisterQuery:
    """The filter of the register as people look at it, by the moment the number was given. What is empty does not filter.

    `number`: the beginning of a document's number; `holder`: words of a name, or their beginnings; `phone`: the beginning of the number to
    which it went; `about`: what it is about may be any of these (`subject_key`); `after`: `next` of the page before.
    """

    number: str = ""
    receipt: str = ""
    holder: str = ""
    phone: str = ""
    about: tuple[str, ...] = ()
    product: str = ""
    states: tuple[DocumentState, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    after: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """Rows, the newest number first; of a search by number, name or phone in no order that could be gone on with: there is one page.

    `first`: the place of the first row; `next`: `after` of the following page; `more`: there are rows below these.
    """

    documents: tuple[Document, ...]
    first: str | None
    next: str | None
    more: bool


@dataclass(frozen=True, slots=True)
class ProductTally:
    """Documents of one kind: numbered today, and held since whenever."""

    today: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class DocumentTally:
    """Documents by kind, those without any left out. `making`: how many wait for the renderer or are with it."""

    by_product: Mapping[str, ProductTally]
    making: int = 0


class RegisterReader(Protocol):
    """The register of documents for people: plain reads, outside any unit of work."""

    async def page(self, query: RegisterQuery) -> RegisterPage:
        """Return a page; raises BadInput (`cursor_malformed`)."""

    async def count(self, query: RegisterQuery) -> int:
        """Return how many documents the filter has, whatever its page."""

    async def total(self) -> int:
        """Return how many documents there are."""

    async def tally(self, products: Sequence[str], *, since: datetime) -> DocumentTally:
        """Return how many documents of each kind were numbered since a moment, how many are held, and how many are being made."""

    async def superseded_by(self, document_id: str) -> Sequence[Document]:
        """Return the documents whose place this one took, as far as they are about the same."""

    async def counters(self, keys: Sequence[str]) -> Sequence[NumberSequence]:
        """Return these counters, as far as they are there."""

    async def newest(self) -> str | None:
        """Return the place of the newest row."""

    async def count_newer(self, query: RegisterQuery, place: str, most: int) -> int:
        """Return how many rows the filter has above a place, counted up to `most`; raises BadInput (`cursor_malformed`)."""


@dataclass(frozen=True, slots=True)
class CardQuery:
    """One column of the board, the card that waits longest first, those that were handed over the newest first. `after`: as `next`."""

    state: CardState
    product: str = ""
    since: datetime | None = None
    after: str | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class CardPage:
    """Cards of a column with how many it has; `next`: `after` of the following page."""

    cards: tuple[Document, ...]
    count: int
    next: str | None


class CardReader(Protocol):
    """The board of cards: plain reads, outside any unit of work."""

    async def page(self, query: CardQuery) -> CardPage:
        """Return a page of a column; raises BadInput (`cursor_malformed`)."""

    async def find(self, *, token: str = "", number: str = "", receipt: str = "") -> Sequence[Document]:
        """Return the cards whose slip has this token or number, or that a request has."""

    async def blanks(self) -> Mapping[str, int]:
        """Return how many blanks there are of each product that anybody recorded."""

    async def newest(self) -> datetime | None:
        """Return when a card was last moved, or ordered."""

    async def count_newer(self, since: datetime, most: int) -> int:
        """Return how many cards were moved or ordered since then, counted up to `most`."""


class DocumentPictures(Protocol):
    """Draws documents as pictures for people who look at them."""

    async def count(self, pdf: bytes) -> int:
        """Return how many pages a PDF has; raises BadInput (`pdf_unreadable`)."""

    async def page(self, pdf: bytes, number: int) -> bytes:
        """Return a page as JPEG; raises NotFound (`page_not_found`) or BadInput (`pdf_unreadable`)."""


_NEW_CERTIFICATE_SECONDS: Final = 600.0  # somebody has to put it there first


@dataclass(frozen=True, slots=True)
class Deps:
    """The dependencies of the handlers."""

    clock: Clock
    new_token: Callable[[], str]
    products: Mapping[str, Spec]
    office: Office
    check_base_url: str
    renderer: Renderer
    archive: Archive
    document_reader: DocumentReader
    register: RegisterReader
    cards: CardReader
    wake_renderer: Callable[[], None]
    lease: timedelta
    most_attempts: int
    blanks_low: int
    signs_until: Callable[[], datetime | None] = lambda: None
    """When the signer's certificate ends; None: the renderer has not started yet, and nobody knows."""

    renderer_failure: Callable[[], str] = lambda: ""
    """Why the renderer's last start failed, or empty."""

    def refuse_unsigned(self) -> None:
        """Refuse to number or to print what could not be signed.

        Raises:
            Transient: `certificate_expired`, `certificate_unreadable`: it goes on by itself once there is a new one, however late.
        """
        if code := why_unsigned(self.signs_until(), self.renderer_failure(), self.clock()):
            raise Transient(code, "nothing can be signed", after_seconds=_NEW_CERTIFICATE_SECONDS, endless=True)

    def check_url(self, token: str) -> str:
        """Return the address of a document's public page."""
        return f"{self.check_base_url}/v/{token}"
