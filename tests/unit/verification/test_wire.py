"""What we publish says what was decided, and personal data stands only under `personal`."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.verification.consumers import submission_from
from services.verification.domain.contents import ChildCard, FamilyCard
from services.verification.domain.documents import keyed
from services.verification.domain.facts import (
    CaseApproved,
    CaseRejected,
    CaseReturned,
    CitizenAsked,
    PromiseMoved,
    RegisterChanged,
    TaskClaimed,
    TaskClosed,
    TaskOpened,
    TaskOverdue,
    TaskRef,
    TaskReleased,
)
from services.verification.domain.finding import failure
from services.verification.domain.history import PersonEntry, RegisterEntry
from services.verification.domain.rules import Application, Basis
from services.verification.domain.services import RULES
from services.verification.domain.submission import Answers, Person, Submission
from services.verification.events import content_of, to_event
from shared.contracts import verification
from shared.contracts.contents import ChildCardContent, read_content
from shared.contracts.envelope import Event
from shared.contracts.verification import RequestApproved
from shared.errors import DomainError
from shared.reference.catalogue import catalogue
from shared.reference.population import Effect
from tests.support import families as people
from tests.support.families import DAUGHTER, HUSBAND, KK, NOW, PHONE, SON, TODAY, WIFE
from tests.support.submissions import request_submitted

NEW_KK = "3519082411260001"
REASONS = (failure("attachment_missing", "answers.ktp"),)
PERSONAL = (KK, HUSBAND, WIFE, SON, DAUGHTER, PHONE, "SLAMET", "Slamet", "DIPONEGORO", "PA.Kab.Mn", "40/Pdt.G")


def approved(*submissions: Submission, officer_id: str | None = None) -> CaseApproved:
    """The approval of the last of these requests of one case."""
    application = Application(submissions)
    plan = RULES[submissions[0].service].plan(application, people.register(), (NEW_KK,), TODAY)
    documents = tuple(document for document in keyed(application, plan) if document.request_id == submissions[-1].request_id)
    return CaseApproved(submissions[-1], documents, officer_id, NOW)


def changed() -> RegisterChanged:
    hers = PersonEntry(WIFE, Effect.JOINED, KK, NEW_KK, people.wife(), people.wife())
    persons = (hers, PersonEntry(SON, Effect.DIED, KK, None, None, None))
    basis = Basis("akta_cerai", TODAY, people.decision().answers.text("deed_number"))
    entry = RegisterEntry("case-1", "request-1", "case-1", "cerai", None, basis, NOW, (KK, NEW_KK), persons, opened=1)
    return RegisterChanged("case-1", people.divorce(), entry)


TASK = TaskRef("task-1", "request-1", None, "MDN-1")


def facts() -> list[Any]:
    return [
        approved(people.lost_card()),
        approved(*people.divorces()),
        changed(),
        CaseReturned(submission=people.lost_card(), reasons=REASONS, at=NOW, note="Foto Slamet buram"),
        CaseRejected(submission=people.divorce(WIFE), reasons=REASONS, at=NOW),
        TaskOpened(
            task_id="task-1",
            submission=people.divorce(),
            products=("kk",),
            reasons=REASONS,
            priority="court",
            place_at=NOW,
            at=NOW,
            due_at=NOW + timedelta(hours=8),
        ),
        CitizenAsked(people.lost_card(), "task-1", "question-1", "Apakah Slamet di rumah?", NOW),
        PromiseMoved(people.lost_card(), NOW, NOW),
        TaskClaimed(TASK, "officer-1", NOW + timedelta(minutes=20), NOW),
        TaskReleased(TASK, "first", NOW),
        TaskOverdue(TASK, "amber", NOW, NOW),
        TaskClosed(TASK, outcome="approved", at=NOW),
    ]


@pytest.mark.parametrize("fact", facts(), ids=lambda fact: type(fact).__name__)
def test_nothing_outside_personal_leads_to_a_person(fact: Any) -> None:
    event: Event = to_event(fact)
    open_part = event.model_dump_json(exclude={"personal"})
    assert not [word for word in PERSONAL if word in open_part]


def test_an_approval_carries_every_document_in_words_each_valid_by_its_type() -> None:
    event = to_event(approved(*people.divorces()))
    assert isinstance(event, RequestApproved)
    assert event.documents == ("kk", "ktp", "kia")
    assert [(order.key, order.content_type, order.about) for order in event.personal.documents] == [
        ("kk", "family_card.v1", f"kk:{NEW_KK}"),
        ("ktp", "identity_card.v1", f"ktp:{WIFE}"),
        ("kia", "child_card.v1", f"kia:{DAUGHTER}"),
    ]
    for order in event.personal.documents:
        read_content(order.content_type, order.content)
    card, ktp, kia = (order.content for order in event.personal.documents)
    address = card["address"]
    assert (address["village"], address["district"], address["regency"], address["province"]) == (
        "NGLAMES",
        "MADIUN",
        "MADIUN",
        "JAWA TIMUR",
    )
    assert (card["head_name"], [row["relation"] for row in card["members"]]) == ("TITIK FITRIANI", ["KEPALA KELUARGA", "ANAK"])
    assert (ktp["marital_status"], kia["head_name"]) == ("CERAI HIDUP", "TITIK FITRIANI")
    assert (event.decided_by, event.case_id) == (verification.Decider.AUTOMATIC, people.divorce().case_id)
    assert event.personal.contact.reference == "decision-1"


@pytest.mark.parametrize(
    ("born_on", "photo", "until"),
    [
        (date(2024, 3, 1), False, date(2029, 3, 1)),
        (date(2021, 11, 25), False, date(2026, 11, 25)),
        (date(2021, 11, 24), True, date(2038, 11, 23)),
        (date(2024, 2, 29), False, date(2029, 3, 1)),
    ],
)
def test_a_childs_card_lasts_until_five_or_the_day_before_seventeen(born_on: date, photo: bool, until: date) -> None:  # noqa: FBT001
    content = content_of(ChildCard(people.child(SON, born_on), people.family(), TODAY))
    assert isinstance(content, ChildCardContent)
    assert (content.has_photo, content.valid_until) == (photo, until)


def test_an_officer_is_named_by_id_alone() -> None:
    event = to_event(approved(people.lost_card(), officer_id="officer-1"))
    assert isinstance(event, RequestApproved)
    assert (event.decided_by, event.officer_id) == (verification.Decider.STAFF, "officer-1")


def test_a_village_that_is_none_can_not_be_printed() -> None:
    with pytest.raises(DomainError, match="village_unknown"):
        content_of(FamilyCard(people.family(village_code="3519999999")))


def test_the_change_of_the_register_is_told_in_numbers_and_its_persons_apart() -> None:
    event = to_event(changed())
    assert isinstance(event, verification.RegisterChanged)
    assert (event.basis, event.born, event.died, event.families_opened) == ("akta_cerai", 0, 1, 1)
    assert [(person.nik, person.kk_number, person.effect) for person in event.personal.persons] == [
        (WIFE, NEW_KK, "joined"),
        (SON, None, "died"),
    ]


BIRTH = people.lost_card(
    service="akta_lahir",
    products=("akta_kelahiran", "kk", "kia"),
    relation="mother",
    subject=Person(name="BAYI BARU"),
    answers=Answers(
        {"nik": HUSBAND, "kk_number": KK, "born_on": date(2026, 11, 20), "witnesses": ({"nik": WIFE, "name": "TITIK FITRIANI"},)}
    ),
)


@pytest.mark.parametrize("submission", [people.lost_card(applicant_name="Slamet"), people.divorce(WIFE), BIRTH])
def test_what_intake_says_is_read_without_loss(submission: Submission) -> None:
    assert submission_from(request_submitted(submission), catalogue()) == submission
