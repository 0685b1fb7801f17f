"""The judge is judged: a right run passes, and each wrong one is caught, for the right reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.chaos.history import Effect, History, Served
from tests.chaos.judge import judge
from tests.chaos.specimen import ADAPTER, CHAT, CONFIRMED, COURT, DAY, KK, NAME, NIK, PHONE, Specimen, right

Wrong = Callable[[Specimen], None]
MINUTE = timedelta(minutes=1)

WRONG: dict[str, tuple[Wrong, str, str]] = {}
"""Name -> what was changed, the promise that it breaks, and the code of the finding."""


def wrong(promise: str, what: str) -> Callable[[Wrong], Wrong]:
    def note(change: Wrong) -> Wrong:
        WRONG[change.__name__] = change, promise, what
        return change

    return note


def drop(specimen: Specimen, service: str, collection: str, key: str) -> None:
    rows = specimen.world.rows[service, collection]
    rows.remove(specimen.one(service, collection, key))


# I1


@wrong("I1", "request_lost")
def an_answered_request_is_not_stored(it: Specimen) -> None:
    drop(it, "intake", "requests", f"{ADAPTER}.request")


@wrong("I1", "request_lost")
def an_answered_decision_opened_no_case(it: Specimen) -> None:
    it.world.rows["intake", "cases"].clear()


@wrong("I1", "request_lost")
def a_case_has_a_request_that_is_not_there(it: Specimen) -> None:
    it.one("intake", "cases", "case-1")["requests"].append({"request_id": "nowhere", "receipt": "MDN-AAAA-0009"})


@wrong("I1", "request_lost")
def a_confirmed_chat_opened_nothing(it: Specimen) -> None:
    drop(it, "intake", "requests", f"{CHAT}.request")


@wrong("I1", "request_lost")
def a_receipt_was_told_that_nobody_knows(it: Specimen) -> None:
    it.history.told(CHAT, "MDN-AAAA-0009")


@wrong("I1", "request_lost")
def an_answer_named_no_request(it: Specimen) -> None:
    it.history.asked_for[ADAPTER].answers.clear()
    it.history.answered(ADAPTER, 201)


@wrong("I1", "message_lost")
def an_answered_message_is_not_stored(it: Specimen) -> None:
    drop(it, "intake", "webhook_log", "wa:wamid.hello")


@wrong("I1", "message_stuck")
def a_message_was_never_read(it: Specimen) -> None:
    it.one("intake", "webhook_log", "wa:wamid.hello")["state"] = "new"


@wrong("I1", "request_doubled")
def one_key_opened_two_requests(it: Specimen) -> None:
    it.world.rows["intake", "requests"].append({**it.request(ADAPTER), "_id": "another", "receipt": "MDN-AAAA-0009"})


@wrong("I1", "request_doubled")
def a_key_without_an_answer_opened_two_requests(it: Specimen) -> None:
    one_key_opened_two_requests(it)
    it.history.asked_for[ADAPTER].answers.clear()


@wrong("I1", "request_doubled")
def one_confirmation_opened_two_requests(it: Specimen) -> None:
    it.world.rows["intake", "requests"].append({**it.request(CHAT), "_id": "another", "receipt": "MDN-AAAA-0009"})


@wrong("I1", "case_doubled")
def one_decision_opened_two_cases(it: Specimen) -> None:
    it.world.rows["intake", "cases"].append({**it.one("intake", "cases", "case-1"), "_id": "case-2"})


@wrong("I1", "answers_differ")
def the_repeat_of_a_call_was_answered_otherwise(it: Specimen) -> None:
    it.history.answered(ADAPTER, 201, ["another"])


@wrong("I1", "answered_as_a_defect")
def a_call_was_answered_500(it: Specimen) -> None:
    it.history.answered(ADAPTER, 500)


@wrong("I1", "refused_but_stored")
def a_refused_call_left_a_request(it: Specimen) -> None:
    it.history.asked_for[ADAPTER].answers.clear()
    it.history.answered(ADAPTER, 422)


@wrong("I1", "request_stuck")
def a_request_stands_still(it: Specimen) -> None:
    request = it.request(ADAPTER)
    request["state"], request["timeline"], request["document_numbers"] = "approved", request["timeline"][:2], []
    del it.history.states["MDN-AAAA-0001"][1:]


@wrong("I1", "notice_stuck")
def a_notice_stands_still(it: Specimen) -> None:
    it.job(CHAT)["state"] = "ready"


# I2


@wrong("I2", "document_doubled")
def a_request_has_two_documents(it: Specimen) -> None:
    it.world.rows["issuance", "documents"].append({**it.document(CHAT), "_id": "another", "number": f"3519-KK-{DAY}-0004"})
    it.one("issuance", "counters", f"KK-{DAY}")["last"] = 4


@wrong("I2", "valid_twice")
def two_documents_about_the_same_are_valid(it: Specimen) -> None:
    it.document(CHAT)["about"] = it.document(ADAPTER)["about"]


@wrong("I2", "number_doubled")
def two_documents_have_one_number(it: Specimen) -> None:
    it.document(CHAT)["number"] = it.document(ADAPTER)["number"]


@wrong("I2", "number_without_document")
def a_number_was_given_that_no_document_has(it: Specimen) -> None:
    it.one("issuance", "counters", f"KK-{DAY}")["last"] = 4


@wrong("I2", "number_without_document")
def a_request_says_it_has_a_document_that_is_not_there(it: Specimen) -> None:
    drop(it, "issuance", "documents", f"{CHAT}.request.kk")


@wrong("I2", "number_not_counted")
def a_document_has_a_number_that_was_not_given(it: Specimen) -> None:
    it.one("issuance", "counters", f"KK-{DAY}")["last"] = 2


@wrong("I2", "person_doubled")
def somebody_stands_in_two_families(it: Specimen) -> None:
    it.world.rows["verification", "families"].append({**it.one("verification", "families", KK), "_id": "another"})


@wrong("I2", "change_lost")
def the_register_was_not_changed_though_the_cards_were_issued(it: Specimen) -> None:
    drop(it, "verification", "register_history", "case-1")


@wrong("I2", "change_without_documents")
def the_register_was_changed_before_the_cards_were_issued(it: Specimen) -> None:
    it.one("verification", "cases", "case-1")["state"] = "approved"


@wrong("I2", "family_left_marked")
def a_family_stays_marked_after_its_case(it: Specimen) -> None:
    it.one("verification", "families", KK)["pending"] = "case-1"


@wrong("I2", "number_without_reason")
def a_number_is_void_without_a_reason(it: Specimen) -> None:
    it.document(CHAT)["state"] = "void"


@wrong("I2", "void_not_told_once")
def a_document_is_void_and_nobody_was_told(it: Specimen) -> None:
    it.document(CHAT).update(state="void", reason="sheet_unprintable")


@wrong("I2", "number_not_ended")
def a_document_was_never_printed(it: Specimen) -> None:
    it.document(CHAT)["state"] = "rendering"


@wrong("I2", "bytes_changed")
def a_stored_byte_changed(it: Specimen) -> None:
    it.world.bytes[f"{CHAT}.request.kk.1"] = "0" * 64


@wrong("I2", "bytes_changed")
def other_bytes_were_served_later(it: Specimen) -> None:
    it.history.served_bytes.append(Served(f"{CHAT}.request.kk", "0" * 64, it.world.at, "reader"))


@wrong("I2", "bytes_changed")
def other_bytes_arrived_in_the_chat(it: Specimen) -> None:
    it.history.effect(replace(it.effect(CHAT), sha256="0" * 64))


@wrong("I2", "bytes_missing")
def a_file_is_gone(it: Specimen) -> None:
    del it.world.bytes[f"{CHAT}.request.kk.1"]


@wrong("I2", "issued_not_told_once")
def a_document_was_told_to_nobody(it: Specimen) -> None:
    it.world.outbox["issuance"].pop()


@wrong("I2", "document_lost")
def a_document_was_told_that_is_not_there(it: Specimen) -> None:
    drop(it, "issuance", "documents", f"{ADAPTER}.request.kk")


# I3


@wrong("I3", "effect_doubled")
def a_message_arrived_twice_unflagged(it: Specimen) -> None:
    it.history.effect(replace(it.effect(CHAT), id="wamid.second"))


@wrong("I3", "effect_doubled")
def the_court_was_told_twice_unflagged(it: Specimen) -> None:
    it.history.effect(replace(it.effect(COURT), times=2))


@wrong("I3", "effect_without_job")
def somebody_was_sent_what_no_job_knows(it: Specimen) -> None:
    it.history.effect(Effect("whatsapp", "wamid.third", "reply:unknown", it.world.at, "reply"))


@wrong("I3", "effect_missing")
def a_notice_is_done_that_nobody_got(it: Specimen) -> None:
    del it.history.effects[it.effect(CHAT).id]


# I4, I7


@wrong("I4", "outbox_not_drained")
def an_event_left_long_after_the_fault_was_over(it: Specimen) -> None:
    it.world.outbox["intake"][0]["sent_at"] += 2 * MINUTE


@wrong("I4", "outbox_not_empty")
def an_event_never_left(it: Specimen) -> None:
    row = it.world.outbox["intake"][0]
    row["state"] = "new"
    del row["sent_at"]


@wrong("I7", "process_not_back")
def a_process_stayed_away(it: Specimen) -> None:
    it.history.outages[0].up = it.world.at + 2 * MINUTE


# I5


@wrong("I5", "state_went_back")
def a_state_went_back(it: Specimen) -> None:
    it.request(ADAPTER)["state"] = "approved"


@wrong("I5", "state_went_back")
def a_state_was_seen_to_go_back(it: Specimen) -> None:
    it.history.states["MDN-AAAA-0001"].append((it.world.at, "submitted"))


@wrong("I5", "sequence_broken")
def an_event_between_two_others_is_gone(it: Specimen) -> None:
    rows = it.world.outbox["intake"]
    rows.append({**rows[0], "_id": "third", "seq": 3})


@wrong("I5", "sequence_broken")
def two_events_have_one_number(it: Specimen) -> None:
    rows = it.world.outbox["intake"]
    rows.append({**rows[0], "_id": "second"})


@wrong("I5", "event_missing")
def the_last_event_of_an_aggregate_is_gone(it: Specimen) -> None:
    it.request(ADAPTER)["seq"] = 2


@wrong("I5", "issued_and_rejected")
def a_rejected_request_has_a_document(it: Specimen) -> None:
    request = it.request(ADAPTER)
    request["state"] = "rejected"


# I6, conservation


@wrong("I6", "parked_without_reason")
def a_notice_failed_for_no_reason(it: Specimen) -> None:
    it.job(CHAT)["state"] = "failed"


@wrong("I6", "parked_without_reason")
def an_event_was_refused_for_no_reason(it: Specimen) -> None:
    it.world.outbox["intake"][0]["state"] = "parked"


@wrong("conservation", "account_unbalanced")
def an_account_misses_one(it: Specimen) -> None:
    account = {"service": "intake", "name": "requests", "accepted": 3, "finished": 2, "parked": 0, "in_flight": 0, "missing": 1}
    it.world.balance = {"balanced": False, "accounts": [account], "flows": [], "queues": []}


@wrong("conservation", "messages_lost")
def a_message_is_in_no_queue(it: Specimen) -> None:
    it.world.balance = {"balanced": False, "accounts": [], "flows": [], "queues": [{"consumer": "issuance", "lost": 1}]}


def test_a_right_run_passes() -> None:
    it = right()
    verdict = judge(it.history, it.world)
    assert verdict.good, verdict.findings
    assert (verdict.journeys, verdict.ended, verdict.lost, verdict.double) == (3, 3, 0, 0)
    assert verdict.faults == {"broker_restart": 1}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_run_is_caught(name: str) -> None:
    change, promise, what = WRONG[name]
    it = right()
    change(it)
    verdict = judge(it.history, it.world)
    assert not verdict.good
    found = {(finding.promise, finding.what) for finding in verdict.findings}
    assert (promise, what) in found, verdict.summary()


@pytest.mark.parametrize("name", WRONG)
def test_a_finding_names_nobody(name: str) -> None:
    it = right()
    WRONG[name][0](it)
    text = judge(it.history, it.world).line()
    assert not [value for value in it.history.personal_values if value in text]


# What is no breach


def flagged(it: Specimen) -> None:
    a_message_arrived_twice_unflagged(it)
    it.job(CHAT)["maybe_duplicate"] = True


def failed_and_repeated(it: Specimen) -> None:
    it.history.effect(replace(it.effect(CHAT), id="wamid.second", failed=True))


def waits_for_an_officer(it: Specimen) -> None:
    a_request_stands_still(it)
    it.world.rows["verification", "tasks"] = [{"_id": "task-1", "state": "open", "request_id": f"{ADAPTER}.request"}]


def waits_as_a_parked_message(it: Specimen) -> None:
    a_request_stands_still(it)
    body = orjson.dumps({"correlation_id": f"{ADAPTER}.request"})
    it.world.rows["intake", "parked"] = [{"_id": "issuance:1", "state": "parked", "code": "broken", "body": body}]


def unanswered_and_not_stored(it: Specimen) -> None:
    it.history.asked("adapter", "adapter-2", ADAPTER, files=True)
    it.history.answered("adapter-2", None)


def superseded_later(it: Specimen) -> None:
    it.document(CHAT)["state"] = "superseded"


def voided_before_its_issue(it: Specimen) -> None:
    it.give_up_document(CHAT)


def late_while_the_fault_was_on(it: Specimen) -> None:
    fault = it.history.fault("broker_down", "broker")
    fault.began, fault.healed = it.world.at, it.world.at + 10 * MINUTE
    it.world.outbox["intake"][0]["sent_at"] = fault.healed + MINUTE / 2
    it.history.outages[0].up = fault.healed + MINUTE / 2


@pytest.mark.parametrize(
    "change",
    [
        flagged,
        failed_and_repeated,
        waits_for_an_officer,
        waits_as_a_parked_message,
        unanswered_and_not_stored,
        superseded_later,
        voided_before_its_issue,
        late_while_the_fault_was_on,
    ],
)
def test_what_is_allowed_is_no_finding(change: Wrong) -> None:
    it = right()
    change(it)
    verdict = judge(it.history, it.world)
    assert verdict.good, verdict.summary()


def test_healing_is_measured_from_the_end_of_the_last_fault() -> None:
    it = right()
    healed = it.history.faults[0].healed
    assert healed is not None
    it.world.outbox["intake"][0]["sent_at"] = healed + MINUTE / 4
    verdict = judge(it.history, it.world)
    assert (verdict.good, verdict.healed, verdict.heal_max_seconds) == (True, 1, 15.0)


# The history


def test_a_history_is_written_as_it_goes_and_names_nobody(tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    history = History(file)
    history.journey(CHAT, "whatsapp", PHONE)
    history.personal(NIK, NAME)
    history.asked("whatsapp", CONFIRMED, CHAT, files=True)
    history.answered(CONFIRMED, 200)
    history.close()
    records: list[Any] = [orjson.loads(line) for line in file.read_text().splitlines()]
    assert [record["record"] for record in records] == ["journey", "asked", "answered"]
    assert not [value for value in (PHONE, NIK, NAME) if value in file.read_text()]
