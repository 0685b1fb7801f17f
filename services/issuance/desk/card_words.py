"""The board of cards in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from services.issuance.domain.card_order import CardMove, CardState
from services.issuance.domain.cards import Receiver
from services.issuance.domain.products import PRODUCTS
from services.issuance.domain.products.spec import DocumentForm
from shared.reference.catalogue import catalogue


@dataclass(frozen=True, slots=True)
class BoardLane:
    """A column: the word of the address, its heading, its picture, and what an empty one says."""

    word: str
    name: str
    state: CardState
    empty: str


LANES: Final = (
    BoardLane("cetak", "Akan dicetak", CardState.TO_PRINT, "Begitu bukti pengambilan terbit, kartunya muncul di sini."),
    BoardLane("periksa", "Sudah dicetak", CardState.PRINTED, "Kartu yang baru dicetak menunggu diperiksa di sini."),
    BoardLane("siap", "Siap diambil", CardState.READY, "Belum ada kartu yang menunggu diambil."),
    BoardLane("serah", "Diserahkan hari ini", CardState.HANDED_OVER, "Hari ini belum ada kartu yang diserahkan."),
)
SPOILED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "chip": "Chip tidak terbaca",
        "print": "Cetakan cacat atau kabur",
        "photo": "Foto salah atau terpotong",
        "data": "Tulisan di kartu salah",
        "damaged": "Kartu rusak atau hilang di kantor",
    }
)
"""Why a printed card is no good."""
RECEIVERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Receiver.HOLDER: "Pemiliknya sendiri",
        Receiver.PARENT: "Orang tua atau wali",
        Receiver.PROXY: "Penerima kuasa (F-1.07)",
    }
)
OLD_CARD: Final[Mapping[str, str]] = MappingProxyType({"ditarik": "Ditarik, untuk dimusnahkan", "tidak-ada": "Tidak ada padanya"})
"""What a clerk says of the older card when the new one is handed over."""
STEPS: Final[Mapping[CardState, str]] = MappingProxyType(
    {
        CardState.TO_PRINT: "Dikembalikan untuk dicetak ulang",
        CardState.PRINTED: "Dicetak",
        CardState.READY: "Diperiksa, siap diambil; pemiliknya diberi tahu",
        CardState.HANDED_OVER: "Diserahkan",
    }
)


def kinds() -> dict[str, str]:
    """Return the products that are cards, and their names."""
    known = catalogue().products
    return {product: known[product].name for product, spec in PRODUCTS.items() if spec.form is DocumentForm.CARD and product in known}


def step(move: CardMove) -> str:
    """Return one step of a card's history, as people say it."""
    words = [STEPS[move.state]]
    if move.note:
        said = SPOILED.get(move.note) or RECEIVERS.get(move.note) or move.note
        words.append(said[:1].lower() + said[1:])
    if move.old_card is not None:
        words.append(old_card(move))
    return ", ".join(words)


def old_card(move: CardMove) -> str:
    """Return what became of the older card; empty where there was none to take back."""
    return {True: "kartu lama ditarik", False: "kartu lama tidak ada", None: ""}[move.old_card]
