"""What officers do in a chat, as forms of its page. Each act and its row of the audit log are one commit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from services.intake.desk.chat_pages import ChatPages, OpenChat
from services.intake.desk.chats import PATH
from services.intake.desk.room import DeskRoom, officer_of
from services.intake.domain.assistance import ChatOfficer
from services.intake.handlers import (
    block_sender,
    give_back_chat,
    hand_over_chat,
    note_in_chat,
    renew_chat,
    reply_in_chat,
    take_chat,
    unblock_sender,
)
from services.intake.ports import ChatView, Tx
from shared.errors import DomainError
from shared.web.desk import StaffMember, signed_in

_LONGEST: Final = 4096  # characters: WhatsApp's limit of a text
Worker = Annotated[StaffMember, signed_in("chats:work")]
Blocker = Annotated[StaffMember, signed_in("contacts:block")]
Text = Annotated[str, Form(max_length=_LONGEST)]


def router(room: DeskRoom) -> APIRouter:
    """Return the routes that change something."""
    routes = APIRouter(include_in_schema=False)
    acts = _Acts(room)
    _taking(routes, acts)
    _writing(routes, acts)
    _blocking(routes, acts)
    return routes


class _Acts:
    """One act after the other: done, then back to the chat; or the chat's page again, with what was typed and why it did not work."""

    def __init__(self, room: DeskRoom) -> None:
        self.room = room
        self.pages = ChatPages(room)

    async def do(
        self,
        request: Request,
        member: StaffMember,
        contact_id: str,
        act: str,
        body: Callable[[Tx], Awaitable[Any]],
        text: str | None = None,
    ) -> Response:
        """Do something in a chat."""
        try:
            await self.room.act(request, self.room.entry(member, act, f"chat/{contact_id}"), body)
        except DomainError as error:
            chat = await self.pages.chat(contact_id)
            await self.pages.note_look(member, "chat.read", chat)
            said = self.room.pages.sentence(HTTPStatus.CONFLICT, error.code)["text"]
            return await self.pages.open(request, member, chat, OpenChat(), text=text, problem=said, status=HTTPStatus.CONFLICT)
        return back_to(f"{PATH}/{contact_id}")


def back_to(path: str) -> Response:
    """Lead to a page after a form was sent."""
    return RedirectResponse(path, HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})


def _taking(routes: APIRouter, acts: _Acts) -> None:
    deps = acts.room.deps

    @routes.post(f"{PATH}/ambil")
    async def take_longest(request: Request, member: Worker) -> Response:
        """Take whoever waits longest; who was taken by others meanwhile is passed over."""
        page = await deps.chats.page(ChatView.WAITING, member.staff_id, deps.clock(), None, _TRIED)
        for chat in page.chats:
            contact_id = chat.contact.contact_id
            entry = acts.room.entry(member, "chat.take", f"chat/{contact_id}")
            try:
                await acts.room.act(request, entry, partial(take_chat, deps=deps, contact_id=contact_id, officer=officer_of(member)))
            except DomainError:
                continue
            return back_to(f"{PATH}/{contact_id}")
        return back_to(PATH)

    @routes.post(f"{PATH}/{{contact_id}}/ambil")
    async def take(request: Request, contact_id: str, member: Worker) -> Response:
        return await acts.do(request, member, contact_id, "chat.take", lambda tx: take_chat(tx, deps, contact_id, officer_of(member)))

    @routes.get(f"{PATH}/{{contact_id}}/lain")
    async def alive(request: Request, contact_id: str, member: Worker, mengetik: bool = False) -> Response:  # noqa: FBT001, FBT002 - of a query
        """Say who else has the page open; the question is the sign of life by which the chat stays with whoever asks."""
        chat, officer = await acts.pages.chat(contact_id), officer_of(member)
        await deps.visitors.note(chat.contact.contact_id, officer, typing=mengetik)
        hold = chat.conversation.assistance.hold
        if hold is not None and hold.officer.staff_id == officer.staff_id:
            await acts.room.units.run(lambda tx: renew_chat(tx, deps, contact_id, officer))
        others = await deps.visitors.others(chat.contact.contact_id, officer.staff_id)
        return acts.room.pages.show(request, "chat_others.html", member, others=others)

    @routes.post(f"{PATH}/{{contact_id}}/kembalikan")
    async def give_back(request: Request, contact_id: str, member: Worker) -> Response:
        officer = officer_of(member)
        return await acts.do(request, member, contact_id, "chat.give_back", lambda tx: give_back_chat(tx, deps, contact_id, officer))

    @routes.post(f"{PATH}/{{contact_id}}/alihkan")
    async def hand_over(
        request: Request, contact_id: str, member: Worker, kepada: Annotated[str, Form(max_length=64)], teks: Text = ""
    ) -> Response:
        to = next((each for each in await deps.visitors.recent(member.staff_id) if each.staff_id == kepada), None)
        if to is None:
            return back_to(f"{PATH}/{contact_id}")
        chosen: ChatOfficer = to
        return await acts.do(
            request,
            member,
            contact_id,
            "chat.hand_over",
            lambda tx: hand_over_chat(tx, deps, contact_id, officer_of(member), chosen, teks.strip()),
            teks,
        )


