"""What we publish says what was decided, and personal data stands only under `personal`."""

from datetime import timedelta
from typing import Any

import pytest

from services.verification.consumers import submission_from
from services.verification.domain.facts import CaseApproved, CaseRejected, CaseReturned, TaskClosed, TaskOpened
from services.verification.domain.family import card_for
from services.verification.domain.finding import failure
from services.verification.domain.submission import Submission
from services.verification.events import to_event
from shared.contracts import verification
from shared.contracts.envelope import Event
from shared.contracts.verification import RequestApproved
from shared.errors import DomainError
from tests.support import families as people
from tests.support.families import DAUGHTER, HUSBAND, KK, NOW, PHONE, SON, WIFE
from tests.support.submissions import request_submitted

REASONS = (failure("attachment_missing", "attachments.ktp"),)
PERSONAL = (KK, HUSBAND, WIFE, SON, DAUGHTER, PHONE, "SLAMET", "Slamet", "DIPONEGORO", "PA.Kab.Mn", "40/Pdt.G")


def approved(submission: Submission) -> CaseApproved:
    return CaseApproved(submission=submission, card=card_for(submission, people.register()), officer_id=None, at=NOW)


def facts() -> list[Any]:
    return [
        approved(people.lost_card()),
        approved(people.divorce(WIFE)),
        CaseReturned(submission=people.lost_card(), reasons=REASONS, at=NOW, note="Foto Slamet buram"),
        CaseRejected(submission=people.divorce(WIFE), reasons=REASONS, at=NOW),
        TaskOpened(task_id="task-1", submission=people.divorce(), reasons=REASONS, at=NOW, due_at=NOW + timedelta(hours=8)),
        TaskClosed(task_id="task-1", request_id="request-1", case_id=None, receipt="MDN-1", outcome="approved", at=NOW),
    ]


@pytest.mark.parametrize("fact", facts(), ids=lambda fact: type(fact).__name__)
def test_nothing_outside_personal_leads_to_a_person(fact: Any) -> None:
    event: Event = to_event(fact)
    open_part = event.model_dump_json(exclude={"personal"})
    assert not [word for word in PERSONAL if word in open_part]


def test_an_approval_carries_the_whole_card_in_words() -> None:
    event = to_event(approved(people.divorce(WIFE)))
    assert isinstance(event, RequestApproved)
    card = event.personal.card
    assert (card.kk_number, card.village, card.district, card.regency, card.province) == (None, "NGLAMES", "MADIUN", "MADIUN", "JAWA TIMUR")
    assert (card.head_name, [row.relation for row in card.members]) == ("TITIK FITRIANI", ["KEPALA KELUARGA", "ANAK"])
    assert (event.decided_by, event.case_id) == (verification.Decider.AUTOMATIC, people.divorce().case_id)
    assert event.personal.contact.reference == "decision-1"


def test_an_officer_is_named_by_id_alone() -> None:
    fact = CaseApproved(people.lost_card(), card_for(people.lost_card(), people.register()), officer_id="officer-1", at=NOW)
    event = to_event(fact)
    assert isinstance(event, RequestApproved)
    assert (event.decided_by, event.officer_id) == (verification.Decider.STAFF, "officer-1")


def test_a_village_that_is_none_can_not_be_printed() -> None:
    card = card_for(people.lost_card(), people.register(people.family(village_code="3519999999")))
    with pytest.raises(DomainError, match="village_unknown"):
        to_event(CaseApproved(people.lost_card(), card, officer_id=None, at=NOW))


@pytest.mark.parametrize("submission", [people.lost_card(applicant_name="Slamet"), people.divorce(WIFE)])
def test_what_intake_says_is_read_without_loss(submission: Submission) -> None:
    assert submission_from(request_submitted(submission)) == submission
