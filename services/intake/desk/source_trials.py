"""`/desk/uji`: two sources compared by who filed of those who chatted; nothing is concluded before the rule that was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from services.intake.desk.room import DeskRoom
from services.intake.desk.source_form import LONGEST
from services.intake.domain.outreach.funnel import Facet, FunnelQuestion
from services.intake.domain.outreach.source_trials import FEWEST, MOST, SourceTrial, arm_count, villages_by_arm
from services.intake.handlers import begin_source_trial
from services.intake.ports import SourceSearch
from shared.clock import WIB
from shared.errors import DomainError, NotFound
from shared.reference.regions import village_name, villages
from shared.trials import ArmCount, StoppingRule, TrialVerdict, verdict
from shared.web.desk import StaffMember, signed_in
from shared.web.desk.csv import csv_lines
from shared.web.desk.trial_words import rule_words, share_words, verdict_words

PATH: Final = "/desk/uji"
_ROWS: Final = 50
_DID: Final = "mengajukan"
_COLUMNS: Final = (
    *("Nama", "Mulai", "Aturan"),
    *(f"{column} {arm}" for arm in "AB" for column in ("Kode", "Sumber", "Memulai percakapan", "Mengajukan", "Bagian yang mengajukan")),
    "Kesimpulan",
)
_PROBLEMS: Final = {
    "trial_name_missing": f"Beri nama perbandingannya, 1 sampai {LONGEST} huruf.",
    "trial_source_unknown": "Pilih dua sumber yang masih berjalan.",
    "trial_sources_same": "Pilih dua sumber yang berbeda.",
    "trial_sources_differ": "Kedua sumber harus untuk layanan yang sama.",
    "trial_rule_wrong": f"Tulis {FEWEST} orang atau lebih untuk tiap teks, atau hari yang masih datang; salah satu saja.",
}

Campaigner = Annotated[StaffMember, signed_in("campaigns:work")]
Watcher = Annotated[StaffMember, signed_in("funnel:read")]
Code = Annotated[str, Field(max_length=5)]


class TrialForm(BaseModel):
    """A comparison as it was typed. `orang`, `hari`: the rule; one of them."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    nama: Annotated[str, Field(max_length=200)] = ""
    a: Code = ""
    b: Code = ""
    orang: Annotated[int | Literal[""], Field(union_mode="left_to_right")] = ""
    hari: Annotated[date | Literal[""], Field(union_mode="left_to_right")] = ""

    def rule(self) -> StoppingRule:
        """Return the rule.

        Raises:
            DomainError: `trial_rule_wrong`: none, or two.
        """
        try:
            return StoppingRule(self.orang if self.orang != "" else None, self.hari or None)
        except ValueError as error:
            raise DomainError("trial_rule_wrong") from error


def router(room: DeskRoom) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(PATH)
    async def listed(request: Request, member: Watcher) -> Response:
        return await _list(room, request, member, TrialForm())

    @routes.get(f"{PATH}/baru")
    async def new(request: Request, member: Campaigner) -> Response:
        return await _list(room, request, member, TrialForm())

    @routes.post(PATH)
    async def begin(request: Request, typed: Annotated[TrialForm, Form()], member: Campaigner) -> Response:
        name = " ".join(typed.nama.split())[:LONGEST]
        entry = room.entry(member, "trial.begun", "trials", detail={"a": typed.a, "b": typed.b})
        try:
            body = partial(begin_source_trial, deps=room.deps, name=name, codes=(typed.a, typed.b), rule=typed.rule(), by=member.staff_id)
            trial = await room.act(request, entry, body)
        except DomainError as wrong:
            return await _list(room, request, member, typed, _PROBLEMS.get(wrong.code, "Tidak bisa dilakukan sekarang."))
        return RedirectResponse(f"{PATH}/{trial.trial_id}", HTTPStatus.SEE_OTHER, headers={"Cache-Control": "no-store"})

    @routes.get(f"{PATH}/unduh")
    async def download(_member: Watcher) -> Response:
        """Return the latest comparisons; who filed only of those that may be concluded."""
        lines = [await _line(room, trial) for trial in await room.deps.source_trials.latest(_ROWS)]
        name = f"perbandingan-{room.deps.clock().astimezone(WIB).date()}.csv"
        headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(csv_lines([_COLUMNS, *lines], begin=True), media_type="text/csv; charset=utf-8", headers=headers)

    @routes.get(f"{PATH}/{{trial_id}}")
    async def shown(request: Request, trial_id: str, member: Watcher) -> Response:
        trial = await room.deps.source_trials.find(trial_id)
        if trial is None:
            raise NotFound("trials_not_found")
        return room.pages.show(request, "source_trial.html", member, **await _values(room, trial))

    return routes


