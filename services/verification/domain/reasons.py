"""The reasons an officer may give: those of the shared list, each for the decisions it is meant for."""

from __future__ import annotations

from collections.abc import Iterator

from services.verification.domain.finding import Finding
from services.verification.domain.policy import TELLS_NOTHING
from shared.errors import BadInput, FieldProblem
from shared.reference.reasons import reasons


def check_reasons(given: tuple[Finding, ...], act: str, service: str, *, needed: bool = True) -> None:
    """Refuse reasons that are not in the list, not for this act (`return`, `reject`, `answer`) or service; and none where one is needed.

    Raises:
        BadInput: `reason_missing`, `reason_unknown` or `reason_not_for_this`.
    """
    if needed and not given:
        raise missing()
    problems = tuple(_problems(given, act, service))
    if problems:
        raise BadInput(problems[0].code, "GET /v1/reasons lists the reasons that may be given.", problems)


def check_answer(given: tuple[Finding, ...], note: str | None) -> None:
    """Refuse an answer that says nothing: without any reason, or where a reason says nothing alone, without the officer's own words.

    Raises:
        BadInput: `note_missing`.
    """
    known = reasons()
    if not (note or "").strip() and (not given or any(known[each.code].needs_note for each in given)):
        detail = "Write to the citizen what was found or done."
        raise BadInput("note_missing", detail, (FieldProblem("note", "note_missing", detail),))


def check_neutral(given: tuple[Finding, ...]) -> None:
    """Refuse reasons that would reveal to an unproven sender what the register holds.

    Raises:
        BadInput: `reason_tells_register`.
    """
    problems = tuple(
        FieldProblem(f"reasons[{number}].code", "reason_tells_register", "The sender's identity is unproven: give identity_unproven.")
        for number, finding in enumerate(given)
        if finding.code not in TELLS_NOTHING
    )
    if problems:
        raise BadInput("reason_tells_register", "Who asked is unproven and must not learn what the register holds.", problems)


def missing() -> BadInput:
    """Return the error for a missing reason: the sender must know what to correct."""
    return BadInput("reason_missing", "Name at least one reason.", (FieldProblem("reasons", "reason_missing", "At least one."),))


def _problems(given: tuple[Finding, ...], act: str, service: str) -> Iterator[FieldProblem]:
    known = reasons()
    for number, finding in enumerate(given):
        reason = known.get(finding.code)
        if reason is None:
            yield FieldProblem(f"reasons[{number}].code", "reason_unknown", "The list has no reason of this code.")
        elif act not in reason.officer or not reason.is_for(service):
            yield FieldProblem(f"reasons[{number}].code", "reason_not_for_this", f"This reason can't be given to {act} this request.")
