"""What is blocked, who stays for a time and who has no papers: what the register says of it, and which way each leads."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.verification.domain import task as tasks
from services.verification.domain import tickets
from services.verification.domain.finding import failure
from services.verification.domain.office_practice import PRACTICE
from services.verification.domain.officer import DeskOfficer
from services.verification.domain.policy import TELLS_NOTHING, CaseRoute, route
from services.verification.domain.priority import place_of
from services.verification.domain.reasons import check_reasons
from services.verification.domain.register import Former, Register
from services.verification.domain.rules import Application
from services.verification.domain.service_clock import AlarmTimes, started
from services.verification.domain.services import RULES
from services.verification.domain.services.tickets import check_stay
from services.verification.domain.tickets import OfficeTime, Telling
from shared.errors import BadInput
from shared.reference.catalogue import catalogue
from shared.reference.population import Effect
from shared.reference.working_hours import WorkingHours
from tests.support import families as people
from tests.support.applications import TODAY, application, codes
from tests.support.families import DAUGHTER, HUSBAND, KK, WIFE

STRANGER = "3519010101700009"
OFFICER, HOUR = DeskOfficer("officer-1"), timedelta(hours=1)


def blocked(**changes: Any) -> Application:
    usual = {"nik": HUSBAND, "kk_number": KK, "holder_nik": WIFE, "block_cause": "unknown", "message": "NIK nonaktif", "in_care": False}
    return application("buka_blokir", **usual | changes)


def stay(**changes: Any) -> Application:
    home = {"home": "rented", "street": "Jalan Sementara 4", "rt": 7, "rw": 3, "village": "3519081001"}
    usual = {"nik": HUSBAND, "name": "Slamet Darmawan", "stay_reason": "work", "stays_since": "2026-09-01", "stays_until": "2027-09-01"}
    return application("penduduk_nonpermanen", **usual, **home | {"phone": "081234567890"} | changes)


def longer(**changes: Any) -> Application:
    request = stay()
    answers = replace(request.first.answers, values={**request.first.answers.values, **changes})
    return Application((replace(request.first, answers=answers),))


def vulnerable(**changes: Any) -> Application:
    place = {"street": "Panti Harapan", "rt": 0, "rw": 0, "village": "3519081001", "phone": "081234567890"}
    person = {"name": "Mbah Karto", "sex": "L", "age_about": 70, "people_count": 1, "in_care": False, "vulnerability": "neglected"}
    return application("rentan", **{"reporter": "village_registrar", "reporter_name": "Siti Aminah", **person, **place} | changes)


def register(**former: Any) -> Register:
    """The family, of which somebody is gone."""
    family = people.family()
    gone = Former(next(row for row in family.members if row.nik == WIFE), date(2026, 10, 1), **former)
    return Register.of([replace(family, members=tuple(row for row in family.members if row.nik != WIFE), former=(gone,))])


@pytest.mark.parametrize(
    ("known", "changes", "found"),
    [
        (people.register(), {}, {"answer_awaited"}),
        (people.register(), {"holder_nik": STRANGER}, {"answer_awaited", "blocked_unknown_here"}),
        (register(reason=Effect.DIED), {}, {"answer_awaited", "blocked_as_dead"}),
        (register(reason=Effect.MOVED_OUT), {}, {"answer_awaited", "blocked_moved_out"}),
        (people.register(), {"block_cause": "never_recorded"}, {"answer_awaited"}),
        (people.register(), {"block_cause": "never_recorded", "holder_nik": DAUGHTER}, {"answer_awaited", "blocked_too_young"}),
        (people.register(), {"block_cause": "unknown", "holder_nik": DAUGHTER}, {"answer_awaited"}),
    ],
)
def test_an_officer_is_told_what_the_register_knows_of_a_blocked_nik(known: Register, changes: dict[str, Any], found: set[str]) -> None:
    request = blocked(**changes)
    assert codes(request, known) == found
    rules = RULES["buka_blokir"]
    verdict = route(tuple(rules.check(request, known, TODAY)), catalogue().get("buka_blokir"), rules.ways)
    assert verdict.route is CaseRoute.STAFF, "nothing of it goes back or is refused by the rules"


def test_who_is_on_two_cards_is_double_and_not_returned() -> None:
    other = people.family(people.member(WIFE, name="TITIK FITRIANI", sex="P"), kk_number="3519081611230002")
    known, rules = Register.of([people.family(), other]), RULES["buka_blokir"]
    found = tuple(rules.check(blocked(), known, TODAY))
    assert {each.code for each in found} == {"answer_awaited", "nik_registered_twice"}
    assert route(found, catalogue().get("buka_blokir"), rules.ways).route is CaseRoute.STAFF


@pytest.mark.parametrize("service", ["buka_blokir", "rentan"])
def test_who_is_in_care_comes_first(service: str) -> None:
    made = {"buka_blokir": blocked, "rentan": vulnerable}[service]
    known = catalogue().get(service)
    places = [place_of(made(in_care=each), known, Register.of([]), today=TODAY, elderly_age=60).priority for each in (True, False)]
    assert places == ["urgent", "ordinary"]


@pytest.mark.parametrize(
    ("request_", "found"),
    [
        (stay(), set()),
        (longer(stays_until=date(2027, 9, 2)), {"stay_too_long"}),
        (longer(stays_since=date(2026, 11, 24), stays_until=date(2026, 11, 24)), {"stay_ends_before"}),
        (longer(stays_since=date(2026, 11, 24), stays_until=date(2026, 11, 25)), set()),
    ],
)
def test_a_stay_ends_after_it_began_and_within_a_year(request_: Application, found: set[str]) -> None:
    assert codes(request_, Register.of([])) == {"answer_awaited", *found}


def test_how_long_a_stay_may_be_is_the_offices_choice() -> None:
    practice = replace(PRACTICE, longest_stay_years=2)
    found = {each.code for each in check_stay(longer(stays_until=date(2028, 9, 1)), Register.of([]), practice)}
    assert found == {"answer_awaited"}


def test_who_stays_at_home_is_told_so_and_a_neighbour_is_not() -> None:
    family = people.family()
    own = {"street": family.address, "rt": int(family.rt), "rw": int(family.rw), "village": family.village_code}
    rules, service = RULES["penduduk_nonpermanen"], catalogue().get("penduduk_nonpermanen")
    found = tuple(rules.check(stay(**own), people.register(), TODAY))
    assert {each.code for each in found} == {"answer_awaited", "stay_at_own_address"}
    assert route(found, service, rules.ways).route is CaseRoute.RETURN
    assert codes(stay(**own | {"rt": int(family.rt) + 1}), people.register()) == {"answer_awaited"}


def test_a_stay_that_is_too_long_is_an_officers() -> None:
    rules, service = RULES["penduduk_nonpermanen"], catalogue().get("penduduk_nonpermanen")
    found = tuple(rules.check(longer(stays_until=date(2028, 1, 1)), Register.of([]), TODAY))
    assert route(found, service, rules.ways).route is CaseRoute.STAFF


@pytest.mark.parametrize(("nik", "found"), [(None, set()), (HUSBAND, {"vulnerable_registered"}), (STRANGER, {"vulnerable_nik_unknown"})])
def test_who_is_reported_is_visited_and_an_officer_sees_whether_the_nik_is_known(nik: str | None, found: set[str]) -> None:
    request = vulnerable(**{"known_nik": nik} if nik else {})
    assert codes(request, people.register()) == {"visit_awaited", *found}


@pytest.mark.parametrize("made", [blocked, stay, vulnerable])
def test_nothing_is_made_and_nothing_changes(made: Any) -> None:
    request = made()
    plan = RULES[request.first.service].plan(request, people.register(), (), TODAY)
    assert (plan.documents, plan.change) == ((), None)


def test_what_was_recorded_may_be_told_to_whoever_is_not_proven() -> None:
    """A newcomer, or somebody who reports another person, is seldom vouched for; what their NIK is, nobody is told."""
    assert {"stay_recorded", "stay_not_recorded", "vulnerable_recorded", "visit_missed"} <= TELLS_NOTHING
    assert not {"nik_unblocked", "nik_made_inactive", "blocked_as_dead", "vulnerable_registered"} & TELLS_NOTHING


@pytest.mark.parametrize(
    ("code", "service"), [("nik_unblocked", "konsolidasi"), ("stay_recorded", "rentan"), ("vulnerable_recorded", "buka_blokir")]
)
def test_an_answer_is_of_its_service(code: str, service: str) -> None:
    with pytest.raises(BadInput, match="reason_not_for_this"):
        check_reasons((failure(code),), "answer", service, needed=False)


@pytest.mark.parametrize(("made", "place"), [(blocked, "office"), (vulnerable, "home")])
def test_an_officer_sets_the_day_of_the_recording_or_of_the_visit(made: Any, place: str) -> None:
    request = made()
    service, hours, alarms = catalogue().get(request.first.service), WorkingHours(), AlarmTimes(timedelta(hours=2), timedelta())
    at = place_of(request, service, Register.of([]), today=TODAY, elderly_age=60)
    clock = started(hours, alarms, at=people.NOW, due_at=hours.promise(people.NOW, service.promise))
    task = tasks.claim(tasks.open_task("task-1", request, (), at=people.NOW, clock=clock, place=at)[0], OFFICER, at=people.NOW, lease=HOUR)[
        0
    ]
    day, now = date(2026, 12, 1), OfficeTime(hours, alarms, people.NOW, TODAY)
    task, fact = tickets.tell(task, service, request.first, OFFICER.id, Telling("Bawa KK.", visit_on=day), "m-1", now)
    assert (fact.visit_on, fact.visit_at, task.ticket.visit_on) == (day, place, day)
