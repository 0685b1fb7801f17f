"""One chat and the lists of chats, put together for their pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.intake.desk import chat_words as words
from services.intake.desk.room import DeskRoom, officer_of
from services.intake.domain.requests import Request as Filed
from services.intake.ports import ChatPage, ChatView, ContactChat, LogLine
from shared.audit import SeenPerson
from shared.errors import NotFound
from shared.reference.regions import find_village
from shared.web.desk import StaffMember
from shared.web.desk.words import moment, span

_ROWS: Final = 50
_LINES: Final = 60  # of a chat's log on one page
_REQUESTS: Final = 10  # of a person, beside their chat


class ChatFilter(BaseModel):
    """What the address says. Nothing in it is of a person: searches are sent by a form."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    daftar: Annotated[str, Field(max_length=20)] = ""
    setelah: Annotated[str | None, Field(max_length=200)] = None


class OpenChat(ChatFilter):
    """What the address of one chat says beside: `siap`: a canned reply to begin with; `sebelum`: earlier lines; `ok`: what was done."""

    siap: Annotated[str, Field(max_length=40)] = ""
    sebelum: Annotated[str | None, Field(max_length=200)] = None


@dataclass(frozen=True, slots=True)
class ChatPages:
    """The pages of chats, and what they have in common."""

    room: DeskRoom

    async def lists(self, asked: ChatFilter, member: StaffMember, found: Sequence[ContactChat] | None = None) -> dict[str, Any]:
        """Return what the list at the side is drawn from. `found`: what a search found, in place of the lists."""
        chats, at = self.room.deps.chats, self.room.deps.clock()
        counts = await chats.counts(member.staff_id, at)
        waiting, rest = ChatPage(()), ChatPage(())
        if found is None and asked.daftar == "saya":
            rest = await chats.page(ChatView.MINE, member.staff_id, at, asked.setelah, _ROWS)
        elif found is None:
            if asked.daftar == "menunggu" or asked.setelah is None:
                after = asked.setelah if asked.daftar == "menunggu" else None
                waiting = await chats.page(ChatView.WAITING, member.staff_id, at, after, _ROWS)
            if asked.daftar != "menunggu":
                rest = await chats.page(ChatView.REST, member.staff_id, at, asked.setelah, _ROWS)
        return {
            "asked": asked,
            "counts": counts,
            "longest": span(at - counts.longest_since) if counts.longest_since else "",
            "waiting": waiting,
            "rest": rest,
            "found": found,
            "state_of": lambda chat: words.state_of(chat, member.staff_id, at),
            "name_of": words.name_of,
            "phone_of": words.phone_of,
            "initials": words.initials,
            "masked_text": words.masked_text,
            "day_or_time": lambda moment: words.day_or_time(moment, at),
            "now": at,
            "since": at.isoformat(),
        }

    async def open(
        self,
        request: Request,
        member: StaffMember,
        chat: ContactChat,
        asked: OpenChat,
        *,
        text: str | None = None,
        problem: str = "",
        status: int = HTTPStatus.OK,
        revealed: bool = False,
    ) -> Response:
        """Return the page of one chat. `text`: what was typed and not sent, with the `problem` why."""
        deps, at = self.room.deps, self.room.deps.clock()
        contact, assistance = chat.contact, chat.conversation.assistance
        holder = assistance.holder(at)
        own = assistance.hold is not None and assistance.hold.officer.staff_id == member.staff_id and assistance.is_held(at)
        if member.may("chats:work"):
            await deps.visitors.note(contact.contact_id, officer_of(member), typing=False)
        requests = await self.requests_of(chat)
        fields = self.fields(chat, requests, member)
        draft = text if text is not None else deps.desk_texts.fill(asked.siap, fields) if asked.siap else ""
        templates = [(choice, choice.filled(fields)) for choice in deps.desk_texts.templates]
        values = await self.lists(ChatFilter(daftar=asked.daftar), member)
        values |= await self.log_of(chat, asked.sebelum, revealed=revealed)
        return self.room.pages.show(
            request,
            "chat.html",
            member,
            status=status,
            **values | {"asked": asked},
            chat=chat,
            contact=contact,
            assistance=assistance,
            holder=holder,
            own=own,
            window=words.window_of(contact, at),
            others=await deps.visitors.others(contact.contact_id, member.staff_id),
            colleagues=await deps.visitors.recent(member.staff_id) if own else [],
            filed=requests,
            states=words.STATES,
            service_name=lambda code: deps.catalogue.get(code).name,
            attachment_name=deps.catalogue.attachment_name,
            village_of=_village_of,
            canned=deps.desk_texts.canned,
            templates=[(choice, made[1]) for choice, made in templates if made is not None],
            draft=draft,
            problem=problem,
            revealed=revealed,
            link=contact.link_at(at),
        )

    async def log_of(self, chat: ContactChat, before: str | None, *, revealed: bool = False) -> dict[str, Any]:
        """Return what the log of a chat is drawn from."""
        deps = self.room.deps
        page = await deps.chats.log(chat.contact.ids, before, _LINES)
        kept = frozenset(await deps.files.find_many(_files(page.lines)))
        latest = page.lines[-1].at if page.lines else deps.clock()
        return {
            "days": words.days(page.lines, kept, revealed=revealed),
            "earlier": page.before,
            "latest": latest.isoformat(),
            "time": _time,
        }

    async def requests_of(self, chat: ContactChat) -> tuple[Filed, ...]:
        """Return the latest requests of the one who writes, the newest first, but for those whose sender wants to be unknown."""
        found = await self.room.units.run(lambda tx: tx.latest_requests(chat.contact.ids, _REQUESTS))
        return tuple(each for each in found if not each.form.is_anonymous)

    def fields(self, chat: ContactChat, requests: Sequence[Filed], member: StaffMember) -> Mapping[str, str]:
        """Return the fields of canned replies that are known here."""
        known = {"petugas": member.name, "nama": chat.contact.name or ""}
        if requests:
            latest, texts = requests[0], self.room.deps.texts
            known |= {
                "resi": latest.receipt,
                "layanan": self.room.deps.catalogue.get(latest.service).name,
                "janji": texts.moment(latest.promised_at),
                "keadaan": f"saat ini {words.STATES[latest.state].word.lower()}.",
            }
        return {name: value for name, value in known.items() if value}

    async def chat(self, contact_id: str) -> ContactChat:
        """Return one chat.

        Raises:
            NotFound: `chat_not_found`.
        """
        found = await self.room.deps.chats.find(contact_id)
        if found is None:
            raise NotFound("chat_not_found", "There is no such chat.")
        return found

    async def note_look(self, member: StaffMember, act: str, chat: ContactChat, detail: Mapping[str, str] | None = None) -> None:
        """Write down that somebody looked at a person's chat."""
        link = chat.contact.link_at(self.room.deps.clock())
        persons = [SeenPerson(link.nik if link else None, chat.contact.name)]
        await self.room.units.note(self.room.entry(member, act, f"chat/{chat.contact.contact_id}", persons, detail))


def _files(lines: Sequence[LogLine]) -> list[str]:
    found = (getattr(line.what, "file_id", None) for line in lines)
    return [file_id for file_id in found if file_id is not None]


def _time(at: datetime) -> str:
    return moment(at).split()[-2]


def _village_of(filed: Filed) -> str:
    code = filed.origin.village or filed.form.answers.get("village")
    found = find_village(code) if isinstance(code, str) else None
    return f"{found.name}, {found.district.name}" if found else ""
