"""What follows from an answer of WhatsApp or the court: the whole table, row by row."""

from __future__ import annotations

import pytest

from services.notifier.domain.outcome import Accepted, Action, NotSent, Refused, Unanswered, judge_court, judge_whatsapp

ROWS = {
    Action.SLOW_DOWN: (4, 80007, 130429),
    Action.DELAY_RECIPIENT: (131056,),
    Action.RETRY: (1, 2, 131000, 131016, 135000),
    Action.MAINTENANCE: (131057, 133016),
    Action.USE_TEMPLATE: (131047,),
    Action.UNDELIVERABLE: (131026, 131021, 131030),
    Action.STOP: (131049, 131050, 130472),
    Action.PAUSE_SENDER: (0, 3, 10, 190, 200, 250, 299, 368, 131005, 131031, 131042, 131045, 131048),
    Action.OUR_FAULT: (100, 131008, 131009, 132000, 132001, 132016, 131051, 131062),
    Action.MEDIA: (131052, 131053),
}


@pytest.mark.parametrize(("action", "code"), [(action, code) for action, codes in ROWS.items() for code in codes])
@pytest.mark.parametrize("status", [0, 400, 500])
def test_a_code_counts_whatever_the_status(action: Action, code: int, status: int) -> None:
    verdict = judge_whatsapp(Refused(status, code, retry_after_seconds=7))
    assert (verdict.action, verdict.reason, verdict.retry_after_seconds) == (action, f"meta_{code}", 7)


@pytest.mark.parametrize(
    ("status", "code", "action"),
    [
        (500, None, Action.RETRY),
        (503, None, Action.RETRY),
        (502, None, Action.UNKNOWN),  # a gateway speaks: the request may have been carried out
        (504, None, Action.UNKNOWN),
        (502, 131016, Action.RETRY),  # Meta itself speaks
        (429, None, Action.SLOW_DOWN),
        (401, None, Action.PAUSE_SENDER),
        (403, None, Action.PAUSE_SENDER),
        (404, None, Action.OUR_FAULT),
        (400, 999999, Action.OUR_FAULT),
        (500, 999999, Action.RETRY),
        (0, 999999, Action.RETRY),
        (0, None, Action.RETRY),
    ],
)
def test_without_a_known_code_the_status_counts(status: int, code: int | None, action: Action) -> None:
    assert judge_whatsapp(Refused(status, code)).action is action


@pytest.mark.parametrize("judge", [judge_whatsapp, judge_court])
def test_only_bytes_that_left_make_the_end_unknown(judge: object) -> None:
    assert callable(judge)
    assert judge(NotSent("connect_error")).action is Action.RETRY
    assert judge(Unanswered("answer_timeout")).action is Action.UNKNOWN
    assert judge(Accepted("wamid")).action is Action.DONE


@pytest.mark.parametrize(
    ("status", "action"),
    [
        (0, Action.OUR_FAULT),
        (400, Action.OUR_FAULT),
        (422, Action.OUR_FAULT),
        (401, Action.RETRY),
        (404, Action.RETRY),
        (408, Action.RETRY),
        (409, Action.DONE),
        (410, Action.STOP),
        (429, Action.RETRY),
        (500, Action.RETRY),
        (502, Action.UNKNOWN),
        (504, Action.UNKNOWN),
    ],
)
def test_answers_of_the_court(status: int, action: Action) -> None:
    assert judge_court(Refused(status)).action is action
