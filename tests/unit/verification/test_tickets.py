"""What ends with an answer: its stages in working days, what is told on the way, the day of a visit, who may be answered what."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.verification.domain import case as cases
from services.verification.domain import task as tasks
from services.verification.domain import tickets
from services.verification.domain.case import CaseState, Decided
from services.verification.domain.checks import check_application
from services.verification.domain.finding import failure
from services.verification.domain.officer import DeskOfficer
from services.verification.domain.policy import CaseRoute, route
from services.verification.domain.priority import place_of
from services.verification.domain.reasons import check_answer, check_neutral, check_reasons
from services.verification.domain.register import Register
from services.verification.domain.rules import Application
from services.verification.domain.search import search_terms
from services.verification.domain.service_clock import AlarmTimes, started
from services.verification.domain.services import RULES
from services.verification.domain.subjects import persons_of
from services.verification.domain.submission import Person
from services.verification.domain.task import Task
from services.verification.domain.tickets import OfficeTime, Telling
from shared.clock import WIB
from shared.errors import BadInput, DomainError
from shared.reference.catalogue import catalogue
from shared.reference.working_hours import WorkingHours
from tests.support import families as people
from tests.support.applications import TODAY, application, codes
from tests.support.families import HUSBAND, KK, NOW

HOURS = WorkingHours()
ALARMS = AlarmTimes(timedelta(hours=2), timedelta())
COMPLAINT = catalogue().get("pengaduan")
RECORDING = catalogue().get("ktp_rekam")
OFFICER = "officer-1"
COMPLAINED = {"topic": "money", "description": "Diminta uang untuk KK"}


def complaint(**changes: Any) -> Application:
    return application("pengaduan", **{**COMPLAINED, "anonymous": True, **changes})


def recording(**changes: Any) -> Application:
    born = {"born_on": "2010-01-05", "ever_married": False}
    usual = {"nik": HUSBAND, "kk_number": KK, **born, "needs_visit": False, "visit_day": "2026-12-01"}
    return application("ktp_rekam", **{name: value for name, value in (usual | changes).items() if value is not None})


VISITED = {"born_on": "1950-01-05", "ever_married": None, "needs_visit": True, "visit_day": None, "visit_reason": "elderly"}
AT_HOME = {**VISITED, "street": "Dusun Krajan", "rt": 1, "rw": 2, "village": "3519081001", "phone": "081234567890"}


def opened(request: Application, service: str) -> Task:
    known = catalogue().get(service)
    due_at = tickets.first_due(known, HOURS, NOW) or HOURS.promise(NOW, known.promise)
    clock = started(HOURS, ALARMS, at=NOW, due_at=due_at)
    place = place_of(request, known, Register.of([]), today=TODAY, elderly_age=60)
    return tasks.open_task("task-1", request, (), at=NOW, clock=clock, place=place)[0]


def claimed(task: Task, at: datetime) -> Task:
    return tasks.claim(task, DeskOfficer(OFFICER), at=at, lease=timedelta(days=90))[0]


def now(at: datetime) -> OfficeTime:
    return OfficeTime(HOURS, ALARMS, at, at.astimezone(WIB).date())


def day_of(task: Task) -> date:
    return task.due_at.astimezone(WIB).date()


def test_a_complaint_is_due_to_be_read_then_answered_then_finished() -> None:
    request, later = complaint(), NOW + timedelta(days=1)
    task = opened(request, "pengaduan")
    assert day_of(task) == date(2026, 11, 27), "three working days after Tuesday"
    task = tickets.read(claimed(task, later), COMPLAINT, now(later))
    assert day_of(task) == date(2026, 12, 1), "five"
    assert tickets.read(task, COMPLAINT, now(later + timedelta(hours=1))) == task, "it is read once"
    task, fact = tickets.tell(task, COMPLAINT, request.first, OFFICER, Telling("Kami periksa."), "m-1", now(later))
    assert day_of(task) == date(2026, 12, 14), "fourteen"
    assert (fact.text, fact.visit_on, fact.promised_at) == ("Kami periksa.", None, None)


def test_work_outside_the_office_takes_sixty_days_and_the_sender_is_told() -> None:
    request = complaint()
    task = tickets.read(claimed(opened(request, "pengaduan"), NOW), COMPLAINT, now(NOW))
    task, fact = tickets.tell(task, COMPLAINT, request.first, OFFICER, Telling("Perlu ke lapangan.", needs_field=True), "m-1", now(NOW))
    assert task.due_at == HOURS.promise_days(NOW, 60) == fact.promised_at
    again, _ = tickets.tell(task, COMPLAINT, request.first, OFFICER, Telling("Masih di lapangan."), "m-2", now(NOW))
    assert again.due_at == task.due_at, "it stays work in the field"


def test_a_stage_that_is_missed_is_late_in_the_list_of_work() -> None:
    task = opened(complaint(), "pengaduan")
    assert not task.clock.is_overdue(datetime(2026, 11, 27, 3, 0, tzinfo=UTC))
    assert task.clock.is_overdue(datetime(2026, 11, 30, 3, 0, tzinfo=UTC))
    assert task.clock.alarm_at is not None


def test_the_day_of_a_visit_is_told_and_the_task_is_due_on_it() -> None:
    request = recording(**AT_HOME)
    task = claimed(opened(request, "ktp_rekam"), NOW)
    day = date(2026, 12, 3)
    task, fact = tickets.tell(task, RECORDING, request.first, OFFICER, Telling("Sekitar pukul 9.", visit_on=day), "m-1", now(NOW))
    assert (fact.visit_on, fact.visit_at, fact.promised_at) == (day, "home", task.due_at)
    assert (day_of(task), task.ticket.visit_on) == (day, day)


@pytest.mark.parametrize(
    ("service", "telling", "code"),
    [
        ("ktp_rekam", Telling("Besok.", visit_on=date(2026, 11, 23)), "visit_in_past"),
        ("ktp_rekam", Telling("Tahun depan.", visit_on=date(2028, 11, 23)), "visit_too_far"),
        ("ktp_rekam", Telling("Sabtu.", visit_on=date(2026, 11, 28)), "visit_office_closed"),
        ("ktp_rekam", Telling("Perlu ke lapangan.", needs_field=True), "field_not_for_this"),
        ("pengaduan", Telling("Besok.", visit_on=date(2026, 11, 25)), "visit_not_for_this"),
        ("kk_hilang", Telling("Sabar."), "telling_not_for_this"),
    ],
)
def test_what_a_service_does_not_have_can_not_be_told(service: str, telling: Telling, code: str) -> None:
    request = complaint()
    task = claimed(opened(request, "pengaduan"), NOW)
    with pytest.raises(BadInput, match=code):
        tickets.tell(task, catalogue().get(service), request.first, OFFICER, telling, "m-1", now(NOW))


def test_only_who_holds_it_tells() -> None:
    request = complaint()
    with pytest.raises(DomainError, match="task_not_claimed"):
        tickets.tell(opened(request, "pengaduan"), COMPLAINT, request.first, OFFICER, Telling("Kami periksa."), "m-1", now(NOW))


def test_an_answer_ends_the_case_and_says_why() -> None:
    reasons = (failure("complaint_settled"),)
    case = cases.take_in(None, complaint().first, at=NOW)
    case = cases.review(case, findings=(), reasons=(), task_id="task-1")
    answered, (fact,) = cases.answer(case, reasons, Decided(NOW, OFFICER, "Petugas itu sudah ditegur."))
    assert answered.state is CaseState.ANSWERED
    assert (fact.reasons, fact.note, fact.officer_id) == (reasons, "Petugas itu sudah ditegur.", OFFICER)
    with pytest.raises(DomainError, match="case_already_decided"):
        cases.answer(answered, reasons, Decided(NOW, OFFICER))


@pytest.mark.parametrize(
    ("service", "code", "note", "expected"),
    [
        ("konsolidasi", "data_sent_to_centre", None, None),
        ("konsolidasi", "nik_double", "NIK yang lama berlaku.", None),
        ("konsolidasi", "nik_double", " ", "note_missing"),
        ("konsolidasi", "", None, "note_missing"),
        ("pengaduan", "", "Sudah kami perbaiki.", None),
        ("pengaduan", "data_sent_to_centre", None, "reason_not_for_this"),
        ("pengaduan", "attachment_wrong", None, "reason_not_for_this"),
    ],
)
def test_an_answer_says_something_that_fits(service: str, code: str, note: str | None, expected: str | None) -> None:
    given = (failure(code),) if code else ()

    def check() -> None:
        check_reasons(given, "answer", service, needed=False)
        check_answer(given, note)

    if expected is None:
        check()
        return
    with pytest.raises(BadInput, match=expected):
        check()


def test_nothing_of_a_complaint_tells_who_it_was_and_nobody_is_compared() -> None:
    request = complaint()
    request = Application((replace(request.first, applicant=Person(), subject=Person()),))
    found = check_application(request, COMPLAINT, people.register(), today=TODAY)
    assert not found, "no NIK is missed, no face compared, no card looked at"
    assert persons_of(request, people.register())[0].name == ""
    assert search_terms(request) == ("MDN7K4Q9F2X",), "nor does their number lead to it"
    named = Application((replace(complaint(anonymous=False, name="Siti Aminah").first, applicant=Person()),))
    assert f"+{named.first.contact.address}" in search_terms(named)


@pytest.mark.parametrize("service", ["pengaduan", "ktp_rekam", "ikd"])
def test_what_anybody_may_ask_is_never_returned_for_what_the_register_says(service: str) -> None:
    day = {"visit_day": "2026-12-01"}
    made = {"pengaduan": complaint, "ktp_rekam": recording, "ikd": lambda: application("ikd", nik=HUSBAND, kk_number=KK, **day)}
    request, known = made[service](), catalogue().get(service)
    found = (*check_application(request, known, Register.of([]), today=TODAY), *RULES[known.effect].check(request, Register.of([]), TODAY))
    verdict = route(found, known, RULES[known.effect].ways)
    assert verdict.route is CaseRoute.STAFF
    assert {finding.code for finding in found} <= {"answer_awaited", "card_at_seventeen"}


def test_a_neutral_answer_may_be_given_to_anybody_and_one_about_the_register_not() -> None:
    check_neutral((failure("visit_missed"), failure("complaint_settled")))
    with pytest.raises(BadInput, match="reason_tells_register"):
        check_neutral((failure("nik_double"),))


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"born_on": "2010-12-02"}, {"answer_awaited", "too_young_to_record"}),
        ({"born_on": "2010-12-01"}, {"answer_awaited", "card_at_seventeen"}),
        ({"born_on": "2010-12-02", "ever_married": True}, {"answer_awaited"}),
        ({"born_on": "2009-11-01", "ever_married": None}, {"answer_awaited"}),
        (AT_HOME, {"visit_awaited"}),
        ({**AT_HOME, "born_on": "1990-01-05"}, {"visit_awaited", "visit_age_differs"}),
    ],
)
def test_recording_begins_at_sixteen_and_a_visit_waits_for_its_day(changes: dict[str, Any], found: set[str]) -> None:
    assert codes(recording(**changes), Register.of([])) == found


def test_who_is_too_young_is_told_at_once_by_the_day_that_was_chosen() -> None:
    request = recording(born_on="2010-12-02")
    found = tuple(RULES["ktp_rekam"].check(request, Register.of([]), TODAY))
    assert route(found, RECORDING, RULES["ktp_rekam"].ways).route is CaseRoute.REJECT


def test_a_visit_differs_from_the_register_for_the_officer_alone() -> None:
    assert "visit_birth_differs" in codes(recording(), people.register())
    found = tuple(RULES["ktp_rekam"].check(recording(), people.register(), TODAY))
    assert route(found, RECORDING, RULES["ktp_rekam"].ways).route is CaseRoute.STAFF


def test_who_comes_on_a_day_stands_at_its_head_and_not_before() -> None:
    place = place_of(recording(), RECORDING, Register.of([]), today=TODAY, elderly_age=60)
    assert place.at == datetime(2026, 12, 1, tzinfo=WIB)
    assert place.began_at == recording().first.submitted_at


def test_a_card_that_is_not_the_one_of_the_nik_is_for_an_officer_to_explain() -> None:
    request = application("konsolidasi", nik=HUSBAND, kk_number="3519081611230002", institution="bpjs", message="NIK tidak ditemukan")
    service, rules, register = catalogue().get("konsolidasi"), RULES["konsolidasi"], people.register()
    found = (*check_application(request, service, register, today=TODAY), *rules.check(request, register, TODAY))
    proven = tuple(finding for finding in found if finding.code not in ("identity_unproven", "attachment_missing"))
    assert "kk_number_differs" in {finding.code for finding in proven}
    assert route(proven, service, rules.ways).route is CaseRoute.STAFF
    assert service.is_urgent(request.first.answers.values, TODAY), "who lies in hospital"


def test_nothing_is_made_and_nothing_changes() -> None:
    for request in (complaint(), recording()):
        plan = RULES[request.first.service].plan(request, people.register(), (), TODAY)
        assert plan.documents == ()
        assert plan.change is None