async def _list(room: DeskRoom, request: Request, member: StaffMember, typed: TrialForm, problem: str = "") -> Response:
    deps = room.deps
    running = (await deps.sources.search(SourceSearch(only_running=True, limit=200))).sources
    values: dict[str, Any] = {"rows": await deps.source_trials.latest(_ROWS), "sources": running, "wish": typed, "problem": problem}
    values |= {"rule_words": rule_words, "fewest": FEWEST, "most": MOST, "longest": LONGEST}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return room.pages.show(request, "source_trials.html", member, status=status, **values)


@dataclass(frozen=True, slots=True)
class _Counted:
    """A comparison so far. `verdict`: None until its rule is met."""

    a: ArmCount
    b: ArmCount
    verdict: TrialVerdict | None


async def _counted(room: DeskRoom, trial: SourceTrial) -> _Counted:
    deps = room.deps
    today = deps.clock().astimezone(WIB).date()
    last = min(today, trial.rule.ends_on) if trial.rule.ends_on else today
    question = FunnelQuestion(trial.made_at.astimezone(WIB).date(), last, sources=frozenset({trial.a, trial.b}))
    counts = await deps.funnel.counts(question, Facet.SOURCE)
    a, b = arm_count(counts.get(trial.a, {})), arm_count(counts.get(trial.b, {}))
    return _Counted(a, b, verdict(a, b) if trial.rule.is_met(a, b, today) else None)


async def _line(room: DeskRoom, trial: SourceTrial) -> Sequence[str]:
    """Return a row of the file, under `_COLUMNS`."""
    counted, deps = await _counted(room, trial), room.deps
    found = counted.verdict
    cells = [trial.name, trial.made_at.astimezone(WIB).date().isoformat(), rule_words(trial.rule)]
    for code, arm, share in ((trial.a, counted.a, found and found.a), (trial.b, counted.b, found and found.b)):
        source = await deps.sources.find(code)
        cells += [code, source.what.name if source else "", str(arm.of), *((str(arm.count), share_words(share)) if share else ("", ""))]
    return [*cells, verdict_words(found, _DID) if found else "Belum disimpulkan"]


async def _values(room: DeskRoom, trial: SourceTrial) -> dict[str, Any]:
    """Return what the page of one shows. Who filed stays hidden until it may be concluded."""
    deps, counted = room.deps, await _counted(room, trial)
    a, b, found = counted.a, counted.b, counted.verdict
    sources = [await deps.sources.find(code) for code in (trial.a, trial.b)]
    shares = [share_words(found.a), share_words(found.b)] if found else ["", ""]
    named = {code: village_name(code) for code in villages()}
    return {
        "trial": trial,
        "rows": list(zip(("A", "B"), sources, (a, b), shares, strict=True)),
        "rule": rule_words(trial.rule),
        "concluded": verdict_words(found, _DID) if found else "",
        "villages_of": {arm: sorted(named[code] for code in codes) for arm, codes in villages_by_arm(trial.trial_id, list(named)).items()},
    }
