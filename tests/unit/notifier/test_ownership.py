"""Whose a message is, on each side of the moment in which a number changed hands."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.notifier.domain import notice
from services.notifier.domain.facts import NoticeFailed
from services.notifier.domain.job import JobState
from services.notifier.domain.ownership import ADDRESS_LOST, is_of_former, withhold
from shared.values import Channel
from tests.unit.notifier.samples import AT
from tests.unit.notifier.test_notice import ABOUT, CITIZEN, ISSUED, ORIGIN, TEXTS

LOST_AT = AT
JOB = notice.document_job(ORIGIN, replace(CITIZEN, last_inbound_at=AT), ABOUT, ISSUED, texts=TEXTS, at=AT)
MICRO = timedelta(microseconds=1)


@pytest.mark.parametrize(("known_at", "expected"), [(LOST_AT - MICRO, True), (LOST_AT, False), (LOST_AT + MICRO, False)])
def test_what_was_asked_before_the_loss_is_the_formers_and_nothing_else(known_at: datetime, *, expected: bool) -> None:
    assert is_of_former(replace(JOB, known_at=known_at), LOST_AT) is expected


def test_a_number_that_nobody_lost_and_a_court_keep_what_is_theirs() -> None:
    assert not is_of_former(replace(JOB, known_at=AT - MICRO), None)
    assert not is_of_former(replace(JOB, known_at=AT - MICRO, channel=Channel.COURT), LOST_AT)


def test_what_is_withheld_is_told_as_failed_with_its_document() -> None:
    withheld, (told,) = withhold(JOB, at=AT)
    assert (withheld.state, withheld.reason, withheld.attempt) == (JobState.FAILED, ADDRESS_LOST, 0)
    assert isinstance(told, NoticeFailed)
    assert told.document_id == ISSUED.document_id
