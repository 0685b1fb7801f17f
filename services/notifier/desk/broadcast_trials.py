"""`/desk/siaran/banding`: two texts of one broadcast, compared by who read them; nothing is concluded before the day that was said."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response

from services.notifier.desk import broadcast_words as words
from services.notifier.desk.broadcasts import PATH
from services.notifier.domain.broadcast import Broadcast, BroadcastState
from services.notifier.domain.broadcast_job import VILLAGE
from services.notifier.ports import BroadcastResults, Deps
from shared.clock import WIB
from shared.errors import NotFound
from shared.trials import ArmCount, StoppingRule, verdict
from shared.web.desk import Pages, StaffMember, signed_in
from shared.web.desk.trial_words import rule_words, share_words, verdict_words

_OVER: Final = frozenset({BroadcastState.STOPPED, BroadcastState.DONE})
_DID: Final = "membaca"

Worker = Annotated[StaffMember, signed_in("campaigns:work")]


def router(deps: Deps, pages: Pages) -> APIRouter:
    """Return the route."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(f"{PATH}/banding/{{trial_id}}")
    async def compared(request: Request, member: Worker, trial_id: str) -> Response:
        both = await deps.broadcasts.of_trial(trial_id)
        trial = both[0].trial if both else None
        if trial is None:
            raise NotFound("trials_not_found")
        results = [await deps.broadcasts.results(each) for each in both]
        return pages.show(request, "broadcast_trial.html", member, **_values(deps, both[0], both[1], trial.rule, results))

    return routes


def arm_count(found: BroadcastResults) -> ArmCount:
    """Return how many read a text, of those to whom it came: who never got it can't have read it."""
    return ArmCount(found.read, found.delivered + found.read)


def _values(deps: Deps, one: Broadcast, other: Broadcast, rule: StoppingRule, results: list[BroadcastResults]) -> dict[str, Any]:
    """Return what the page shows. Counts of who read stay hidden until it may be concluded."""
    a, b = map(arm_count, results)
    is_due = rule.is_met(a, b, deps.clock().astimezone(WIB).date())
    is_over = is_due and one.state in _OVER and other.state in _OVER
    found = verdict(a, b) if is_over else None
    shares = (found.a, found.b) if found else (None, None)
    rows = [
        (each, words.STATES[each.state], _shown(deps, each), count, share_words(share) if share else "")
        for each, count, share in zip((one, other), (a, b), shares, strict=True)
    ]
    return {
        "rows": rows,
        "rule": rule_words(rule),
        "is_late": is_due and not is_over,
        "concluded": verdict_words(found, _DID) if found else "",
        "name": one.name.rpartition(" (")[0],
        "segment": words.segment(one.segment),
    }


def _shown(deps: Deps, broadcast: Broadcast) -> str:
    approved = deps.approved_texts.get(broadcast.template.name)
    return approved.shown(broadcast.template.parameters).replace(VILLAGE, "(nama desanya)") if approved else ""
