"""Issuance's pictures of the head's view: documents of today by kind, and what is held; the blanks that cards are printed on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.issuance.desk import card_words
from services.issuance.ports import Deps, DocumentTally
from shared.reference.catalogue import catalogue
from shared.web.desk.overview import Column, Gallery, Lead, Limit, Picture, PictureRow, Shade, day_began
from shared.web.desk.pages import address
from shared.web.desk.words import count

_REGISTER: Final = "/desk/dokumen"


def gallery(deps: Deps) -> Gallery:
    """Return the pictures."""

    async def documents() -> Picture:
        return picture(await deps.register.tally(tuple(catalogue().products), since=day_began(deps.clock())))

    async def blanks() -> Picture:
        return picture_of_blanks(await deps.cards.blanks(), deps.blanks_low)

    return Gallery({"dokumen": documents, "blangko": blanks}, deps.clock)


def picture(tally: DocumentTally) -> Picture:
    """Return the picture of what was counted."""
    names = {product.id: product.name for product in catalogue().products.values()}
    held = sum(each.held for each in tally.by_product.values())
    rows = sorted(tally.by_product.items(), key=lambda row: (-row[1].today - row[1].held, names.get(row[0], row[0])))
    return Picture(
        name="dokumen",
        finding=finding(tally),
        about="Nomor yang diberikan hari ini menurut jenis dokumen, dan yang tertahan sejak kapan pun",
        subject="Jenis",
        columns=(Column("Hari ini", Shade.MAIN), Column("Tertahan", Shade.LATE)),
        lines=tuple(
            PictureRow(
                names.get(product, product),
                (each.today, each.held),
                address(_REGISTER, jenis=product, **({"keadaan": "tertahan", "waktu": "semua"} if each.held else {"waktu": "hari-ini"})),
            )
            for product, each in rows
        ),
        lead=Lead(f"Buka {count(held)} yang tertahan", address(_REGISTER, keadaan="tertahan", waktu="semua"))
        if held
        else Lead("Buka dokumen hari ini", address(_REGISTER, waktu="hari-ini")),
        teaches="Begitu permohonan disetujui, dokumennya diberi nomor dan dihitung di sini menurut jenisnya.",
        is_wide=True,
    )


def finding(tally: DocumentTally) -> str:
    """Return what the figures say."""
    held, today = sum(each.held for each in tally.by_product.values()), sum(each.today for each in tally.by_product.values())
    if held:
        return f"{count(held)} dokumen tertahan, menunggu petugas"
    if tally.making:
        return f"{count(today)} dokumen hari ini, {count(tally.making)} masih dibuat"
    return f"{count(today)} dokumen hari ini, tidak ada yang tertahan" if today else "Belum ada dokumen hari ini"


def picture_of_blanks(left: Mapping[str, int], low: int) -> Picture:
    """Return the picture of the blanks that are left of each kind of card."""
    kinds = card_words.kinds()
    rows = sorted(((left.get(product, 0), product) for product in kinds), key=lambda row: (row[0], kinds[row[1]]))
    return Picture(
        name="blangko",
        finding=finding_of_blanks({kinds[product]: count_left for count_left, product in rows}, low),
        about="Kartu kosong yang tersisa menurut jenis, sejauh kiriman dan cetakan dicatat",
        subject="Kartu",
        columns=(Column("Sisa blangko"),),
        lines=tuple(
            PictureRow(kinds[product], (count_left,), address(_REGISTER, jenis=product, waktu="hari-ini")) for count_left, product in rows
        ),
        lead=Lead("Buka dokumen hari ini", address(_REGISTER, waktu="hari-ini")),
        teaches="Tidak ada blangko: kartu tidak dapat dicetak sampai kiriman masuk dan dicatat di papan kartu.",
        limit=Limit(low, "batas pesan", is_floor=True),
        is_wide=True,
    )


def finding_of_blanks(left: Mapping[str, int], low: int) -> str:
    """Return what the figures say, by the names of the cards."""
    few = [f"{name} tinggal {count(number)}" for name, number in left.items() if number < low]
    return f"Blangko {' dan '.join(few)}: minta kiriman" if few else "Blangko cukup"
