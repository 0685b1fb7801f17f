"""`/desk/posting`: posts on the office's accounts: planned, read by a second pair of eyes, published, counted."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from services.notifier.desk import post_words as words
from services.notifier.desk.post_calendar import Month, month_of
from services.notifier.domain.broadcast import Hand
from services.notifier.domain.posting.accounts import LIMITS, LINK_LONGEST
from services.notifier.domain.posting.effect import IN_FLIGHT, POST_KEY, EffectState, needs_person
from services.notifier.domain.posting.measure import COUNT_MOST, Counts
from services.notifier.domain.posting.post import NOTE_MOST, PostState, SocialPost, needs_other
from services.notifier.domain.posting.wording import full_text, is_cut
from services.notifier.handlers import posting as handlers
from services.notifier.ports import Deps, Tx
from services.notifier.ports.posting import PostQuery
from shared.audit import AuditEntry
from shared.errors import DomainError, NotFound
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web.desk import Lookout, Pages, StaffMember, WaitingCount, signed_in

PATH: Final = "/desk/posting"
_ROWS: Final = 30
_NEEDED: Final = "perlu"  # filter: what the count at the side counts
_MOST_A_MONTH: Final = 500

Reader = Annotated[StaffMember, signed_in("posts:read")]
Writer = Annotated[StaffMember, signed_in("campaigns:work")]
Approver = Annotated[StaffMember, signed_in("posts:approve")]
PostId = Annotated[str, Path(max_length=64)]
Number = Annotated[int | None, Field(ge=0, le=COUNT_MOST)]


class PostFilter(BaseModel):
    """The list's address."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    keadaan: Annotated[str, Field(max_length=20)] = ""
    akun: Annotated[str, Field(max_length=40)] = ""
    q: Annotated[str, Field(max_length=80)] = ""
    setelah: Annotated[str | None, Field(max_length=500)] = None
    baris: Annotated[int, Field(ge=1)] = 1


