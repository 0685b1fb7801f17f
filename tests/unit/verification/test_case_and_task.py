"""Cases and tasks never go backwards, whatever is done in whatever order; claims end; only who claimed decides."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.verification.domain import case as cases
from services.verification.domain import case_documents
from services.verification.domain import task as tasks
from services.verification.domain.case import MOVES, Case, CaseState, Decided
from services.verification.domain.documents import KeyedDocument, keyed
from services.verification.domain.facts import CaseApproved, CaseReturned
from services.verification.domain.finding import failure
from services.verification.domain.holding import check_decidable
from services.verification.domain.officer import DeskOfficer
from services.verification.domain.priority import QueuePlace
from services.verification.domain.rules import Application
from services.verification.domain.search import search_key, search_terms
from services.verification.domain.service_clock import ServiceClock
from services.verification.domain.services.reprint import RULES
from services.verification.domain.submission import Person, Submission
from services.verification.domain.task import Task
from services.verification.domain.task_parts import Claim, Outcome, TaskState
from shared.errors import BadInput, DomainError
from tests.support import families as people
from tests.support.families import NOW

REASONS = (failure("name_differs", "applicant.name"),)
BY_RULES = Decided(NOW)
LEASE = timedelta(minutes=20)
PLACE = QueuePlace("ordinary", NOW, NOW)


def opened() -> Case:
    return cases.take_in(None, people.lost_card(), at=NOW)


def documents() -> tuple[KeyedDocument, ...]:
    application = Application((people.lost_card(),))
    return keyed(application, RULES.plan(application, people.register(), (), people.TODAY))


def issue(case: Case, key: str = "kk", number: str = "3519-KK-24112026-0001") -> Case:
    """Issue a document of the case, and end the case with the last."""
    known = case_documents.document_issued(case, f"{people.lost_card().request_id}.{key}", number, at=NOW)
    return cases.issued(known, at=NOW) if case_documents.is_settled(known) and known.state is CaseState.APPROVED else known


def void(case: Case, key: str = "kk") -> Case:
    """Give up a document; the case ends where it was the only one."""
    known = case_documents.document_voided(case, f"{case.first.request_id}.{key}", at=NOW)
    return cases.voided(known) if case_documents.is_settled(known) and known.state is CaseState.APPROVED else known


def new_task() -> Task:
    return opened_task("task-1")


def opened_task(task_id: str, **more: Any) -> Task:
    clock = ServiceClock(NOW, NOW + timedelta(hours=8), NOW + timedelta(hours=6), NOW + timedelta(hours=8))
    return tasks.open_task(task_id, Application((people.lost_card(),)), REASONS, at=NOW, clock=clock, place=PLACE, **more)[0]


def claimed(task: Task, officer: str, at: datetime = NOW) -> Task:
    return tasks.claim(task, DeskOfficer(officer), at=at, lease=LEASE)[0]


class CaseMachine(RuleBasedStateMachine):
    """Every act at every moment: it either moves the case along an arrow of the table or is refused and changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.case = opened()
        self.path = [CaseState.OPENED]
        self.facts: list[object] = []

    def _take(self, case: Case) -> None:
        if case.state is not self.case.state:
            assert case.state in MOVES[self.case.state]
            self.path.append(case.state)
        self.case = case

    @rule(act=st.sampled_from(["approve", "return", "reject", "review", "reopen", "issue", "issue_other", "void"]))
    def act(self, act: str) -> None:
        try:
            facts: tuple[object, ...]
            if act == "approve":
                case, facts = cases.approve(self.case, documents(), None, BY_RULES)
            elif act == "return":
                case, facts = cases.return_to_sender(self.case, REASONS, BY_RULES)
            elif act == "reject":
                case, facts = cases.reject(self.case, REASONS, BY_RULES)
            else:
                self._take(self._quiet(act))
                return
        except DomainError:
            return
        self._take(case)
        self.facts.extend(facts)

    def _quiet(self, act: str) -> Case:
        if act == "review":
            return cases.review(self.case, findings=REASONS, reasons=REASONS, task_id="task-1")
        if act == "reopen":
            return cases.take_in(self.case, people.lost_card(round=self.case.round + 1), at=NOW)
        if act == "void":
            return void(self.case)
        return issue(self.case, number="3519-KK-24112026-0001" if act == "issue" else "3519-KK-24112026-0002")

    @invariant()
    def at_most_one_approval(self) -> None:
        assert sum(isinstance(fact, CaseApproved) for fact in self.facts) <= 1

    @invariant()
    def every_round_but_the_last_was_returned(self) -> None:
        assert self.case.round == 1 + self.path[:-1].count(CaseState.RETURNED)
        assert sum(isinstance(fact, CaseReturned) for fact in self.facts) == self.path.count(CaseState.RETURNED)


