"""`/desk/posting/baru` and `/desk/posting/{post}/perbaiki`: the form of a post."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.notifier.desk import post_words as words
from services.notifier.desk.post_form import SLOTS, PostForm, form_of_piece, read_revision, read_words, with_pictures
from services.notifier.desk.posts import PATH, PostId, PostRoom, Writer, hand_of
from services.notifier.domain.posting.accounts import LIMITS
from services.notifier.domain.posting.post import ALT_MOST, TEXT_MOST, TITLE_MOST, SocialPost
from services.notifier.handlers import posting as handlers
from services.notifier.ports import Tx
from shared.errors import AppError, BadInput, DomainError, NotFound, TooLarge, Transient
from shared.web.desk import StaffMember
from shared.web.storage_gate import AGAIN_SECONDS, STORAGE_LOW

_REFUSED: Final = (DomainError, BadInput, TooLarge)


def router(room: PostRoom) -> APIRouter:
    """Return the routes; they come before the address of one post, which would take `baru` for an id."""
    routes = APIRouter(include_in_schema=False)
    _writing(routes, room)
    _mending(routes, room)
    return routes


def _writing(routes: APIRouter, room: PostRoom) -> None:
    @routes.get(f"{PATH}/baru")
    async def ask(
        request: Request,
        member: Writer,
        karya: Annotated[str, Query(max_length=40)] = "",
        pada: Annotated[str, Query(max_length=10)] = "",
    ) -> Response:
        """Show the form, with a piece of the studio in it or on a day of the calendar."""
        form, problem = PostForm(when=f"{pada}T09:00" if pada else ""), ""
        if karya:
            try:
                form = await form_of_piece(room.deps, karya)
            except (*_REFUSED, NotFound, Transient) as error:
                problem = words.problem_of(error.code)
        return _page(room, request, member, form, problem)

    @routes.post(f"{PATH}/baru")
    async def write(request: Request, member: Writer) -> Response:
        """Keep a plan; somebody else reads it."""
        form = PostForm()
        try:
            async with request.form() as sent:
                form = read_words(room.deps, sent, form)
                form = await with_pictures(room.deps, sent, form)
            content = form.content(room.deps.clock())
            made = await room.units.run(
                lambda tx: handlers.propose_post(tx, room.deps, content, hand_of(member)),
                audit=lambda made: room.row(member, "post.proposed", f"post/{made.post_id}"),
            )
        except (*_REFUSED, Transient) as error:
            return _refused(room, request, member, form, error)
        return RedirectResponse(f"{PATH}/{made.post_id}?sudah=proposed", HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})


def _mending(routes: APIRouter, room: PostRoom) -> None:
    @routes.get(f"{PATH}/{{post_id}}/perbaiki")
    async def ask(request: Request, member: Writer, post_id: PostId) -> Response:
        post = await room.find(post_id)
        return _page(room, request, member, PostForm.of_post(post, room.deps.clock()), post=post)

    @routes.post(f"{PATH}/{{post_id}}/perbaiki")
    async def mend(request: Request, member: Writer, post_id: PostId) -> Response:
        """Write it anew; it needs another approval."""
        post = await room.find(post_id)
        form = PostForm.of_post(post, room.deps.clock())
        try:
            async with request.form() as sent:
                form, revision = read_words(room.deps, sent, form), read_revision(sent)
                form = await with_pictures(room.deps, sent, form)
            content = form.content(room.deps.clock())

            async def body(tx: Tx) -> SocialPost:
                return await handlers.mend_post(tx, room.deps, post_id, content, hand_of(member), revision)

            await room.units.run(body, audit=lambda made: room.row(member, "post.mended", f"post/{made.post_id}"))
        except (*_REFUSED, Transient) as error:
            return _refused(room, request, member, form, error, post=post)
        return RedirectResponse(f"{PATH}/{post_id}?sudah=mended", HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})


def _refused(
    room: PostRoom, request: Request, member: StaffMember, form: PostForm, error: AppError, *, post: SocialPost | None = None
) -> Response:
    """Show the form with what is wrong. Of what passes by itself only a full disk is said here."""
    if isinstance(error, Transient) and error.code != STORAGE_LOW:
        raise error
    answer = _page(room, request, member, form, words.problem_of(error.code, error.detail), post=post)
    if isinstance(error, Transient):
        answer.status_code = error.status
        answer.headers["Retry-After"] = str(AGAIN_SECONDS)
    return answer


def _page(
    room: PostRoom, request: Request, member: StaffMember, form: PostForm, problem: str = "", *, post: SocialPost | None = None
) -> Response:
    values: dict[str, Any] = {
        "post": post,
        "wish": form,
        "problem": problem,
        "accounts": room.deps.posting.accounts.values(),
        "platform": words.platform,
        "limits": LIMITS,
        "slots": SLOTS,
        "most": {"title": TITLE_MOST, "text": TEXT_MOST, "alt": ALT_MOST},
        "action": f"{PATH}/{post.post_id}/perbaiki" if post else f"{PATH}/baru",
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return room.pages.show(request, "post_form.html", member, status=status, **values)
