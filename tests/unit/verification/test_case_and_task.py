"""Cases and tasks never go backwards, whatever is done in whatever order; claims end; only who claimed decides."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.verification.domain import case as cases
from services.verification.domain import task as tasks
from services.verification.domain.case import MOVES, Case, CaseState
from services.verification.domain.facts import CaseApproved, CaseReturned
from services.verification.domain.family import card_for
from services.verification.domain.finding import failure
from services.verification.domain.task import Outcome, Task, TaskState
from shared.errors import BadInput, DomainError
from tests.support import families as people
from tests.support.families import NOW

REASONS = (failure("name_differs", "name"),)
CARD = card_for(people.lost_card(), people.register())
LEASE = timedelta(minutes=20)


def opened() -> Case:
    return cases.open_case(people.lost_card(), at=NOW)


def new_task() -> Task:
    return tasks.open_task("task-1", people.lost_card(), REASONS, at=NOW, due_at=NOW + timedelta(hours=8))[0]


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

    @rule(act=st.sampled_from(["approve", "return", "reject", "review", "reopen", "issue", "issue_other"]))
    def act(self, act: str) -> None:
        try:
            if act == "approve":
                case, fact = cases.approve(self.case, CARD, at=NOW, officer_id=None)
            elif act == "return":
                case, fact = cases.return_to_sender(self.case, REASONS, at=NOW)
            elif act == "reject":
                case, fact = cases.reject(self.case, REASONS, at=NOW)
            else:
                self._take(self._quiet(act))
                return
        except DomainError:
            return
        self._take(case)
        self.facts.append(fact)

    def _quiet(self, act: str) -> Case:
        if act == "review":
            return cases.review(self.case, findings=REASONS, reasons=REASONS, task_id="task-1")
        if act == "reopen":
            return cases.reopen(self.case, people.lost_card(), at=NOW)
        document = "document-1" if act == "issue" else "document-2"
        return cases.issued(self.case, document_id=document, document_number="3519-KK-24112026-0001", at=NOW)

    @invariant()
    def at_most_one_approval(self) -> None:
        assert sum(isinstance(fact, CaseApproved) for fact in self.facts) <= 1

    @invariant()
    def every_round_but_the_last_was_returned(self) -> None:
        assert self.case.round == 1 + self.path[:-1].count(CaseState.RETURNED)
        assert sum(isinstance(fact, CaseReturned) for fact in self.facts) == self.path.count(CaseState.RETURNED)


TestCaseMachine = CaseMachine.TestCase
TestCaseMachine.settings = settings(deadline=None)


def test_what_has_ended_stays_ended() -> None:
    rejected, _ = cases.reject(opened(), REASONS, at=NOW)
    with pytest.raises(DomainError, match="case_already_decided"):
        cases.approve(rejected, CARD, at=NOW, officer_id="officer-1")
    with pytest.raises(DomainError, match="case_not_returned"):
        cases.reopen(rejected, people.lost_card(), at=NOW)
    with pytest.raises(DomainError, match="case_not_approved"):
        cases.issued(rejected, document_id="document-1", document_number="3519-KK-24112026-0001", at=NOW)


@pytest.mark.parametrize("turn_down", [cases.return_to_sender, cases.reject])
def test_nothing_is_turned_down_without_a_reason(turn_down: object) -> None:
    with pytest.raises(BadInput, match="reason_missing"):
        turn_down(opened(), (), at=NOW)  # type: ignore[operator]


def test_a_second_document_for_one_case_is_refused_and_the_same_one_changes_nothing() -> None:
    approved, _ = cases.approve(opened(), CARD, at=NOW, officer_id=None)
    issued = cases.issued(approved, document_id="document-1", document_number="3519-KK-24112026-0001", at=NOW)
    assert cases.issued(issued, document_id="document-1", document_number="3519-KK-24112026-0001", at=NOW) is issued
    with pytest.raises(DomainError, match="other_document_issued"):
        cases.issued(issued, document_id="document-2", document_number="3519-KK-24112026-0002", at=NOW)


def test_a_claim_keeps_others_away_until_its_lease_ends() -> None:
    task = tasks.claim(new_task(), "officer-1", at=NOW, lease=LEASE)
    with pytest.raises(DomainError, match="task_claimed"):
        tasks.claim(task, "officer-2", at=NOW + LEASE - timedelta(seconds=1), lease=LEASE)
    taken = tasks.claim(task, "officer-2", at=NOW + LEASE, lease=LEASE)
    assert taken.claimant(NOW + LEASE) == "officer-2"
    with pytest.raises(DomainError, match="task_not_claimed"):
        tasks.close(taken, Outcome.APPROVED, "officer-1", at=NOW + LEASE)


def test_who_claimed_may_renew_release_and_decide() -> None:
    task = tasks.claim(new_task(), "officer-1", at=NOW, lease=LEASE)
    renewed = tasks.claim(task, "officer-1", at=NOW + timedelta(minutes=10), lease=LEASE)
    assert renewed.claimant(NOW + LEASE) == "officer-1"
    assert tasks.release(renewed, "officer-1", at=NOW).claim is None
    closed, fact = tasks.close(renewed, Outcome.RETURNED, "officer-1", at=NOW)
    assert (closed.state, closed.claim, closed.closed_by, fact.outcome) == (TaskState.CLOSED, None, "officer-1", "returned")


def test_another_officer_can_not_release_a_live_claim() -> None:
    task = tasks.claim(new_task(), "officer-1", at=NOW, lease=LEASE)
    with pytest.raises(DomainError, match="task_claimed"):
        tasks.release(task, "officer-2", at=NOW)


def test_a_lease_that_ran_out_still_lets_its_officer_decide_while_nobody_else_took_it() -> None:
    task = tasks.claim(new_task(), "officer-1", at=NOW, lease=LEASE)
    assert tasks.close(task, Outcome.APPROVED, "officer-1", at=NOW + 2 * LEASE)[0].state is TaskState.CLOSED


def test_a_closed_task_takes_nothing_more() -> None:
    closed, _ = tasks.close(tasks.claim(new_task(), "officer-1", at=NOW, lease=LEASE), Outcome.APPROVED, "officer-1", at=NOW)
    with pytest.raises(DomainError, match="task_closed"):
        tasks.claim(closed, "officer-1", at=NOW, lease=LEASE)
    with pytest.raises(DomainError, match="task_closed"):
        tasks.release(closed, "officer-1", at=NOW)
    with pytest.raises(DomainError, match="task_closed"):
        tasks.close(closed, Outcome.REJECTED, "officer-1", at=NOW)


def test_a_task_is_found_by_receipt_numbers_and_words_of_names() -> None:
    terms = tasks.search_terms(replace(people.divorce(), applicant_name="Nur A'isyah"))
    assert {"MDN2B3C4D5E", "NUR", "AISYAH", "SLAMET", "FITRIANI", people.WIFE, people.HUSBAND, "40PDTG2026PAKABMN"} <= set(terms)
    assert tasks.search_key("mdn-2b3c 4d5e") == "MDN2B3C4D5E"