def _writing(routes: APIRouter, acts: _Acts) -> None:
    deps = acts.room.deps

    @routes.post(f"{PATH}/{{contact_id}}/balas")
    async def reply(
        request: Request, contact_id: str, member: Worker, teks: Text = "", tindakan: Annotated[str, Form(max_length=10)] = "kirim"
    ) -> Response:
        """Send what was typed, or keep it as a note for colleagues: one field, two buttons."""
        text, officer = teks.replace("\r\n", "\n").strip(), officer_of(member)
        if not text:
            return back_to(f"{PATH}/{contact_id}")
        if tindakan == "catatan":
            return await acts.do(
                request, member, contact_id, "chat.note", lambda tx: note_in_chat(tx, deps, contact_id, officer, text), text
            )
        return await acts.do(request, member, contact_id, "chat.reply", lambda tx: reply_in_chat(tx, deps, contact_id, officer, text), text)

    @routes.post(f"{PATH}/{{contact_id}}/templat")
    async def send_template(request: Request, contact_id: str, member: Worker, nama: Annotated[str, Form(max_length=80)]) -> Response:
        """Send a message that Meta has approved: all that may be sent when the window is shut."""
        chat, officer = await acts.pages.chat(contact_id), officer_of(member)
        fields = acts.pages.fields(chat, await acts.pages.requests_of(chat), member)
        made = deps.desk_texts.template(nama).filled(fields)
        if made is None:
            return back_to(f"{PATH}/{contact_id}")
        template, text = made
        return await acts.do(
            request, member, contact_id, "chat.template", lambda tx: reply_in_chat(tx, deps, contact_id, officer, text, template)
        )


def _blocking(routes: APIRouter, acts: _Acts) -> None:
    deps = acts.room.deps

    @routes.post(f"{PATH}/{{contact_id}}/blokir")
    async def block(request: Request, contact_id: str, member: Blocker, alasan: Annotated[str, Form(max_length=200)] = "") -> Response:
        officer, reason = officer_of(member), alasan.strip()
        return await acts.do(request, member, contact_id, "contact.block", lambda tx: block_sender(tx, deps, contact_id, officer, reason))

    @routes.post(f"{PATH}/{{contact_id}}/buka-blokir")
    async def unblock(request: Request, contact_id: str, member: Blocker) -> Response:
        officer = officer_of(member)
        return await acts.do(request, member, contact_id, "contact.unblock", lambda tx: unblock_sender(tx, deps, contact_id, officer))


_TRIED: Final = 10  # chats that others may be taking at the same moment