TestCaseMachine = CaseMachine.TestCase


def test_what_has_ended_stays_ended() -> None:
    rejected, _ = cases.reject(opened(), REASONS, BY_RULES)
    with pytest.raises(DomainError, match="case_already_decided"):
        cases.approve(rejected, documents(), None, Decided(NOW, "officer-1"))
    with pytest.raises(DomainError, match="case_not_returned"):
        cases.take_in(rejected, people.lost_card(round=2), at=NOW)
    with pytest.raises(DomainError, match="case_not_approved"):
        issue(rejected)


def test_a_late_copy_of_an_earlier_round_opens_nothing() -> None:
    returned, _ = cases.return_to_sender(opened(), REASONS, Decided(NOW, "officer-1"))
    with pytest.raises(DomainError, match="case_not_returned"):
        cases.take_in(returned, people.lost_card(), at=NOW)
    again = cases.take_in(returned, people.lost_card(round=2), at=NOW)
    assert (again.state, again.round, again.returned_by) == (CaseState.OPENED, 2, "officer-1")


@pytest.mark.parametrize("turn_down", [cases.return_to_sender, cases.reject])
def test_nothing_is_turned_down_without_a_reason(turn_down: object) -> None:
    with pytest.raises(BadInput, match="reason_missing"):
        turn_down(opened(), (), BY_RULES)  # type: ignore[operator]


def test_a_second_document_for_one_case_is_refused_and_the_same_one_changes_nothing() -> None:
    approved, _ = cases.approve(opened(), documents(), None, BY_RULES)
    issued = issue(approved)
    assert issue(issued) is issued
    with pytest.raises(DomainError, match="other_document_issued"):
        issue(issued, number="3519-KK-24112026-0002")
    with pytest.raises(DomainError, match="other_document_issued"):
        issue(issued, key="ktp")


def test_a_case_of_which_nothing_is_issued_ends_void_and_stays_so() -> None:
    approved, _ = cases.approve(opened(), documents(), None, BY_RULES)
    ended = void(approved)
    assert (ended.state, ended.change) == (CaseState.VOID, None)
    assert void(ended) is ended
    with pytest.raises(DomainError, match="other_document_issued"):
        issue(ended)
    with pytest.raises(DomainError, match="other_document_issued"):
        void(issue(approved))
    with pytest.raises(DomainError, match="other_document_issued"):
        void(approved, key="ktp")


HIS, HERS = people.divorces()


@pytest.mark.parametrize("order", [(HIS, HERS), (HERS, HIS), (HERS, HERS, HIS), (HIS, HIS, HERS)])
def test_a_court_case_is_complete_with_its_last_request_in_whatever_order_they_come(order: tuple[Submission, ...]) -> None:
    case: Case | None = None
    for submission in order[:-1]:
        case = cases.take_in(case, submission, at=NOW)
        assert case.state is CaseState.GATHERING
    case = cases.take_in(case, order[-1], at=NOW)
    assert (case.id, case.state, case.submissions) == (people.CASE, CaseState.OPENED, (HIS, HERS))