class CountsForm(BaseModel):
    """Numbers that somebody read on a platform; a field that is empty says nothing."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    akun: Annotated[str, Field(max_length=40)] = ""
    reach: Number = None
    views: Number = None
    likes: Number = None
    comments: Number = None
    shares: Number = None
    saves: Number = None


@dataclass(frozen=True, slots=True)
class PostRoom:
    """What the pages have in common."""

    units: UnitOfWorkRunner[Tx]
    deps: Deps
    pages: Pages

    async def find(self, post_id: str) -> SocialPost:
        """Return a post.

        Raises:
            NotFound: `posts_not_found`.
        """
        if (found := await self.deps.posting.reader.find(post_id)) is None:
            raise NotFound("posts_not_found")
        return found

    def row(self, member: StaffMember, act: str, about: str, **detail: str) -> AuditEntry:
        """Return the row of the audit log."""
        return AuditEntry(member.staff_id, act, self.deps.clock(), member.name, about, tuple(sorted(member.roles)), detail)

    async def values(self, post: SocialPost, member: StaffMember) -> dict[str, Any]:
        """Return what the page of one shows."""
        posting = self.deps.posting
        effects = {each.account: each for each in (await posting.reader.effects_of([post.post_id]))[post.post_id]}
        targets = []
        for target in post.content.targets:
            account, effect = posting.accounts.get(target.account), effects.get(target.account)
            said = full_text(post.content.text, account.platform, target.source, posting.ways) if account else post.content.text
            gone = effect is None or words.is_planned_anew(post, effect)
            targets.append(
                {
                    "code": target.account,
                    "source": target.source,
                    "account": account,
                    "platform": words.platform(account.platform) if account else "",
                    "effect": None if gone else effect,
                    "state": words.state_on(post, target.account, list(effects.values())),
                    "reason": words.reason(effect.reason) if effect and not gone else "",
                    "text": said,
                    "cut_to": LIMITS[account.platform].characters if account and is_cut(post.content.text, said) else 0,
                    "numbers": words.numbers(effect.measured.counts if effect and effect.measured else None),
                    "is_due": effect is not None and needs_person(effect, at=self.deps.clock()),
                }
            )
        flying = any(each.state in IN_FLIGHT for each in effects.values())
        return {
            "post": post,
            "state": words.STATES[post.state],
            "targets": targets,
            "moving": any(each.is_open for each in effects.values()),
            "may_write": member.may("campaigns:work"),
            "may_approve": member.may("posts:approve"),
            "needs_other": needs_other(post, member.staff_id),
            "may_mend": post.state is not PostState.CANCELLED and not flying and not _all_out(post, effects),
            "here": f"{PATH}/{post.post_id}",
        }

    async def show(self, request: Request, member: StaffMember, post_id: str, problem: str = "", told: str = "") -> Response:
        """Return the page of one."""
        values = await self.values(await self.find(post_id), member)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
        return self.pages.show(request, "post.html", member, status=status, **values | {"problem": problem, "told": told})

    async def act(
        self, request: Request, member: StaffMember, post_id: str, body: Callable[[Tx], Awaitable[Any]], act: str, **detail: str
    ) -> Response:
        """Do something with a post, in sight of the audit log, and show it."""
        row = self.row(member, act, f"post/{post_id}", **detail)
        try:
            await self.units.run(body, audit=lambda _: row)
        except DomainError as error:
            return await self.show(request, member, post_id, words.problem_of(error.code, error.detail))
        query = urlencode({"sudah": act.partition(".")[2]})
        return RedirectResponse(f"{PATH}/{post_id}?{query}", HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})


def _all_out(post: SocialPost, effects: dict[str, Any]) -> bool:
    return all(target.account in effects and effects[target.account].state is EffectState.DONE for target in post.content.targets)


def hand_of(member: StaffMember) -> Hand:
    """Return who does it."""
    return Hand(member.staff_id, member.name)


def router(room: PostRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    _listing(routes, room)
    _looking(routes, room)
    _judging(routes, room)
    _mending(routes, room)
    return routes


def _listing(routes: APIRouter, room: PostRoom) -> None:
    reader = room.deps.posting.reader

    @routes.get(PATH)
    async def listed(request: Request, member: Reader, asked: Annotated[PostFilter, Query()]) -> Response:
        states = (PostState(asked.keadaan),) if asked.keadaan in set(PostState) else ()
        needed_at = room.deps.clock() if asked.keadaan == _NEEDED else None
        page = await reader.page(PostQuery(states, needed_at, asked.akun, asked.q.strip(), asked.setelah, _ROWS))
        effects = await reader.effects_of([post.post_id for post in page.rows])
        return room.pages.show(
            request,
            "posts.html",
            member,
            asked=asked,
            rows=page.rows,
            following=page.next,
            effects=effects,
            accounts=room.deps.posting.accounts,
            state_on=words.state_on,
            may_write=member.may("campaigns:work"),
        )

    @routes.get(f"{PATH}/kalender")
    async def calendar(request: Request, member: Reader, bulan: Annotated[str, Query(max_length=7)] = "") -> Response:
        """Show what is planned in a month, by day."""
        month: Month = month_of(bulan, room.deps.posting.policy.today(room.deps.clock()))
        posts = await reader.between(month.begins, month.ends, _MOST_A_MONTH)
        effects = await reader.effects_of([post.post_id for post in posts])
        return room.pages.show(
            request,
            "posts_calendar.html",
            member,
            month=month,
            weeks=month.weeks(posts),
            state_of=lambda post: words.state_of(post, effects[post.post_id]),
            may_write=member.may("campaigns:work"),
        )

    @routes.get(f"{PATH}/jumlah")
    async def waiting(_member: Reader) -> WaitingCount:
        found = await reader.needed(room.deps.clock())
        return WaitingCount(waiting=found.number, urgent=found.is_late)

    @routes.get(f"{PATH}/gambar/{{file_id}}")
    async def picture(_member: Reader, file_id: PostId) -> StreamingResponse:
        """Show a picture to who plans with it, approved or not."""
        stored, content = await room.deps.posting.pictures.open(file_id)
        return StreamingResponse(content, media_type=stored.media_type, headers={"Cache-Control": "private, max-age=3600"})


def _looking(routes: APIRouter, room: PostRoom) -> None:
    lookout = Lookout(room.deps.posting.reader.mark)

    @routes.get(f"{PATH}/{{post_id}}")
    async def one(request: Request, member: Reader, post_id: PostId, sudah: Annotated[str, Query(max_length=20)] = "") -> Response:
        return await room.show(request, member, post_id, told=sudah)

    @routes.get(f"{PATH}/{{post_id}}/isi")
    async def part(request: Request, member: Reader, post_id: PostId) -> Response:
        """Return what moves on the page: states and numbers of each account."""
        return room.pages.show(request, "post_live.html", member, **await room.values(await room.find(post_id), member))

    @routes.get(f"{PATH}/{{post_id}}/langsung")
    async def news(request: Request, _member: Reader, post_id: PostId) -> Response:
        """Tell when something of it moved."""
        await room.find(post_id)

        async def moved() -> tuple[int, bool]:
            found = (await room.deps.posting.reader.effects_of([post_id]))[post_id]
            seen = repr((await room.find(post_id), [(each.key, each.state, each.reason, each.measured) for each in found]))
            return zlib.crc32(seen.encode()), False

        return lookout.answer(request, moved)


def _judging(routes: APIRouter, room: PostRoom) -> None:
    deps = room.deps

    @routes.post(f"{PATH}/{{post_id}}/setujui")
    async def approve(request: Request, member: Approver, post_id: PostId, revisi: Annotated[int, Form(ge=1)]) -> Response:
        by = hand_of(member)
        return await room.act(
            request, member, post_id, lambda tx: handlers.approve_post(tx, deps, post_id, revisi, by), "post.approved", revision=str(revisi)
        )

    @routes.post(f"{PATH}/{{post_id}}/kembalikan")
    async def give_back(
        request: Request,
        member: Approver,
        post_id: PostId,
        revisi: Annotated[int, Form(ge=1)],
        catatan: Annotated[str, Form(max_length=NOTE_MOST * 2)] = "",
    ) -> Response:
        by = hand_of(member)
        return await room.act(
            request, member, post_id, lambda tx: handlers.return_post(tx, deps, post_id, revisi, catatan, by), "post.returned"
        )

    @routes.post(f"{PATH}/{{post_id}}/batalkan")
    async def cancel(request: Request, member: Writer, post_id: PostId) -> Response:
        return await room.act(request, member, post_id, lambda tx: handlers.cancel_post(tx, post_id), "post.cancelled")


def _mending(routes: APIRouter, room: PostRoom) -> None:
    deps = room.deps

    def key_of(post_id: str, account: str) -> str:
        return f"{POST_KEY}{post_id}:{account}"

    @routes.post(f"{PATH}/{{post_id}}/ulangi")
    async def again(request: Request, member: Writer, post_id: PostId, akun: Annotated[str, Form(max_length=40)]) -> Response:
        key = key_of(post_id, akun)
        return await room.act(request, member, post_id, lambda tx: handlers.retry_effect(tx, deps, key), "post.retried", account=akun)

    @routes.post(f"{PATH}/{{post_id}}/tautan")
    async def link(
        request: Request,
        member: Writer,
        post_id: PostId,
        akun: Annotated[str, Form(max_length=40)],
        tautan: Annotated[str, Form(max_length=LINK_LONGEST * 2)] = "",
    ) -> Response:
        """Take the link that somebody pasted: it is counted as published."""
        key = key_of(post_id, akun)
        return await room.act(request, member, post_id, lambda tx: handlers.note_link(tx, deps, key, tautan), "post.linked", account=akun)

    @routes.post(f"{PATH}/{{post_id}}/angka")
    async def counts(request: Request, member: Writer, post_id: PostId, typed: Annotated[CountsForm, Form()]) -> Response:
        """Take numbers that somebody read on the platform."""
        read = Counts(typed.reach, typed.views, typed.likes, typed.comments, typed.shares, typed.saves)
        key = key_of(post_id, typed.akun)
        return await room.act(
            request, member, post_id, lambda tx: handlers.note_counts(tx, deps, key, read), "post.counted", account=typed.akun
        )
