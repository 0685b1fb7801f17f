"""`/desk/percakapan`: the list of chats with those waiting for a person first, one chat with its request beside it, and search."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import StreamingResponse

from services.intake.desk.chat_pages import ChatFilter, ChatPages, OpenChat
from services.intake.desk.room import DeskRoom, officer_of
from services.intake.ports import SearchText
from shared.errors import NotFound
from shared.values import Malformed, Nik, Phone, Receipt
from shared.web.desk import Lookout, Since, StaffMember, signed_in
from shared.web.desk.navigation import WaitingCount
from shared.web.desk.search import sought_persons
from shared.web.desk.sought import recognised

PATH: Final = "/desk/percakapan"
_FOUND: Final = 30  # chats that a search shows; whoever sees so many writes more of the name
_MOST_NEW: Final = 99  # what is beyond is said as 99+
_LATE_SECONDS: Final = 30 * 60  # somebody who asked for a person waits no longer than this without being marked
_FEW_DIGITS: Final = 6  # fewer digits are no beginning of a number

Reader = Annotated[StaffMember, signed_in("chats:read")]


Filter = Annotated[ChatFilter, Query()]


def router(room: DeskRoom) -> APIRouter:
    """Return the routes that look."""
    routes = APIRouter(include_in_schema=False)
    pages = ChatPages(room)
    _listing(routes, pages)
    _listening(routes, pages)  # before the address of one chat, which would take their words for an id
    _opening(routes, pages)
    return routes


def _listing(routes: APIRouter, pages: ChatPages) -> None:
    deps = pages.room.deps

    @routes.get(PATH)
    async def listed(request: Request, asked: Filter, member: Reader) -> Response:
        if member.may("chats:work"):
            await deps.visitors.note("", officer_of(member), typing=False)
        return pages.room.pages.show(request, "chats.html", member, **await pages.lists(asked, member))

    @routes.post(f"{PATH}/cari")
    async def search(request: Request, member: Reader, q: Annotated[str, Form(max_length=80)] = "") -> Response:
        """Search by what stands in the box; it is personal, so it stands in no address."""
        text = " ".join(q.split())
        found = await deps.chats.search(_search_text(text), _FOUND) if text else None
        persons, detail = sought_persons(recognised(text)), {"found": str(len(found or ()))}
        await pages.room.units.note(pages.room.entry(member, "chats.search", "chats", persons, detail))
        return pages.room.pages.show(request, "chats.html", member, **await pages.lists(ChatFilter(), member, found), q=text)

    @routes.get(f"{PATH}/jumlah")
    async def waiting(member: Reader) -> WaitingCount:
        at = deps.clock()
        counts = await deps.chats.counts(member.staff_id, at)
        late = counts.longest_since is not None and (at - counts.longest_since).total_seconds() > _LATE_SECONDS
        return WaitingCount(waiting=counts.waiting, urgent=late)


def _opening(routes: APIRouter, pages: ChatPages) -> None:
    @routes.get(f"{PATH}/{{contact_id}}")
    async def opened(request: Request, contact_id: str, asked: Annotated[OpenChat, Query()], member: Reader) -> Response:
        chat = await pages.chat(contact_id)
        await pages.note_look(member, "chat.read", chat)
        return await pages.open(request, member, chat, asked)

    @routes.get(f"{PATH}/{{contact_id}}/isi")
    async def log(request: Request, contact_id: str, member: Reader) -> Response:
        """Show the log alone: what came while the page was open."""
        chat = await pages.chat(contact_id)
        return pages.room.pages.show(request, "chat_log.html", member, **await pages.log_of(chat, None), contact=chat.contact)

    @routes.get(f"{PATH}/{{contact_id}}/berkas/{{file_id}}")
    async def content(contact_id: str, file_id: str, member: Annotated[StaffMember, signed_in("chats:read")]) -> Response:
        """Show a photo or PDF that came in this chat; who looked is written down."""
        chat = await pages.chat(contact_id)
        if not await pages.room.deps.chats.file_of(chat.contact.ids, file_id):
            raise NotFound("file_not_found", "There is no such file in this chat.")
        await pages.note_look(member, "chat.file_read", chat, {"file_id": file_id})
        stored, chunks = await pages.room.deps.files.open(file_id)
        headers = {
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Content-Length": str(stored.size_bytes),
            "Content-Security-Policy": "sandbox; default-src 'none'",
        }
        return StreamingResponse(chunks, media_type=stored.media_type, headers=headers)

    @routes.post(f"{PATH}/{{contact_id}}/nomor")
    async def reveal(request: Request, contact_id: str, member: Annotated[StaffMember, signed_in("persons:reveal")]) -> Response:
        """Show the numbers in clear; that they were looked at is written down."""
        chat = await pages.chat(contact_id)
        await pages.note_look(member, "chat.numbers_revealed", chat)
        return await pages.open(request, member, chat, OpenChat(), revealed=True)


def _listening(routes: APIRouter, pages: ChatPages) -> None:
    chats = pages.room.deps.chats
    lookout = Lookout(chats.newest)

    @routes.get(f"{PATH}/langsung")
    async def news(request: Request, _member: Reader, sejak: Since) -> Response:
        async def count() -> tuple[int, bool]:
            found = await chats.count_newer(sejak, _MOST_NEW + 1)
            return min(found, _MOST_NEW), found > _MOST_NEW

        return lookout.answer(request, count)

    @routes.get(f"{PATH}/{{contact_id}}/langsung")
    async def lines(request: Request, contact_id: str, _member: Reader, sejak: Since) -> Response:
        chat = await pages.chat(contact_id)

        async def count() -> tuple[int, bool]:
            return await chats.count_lines(chat.contact.ids, sejak, _MOST_NEW), False

        return lookout.answer(request, count)


def _search_text(text: str) -> SearchText:
    digits = "".join(each for each in text if each.isdigit())
    return SearchText(
        words=text,
        phone=_read(Phone.parse, text) or (f"62{digits.removeprefix('0').removeprefix('62')}" if len(digits) >= _FEW_DIGITS else None),
        receipt=_read(Receipt.parse, text),
        nik=_read(Nik.parse, text),
    )


def _read(parse: Any, text: str) -> str | None:
    try:
        return str(parse(text).text)
    except Malformed:
        return None
