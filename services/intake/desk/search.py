"""What the search box finds of intake: requests by receipt, number or name, and chats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from services.intake.desk import chat_words as words
from services.intake.desk.room import DeskRoom
from services.intake.desk.village_area import FILE, villages_of
from services.intake.domain.requests import Request as Filed
from services.intake.ports import ContactChat, RequestSearch, SearchText
from shared.values.name_terms import name_beginnings
from shared.web.desk import StaffMember
from shared.web.desk.search import MOST_FOUND, Hit, HitGroup, group_of
from shared.web.desk.sought import Shape, Sought
from shared.web.desk.words import masked_name, masked_number

_FEW: Final = MOST_FOUND + 1  # one more tells that there is more


class IntakeSearch:
    """Finds requests and chats. Who is bound to villages finds what these filed, and no chats."""

    def __init__(self, room: DeskRoom) -> None:
        self._room = room

    async def find(self, member: StaffMember, sought: Sought) -> Sequence[HitGroup]:
        """See `shared.web.desk.search.Finder`."""
        if not member.may("chats:read"):
            filed = await self._requests(sought, frozenset(villages_of(member)))
            return [group_of("Permohonan desa", [self._request(member, each) for each in filed])]
        chats = await self._room.deps.chats.search(_chats_by(sought), _FEW)
        filed = await self._requests(sought, None)
        return [
            group_of("Permohonan", [self._request(member, each) for each in filed]),
            group_of("Percakapan", [self._chat(member, each) for each in chats]),
        ]

    async def _requests(self, sought: Sought, villages: frozenset[str] | None) -> Sequence[Filed]:
        register = self._room.deps.register
        if sought.shape in (Shape.RECEIPT, Shape.DOCUMENT):
            found = (await register.search(RequestSearch(text=sought.text, limit=_FEW))).requests
            return [each for each in found if villages is None or each.origin.village in villages]
        words = _words_of(sought)
        return await register.find_by_terms(words, villages, limit=_FEW) if words else ()

    def _request(self, member: StaffMember, filed: Filed) -> Hit:
        service = self._room.deps.catalogue.get(filed.service)
        whom = filed.form.subject(service) or filed.form.applicant
        link = ""
        if member.may("chats:read") and filed.origin.contact_id and not filed.form.is_anonymous:
            link = f"/desk/percakapan/{filed.origin.contact_id}"
        elif filed.origin.village and member.covers(filed.origin.village, FILE):
            link = f"/desk/desa/{filed.receipt}"
        return Hit(
            title=masked_name(whom.name) if whom.name else f"NIK {masked_number(whom.nik)}" if whom.nik else "Tanpa nama",
            what=service.name,
            link=link,
            number=filed.receipt,
            state=words.STATES[filed.state],
            at=filed.submitted_at,
        )

    def _chat(self, member: StaffMember, chat: ContactChat) -> Hit:
        at = self._room.deps.clock()
        return Hit(
            title=masked_name(chat.contact.name or chat.contact.username or "")
            if chat.contact.name or chat.contact.username
            else "WhatsApp",
            what=words.phone_of(chat.contact),
            link=f"/desk/percakapan/{chat.contact.contact_id}",
            state=words.state_of(chat, member.staff_id, at),
            at=chat.contact.last_inbound_at,
        )


def _words_of(sought: Sought) -> tuple[tuple[str, ...], ...]:
    match sought.shape:
        case Shape.NAME:
            return name_beginnings(sought.text)
        case Shape.NUMBER:
            return ((sought.text,),)
        case Shape.PHONE:
            return ((f"+{sought.text}",),)
        case _:
            return ()


def _chats_by(sought: Sought) -> SearchText:
    text = sought.text
    return SearchText(
        words=text if sought.shape is Shape.NAME else "",
        phone=text if sought.shape is Shape.PHONE else None,
        receipt=text if sought.shape is Shape.RECEIPT else None,
        nik=text if sought.shape is Shape.NUMBER else None,
        in_messages=False,
    )