def test_a_mended_court_case_waits_for_all_its_requests_again() -> None:
    case = cases.take_in(cases.take_in(None, HIS, at=NOW), HERS, at=NOW)
    returned, facts = cases.return_to_sender(case, REASONS, BY_RULES)
    assert [fact.submission for fact in facts] == [HIS, HERS]
    again = cases.take_in(returned, replace(HERS, round=2), at=NOW)
    assert (again.state, again.round) == (CaseState.GATHERING, 2)
    assert cases.take_in(again, replace(HIS, round=2), at=NOW).state is CaseState.OPENED


def test_a_claim_keeps_others_away_until_its_lease_ends() -> None:
    task = claimed(new_task(), "officer-1")
    with pytest.raises(DomainError, match="task_claimed") as refused:
        claimed(task, "officer-2", NOW + LEASE - timedelta(seconds=1))
    assert refused.value.about == {"claimed_by": "officer-1", "until": (NOW + LEASE).isoformat()}
    taken = claimed(task, "officer-2", NOW + LEASE)
    assert taken.claimant(NOW + LEASE) == "officer-2"
    with pytest.raises(DomainError, match="task_not_claimed"):
        check_decidable(taken, DeskOfficer("officer-1"), Outcome.APPROVED)


def test_who_claimed_may_renew_release_and_decide() -> None:
    task = claimed(new_task(), "officer-1")
    renewed, told = tasks.claim(task, DeskOfficer("officer-1"), at=NOW + timedelta(minutes=10), lease=LEASE)
    assert told is None, "a renewal is no news"
    assert renewed.edition == task.edition, "nor makes it what is on the screen stale"
    assert renewed.claimant(NOW + LEASE) == "officer-1"
    assert tasks.release(renewed, "officer-1", at=NOW)[0].claim is None
    closed, fact = tasks.close(renewed, Outcome.RETURNED, "officer-1", at=NOW)
    assert (closed.state, closed.claim, closed.closed_by, fact.outcome) == (TaskState.CLOSED, None, "officer-1", "returned")


def test_another_officer_can_not_release_a_live_claim() -> None:
    with pytest.raises(DomainError, match="task_claimed"):
        tasks.release(claimed(new_task(), "officer-1"), "officer-2", at=NOW)


def test_a_lease_that_ran_out_still_lets_its_officer_decide_while_nobody_else_took_it() -> None:
    check_decidable(claimed(new_task(), "officer-1"), DeskOfficer("officer-1"), Outcome.APPROVED)


def test_a_closed_task_takes_nothing_more() -> None:
    closed, _ = tasks.close(claimed(new_task(), "officer-1"), Outcome.APPROVED, "officer-1", at=NOW)
    with pytest.raises(DomainError, match="task_closed"):
        claimed(closed, "officer-1")
    with pytest.raises(DomainError, match="task_closed"):
        tasks.release(closed, "officer-1", at=NOW)
    with pytest.raises(DomainError, match="task_closed"):
        tasks.close(closed, Outcome.REJECTED, "officer-1", at=NOW)


def test_a_task_is_found_by_receipt_numbers_and_words_of_names() -> None:
    named = replace(people.divorce(), applicant=Person(nik=people.WIFE, name="Nur A'isyah"))
    terms = search_terms(Application((named, people.divorce(people.HUSBAND))))
    assert {"MDN2B3C4D5E", "nur", "aisah", "slamet", "fitriani", people.WIFE, people.HUSBAND, "40PDTG2026PAKABMN"} <= set(terms)
    assert search_key("mdn-2b3c 4d5e") == "MDN2B3C4D5E"


def test_a_mended_request_is_first_of_all_its_earlier_officers() -> None:
    preferred = Claim("officer-1", NOW + timedelta(hours=4))
    task = opened_task("task-2", preferred=preferred)
    with pytest.raises(DomainError, match="task_reserved"):
        claimed(task, "officer-2")
    assert claimed(task, "officer-1").claimant(NOW) == "officer-1"
    assert claimed(task, "officer-2", NOW + timedelta(hours=4)).claim is not None
