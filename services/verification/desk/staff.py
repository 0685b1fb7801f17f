"""The pages about staff, for admins: the list, inviting, and one account with all that can be done to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from services.verification.desk.invitation import INVITATION, problems_of
from services.verification.desk.places import chosen_places, place_groups
from services.verification.desk.room import StaffRoom, origin_of
from services.verification.desk.sessions import session_rows, session_with
from services.verification.desk.skills import skill_names
from services.verification.desk.work_room import DECIDE
from services.verification.domain.staff.account import Posting, StaffAccount
from services.verification.handlers import staff
from services.verification.handlers.staff.noting import noted
from services.verification.handlers.staff.signing_in import key_of
from services.verification.ports import Tx
from services.verification.ports.staff import StaffQuery, StaffShow
from shared.audit import AuditEntry
from shared.errors import BadInput, NotFound
from shared.reference.courts import courts
from shared.reference.roles import permissions, permissions_of, roles
from shared.web.desk import StaffMember, WaitingCount, signed_in

STAFF: Final = "/desk/petugas"

Admin = Annotated[StaffMember, signed_in("staff:manage")]


class PostingForm(BaseModel):
    """Who somebody is, what they may do and where."""

    akun: str = ""
    nama: str = ""
    peran: list[str] = Field(default_factory=list)
    wilayah: list[str] = Field(default_factory=list)
    pengadilan: str = ""
    mengerjakan: list[str] = Field(default_factory=list)

    @property
    def posting(self) -> Posting:
        """What they may do and where."""
        return Posting(frozenset(self.peran), tuple(sorted(set(self.wilayah))), self.pengadilan or None, frozenset(self.mengerjakan))


class SearchForm(BaseModel):
    """What is looked for: a name, so it stands in no address."""

    cari: Annotated[str, Field(max_length=100)] = ""
    tampil: StaffShow = StaffShow.ALL
    peran: str = ""
    after: Annotated[str | None, Field(max_length=500)] = None


class ActForm(BaseModel):
    """An act on an account; `sesi` where it is on one session."""

    tindakan: str = ""
    sesi: str = ""


def router(room: StaffRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    _lists(routes, room)
    _inviting(routes, room)
    _one(routes, room)
    return routes


def _lists(routes: APIRouter, room: StaffRoom) -> None:
    @routes.get(STAFF)
    async def listed(
        request: Request,
        member: Admin,
        tampil: StaffShow = StaffShow.ALL,
        peran: Annotated[str, Query(max_length=40)] = "",
        after: Annotated[str | None, Query(max_length=500)] = None,
    ) -> Response:
        return await _list(room, request, member, SearchForm(tampil=tampil, peran=peran, after=after))

    @routes.get(f"{STAFF}/jumlah")
    async def waiting(_member: Admin) -> WaitingCount:
        """Answer how many accounts are paused: an admin is told on every page, not only where the list is open."""
        paused = len(await _paused(room))
        return WaitingCount(waiting=paused, urgent=paused > 0)

    @routes.post(f"{STAFF}/cari")
    async def searched(request: Request, member: Admin, form: Annotated[SearchForm, Form()]) -> Response:
        return await _list(room, request, member, form)


async def _paused(room: StaffRoom) -> Mapping[str, datetime]:
    """Return until when accounts are paused: all of them, not only those that a list shows; names without an account are left out."""
    keys = {key_of(login): account_id for account_id, login in (await room.deps.reader.logins()).items()}
    found = await room.deps.reader.paused(keys, at=room.deps.clock())
    return {keys[key]: until for key, until in found.items()}


async def _list(room: StaffRoom, request: Request, member: StaffMember, search: SearchForm) -> Response:
    query = StaffQuery(show=search.tampil, role=search.peran or None, text=search.cari, after=search.after)
    page = await room.deps.reader.page(query)
    paused = await _paused(room)
    values: dict[str, Any] = {
        "accounts": page.accounts,
        "next": page.next,
        "paused": paused,
        "paused_names": await room.deps.reader.names(paused),
        "counts": await room.deps.reader.counts(),
        "search": search,
        "shows": list(StaffShow),
        "roles": roles(),
        "places": chosen_places,
    }
    return room.pages.show(request, "petugas.html", member, **values)


def _inviting(routes: APIRouter, room: StaffRoom) -> None:
    def page(request: Request, member: StaffMember, form: PostingForm, problems: Mapping[str, str] | None = None) -> Response:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        return room.pages.show(
            request, "petugas_undang.html", member, status=status, form_values=form, problems=problems or {}, **_choices(room)
        )

    @routes.get(f"{STAFF}/undang")
    async def ask(request: Request, member: Admin) -> Response:
        return page(request, member, PostingForm())

    @routes.post(f"{STAFF}/undang")
    async def invite(request: Request, member: Admin, form: Annotated[PostingForm, Form()]) -> Response:
        try:
            account, code = await room.units.run(
                lambda tx: staff.invite_account(tx, room.deps, by=member.staff_id, login=form.akun, name=form.nama, posting=form.posting),
                audit=lambda made: _noted(room, member, "account.invited", made[0]),
            )
        except BadInput as error:
            return page(request, member, form, problems_of(error))
        return _invitation(room, request, member, account, code)


def _invitation(room: StaffRoom, request: Request, member: StaffMember, account: StaffAccount, code: str) -> Response:
    """Show the invitation, this once: the admin hands it over."""
    link = f"{origin_of(request)}{INVITATION}?kode={code}"
    return room.pages.show(request, "petugas_undangan.html", member, account=account, code=code, link=link)


Act = Callable[[StaffRoom, Tx, str, str], Awaitable[Any]]
_ACTS: Final[Mapping[str, tuple[str, Act]]] = {
    "kunci": ("account.locked", lambda room, tx, account_id, by: staff.lock_account(tx, room.deps, account_id, by=by)),
    "buka": ("account.unlocked", lambda room, tx, account_id, by: staff.unlock_account(tx, room.deps, account_id, by=by)),
    "keluar": ("account.closed", lambda room, tx, account_id, by: staff.close_account(tx, room.deps, account_id, by=by)),
    "akhiri": ("account.sessions_ended", lambda room, tx, account_id, _: staff.end_sessions(tx, room.deps, account_id)),
    "lanjutkan": ("account.pause_ended", lambda room, tx, account_id, _: _end_pause(room, tx, account_id)),
}
"""What the buttons do: their word, the row in the audit log, the handler."""


async def _end_pause(room: StaffRoom, tx: Tx, account_id: str) -> None:
    await staff.end_pause(tx, room.deps, await tx.staff.accounts.get(account_id))


def _one(routes: APIRouter, room: StaffRoom) -> None:
    @routes.get(f"{STAFF}/{{account_id}}")
    async def show(request: Request, member: Admin, account_id: str) -> Response:
        return await _account_page(room, request, member, account_id)

    @routes.post(f"{STAFF}/{{account_id}}/ubah")
    async def change(request: Request, member: Admin, account_id: str, form: Annotated[PostingForm, Form()]) -> Response:
        try:
            await room.units.run(
                lambda tx: staff.change_account(tx, room.deps, account_id, by=member.staff_id, name=form.nama, posting=form.posting),
                audit=lambda changed: _noted(room, member, "account.changed", changed),
            )
        except BadInput as error:
            return await _account_page(room, request, member, account_id, problems=problems_of(error), form=form)
        return _back(account_id, "ubah")

    @routes.post(f"{STAFF}/{{account_id}}/atur-ulang")
    async def reset(request: Request, member: Admin, account_id: str) -> Response:
        account, code = await room.units.run(
            lambda tx: staff.reset_account(tx, room.deps, account_id, by=member.staff_id),
            audit=lambda made: _noted(room, member, "account.reset", made[0]),
        )
        return _invitation(room, request, member, account, code)

    @routes.post(f"{STAFF}/{{account_id}}/tindakan")
    async def act(member: Admin, account_id: str, form: Annotated[ActForm, Form()]) -> Response:
        run: Callable[[Tx], Awaitable[Any]]
        if form.sesi:
            session_id = session_with(await room.deps.reader.sessions(account_id, at=room.deps.clock()), form.sesi) or "-"
            name, run = "account.session_ended", lambda tx: staff.end_sessions(tx, room.deps, account_id, only=session_id)
        elif form.tindakan in _ACTS:
            name, handler = _ACTS[form.tindakan]
            run = lambda tx: handler(room, tx, account_id, member.staff_id)  # noqa: E731 - one of two
        else:
            raise NotFound("act_unknown")
        await room.units.run(run, audit=lambda _: noted(room.deps, name, account_id, by=member.staff_id, by_name=member.name))
        return _back(account_id, form.tindakan or "akhiri")


async def _account_page(
    room: StaffRoom,
    request: Request,
    member: StaffMember,
    account_id: str,
    *,
    problems: Mapping[str, str] | None = None,
    form: PostingForm | None = None,
) -> Response:
    account = await room.units.run(lambda tx: tx.staff.accounts.get(account_id))
    key = key_of(account.login)
    at = room.deps.clock()
    posting = account.posting
    kept = PostingForm(
        akun=account.login,
        nama=account.name,
        peran=sorted(posting.roles),
        wilayah=list(posting.area),
        pengadilan=posting.court or "",
        mengerjakan=sorted(posting.groups),
    )
    return room.pages.show(
        request,
        "petugas_satu.html",
        member,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        account=account,
        paused_until=(await room.deps.reader.paused([key], at=at)).get(key),
        sessions=session_rows(await room.deps.reader.sessions(account_id, at=at), member.session_id),
        is_own=account_id == member.staff_id,
        form_values=form or kept,
        problems=problems or {},
        decides=DECIDE in permissions_of(posting.roles),
        skills=", ".join(skill_names(posting.groups).values()),
        done=request.query_params.get("selesai", ""),
        **_choices(room),
    )


def _choices(room: StaffRoom) -> dict[str, Any]:
    return {
        "roles": roles(),
        "permissions": permissions(),
        "districts": place_groups(),
        "courts": {court.code: court for court in courts().values()},
        "choosable": skill_names(room.deps.groups),
        "places": chosen_places,
    }


def _noted(room: StaffRoom, member: StaffMember, act: str, account: StaffAccount) -> AuditEntry:
    posting = account.posting
    detail = {"roles": " ".join(sorted(posting.roles)), "area": " ".join(posting.area), "groups": " ".join(sorted(posting.groups))}
    return noted(room.deps, act, account.id, by=member.staff_id, by_name=member.name, detail=detail)


def _back(account_id: str, done: str) -> Response:
    return RedirectResponse(f"{STAFF}/{account_id}?selesai={done}", HTTPStatus.SEE_OTHER)
