"""What the terminal console says: a sentence for every refusal of its routes, masked numbers, and what changed."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, Final

from deploy.local.parts import ROOT
from services.verification.console import sheet
from services.verification.console.decision import DecisionDraft, choices
from services.verification.console.verification_api import SESSION_CODES, ConsoleError
from services.verification.console.words import SOMEBODY, sentence, words
from shared.reference.reasons import reasons as known_reasons

DOCUMENT: Final = json.loads((ROOT / "docs" / "api" / "verification.json").read_text(encoding="utf-8"))
REASONS: Final = {code: reason.text for code, reason in known_reasons().items()}
ROUTES: Final = [
    *("/v1/tasks", "/v1/tasks/search", "/v1/tasks/next", "/v1/tasks/{task_id}", "/v1/tasks/{task_id}/claim", "/v1/tasks/{task_id}/release"),
    *("/v1/tasks/{task_id}/ask", "/v1/tasks/{task_id}/withdraw", "/v1/tasks/{task_id}/decision", "/v1/tasks/{task_id}/undo"),
    *("/v1/sessions", "/v1/sessions/renew", "/v1/tasks/release-all"),
]
NEVER_MET: Final = {"cursor_malformed", "json_malformed", "content_unfit"}  # by a console that sends what the API document says
NIK: Final = "3519042607900001"
AT: Final = datetime(2026, 11, 24, 3, tzinfo=UTC)


def task() -> dict[str, Any]:
    member = {"nik": NIK, "name": "CAHYO", "relation": "KEPALA KELUARGA", "born_on": "1990-07-26", "marital": "KAWIN TERCATAT"}
    family = {"kk_number": "3519031301130001", "address": "JL. MERDEKA", "rt": "015", "rw": "001", "members": [member], "pending": None}
    answer = {"field": "answers.nik", "label": "NIK pemohon", "type": "nik", "value": NIK, "shown": NIK}
    paper = {"file_id": "f1", "field": "ktp", "name": "KTP-el", "media_type": "image/jpeg", "size_bytes": 40_799}
    request = {
        "request_id": "r1",
        "receipt": "MDN-7K4Q-9F2X",
        "attachments": [paper],
        "personal": {"applicant": {"name": None}, "subject": None, "answers": [answer]},
    }
    notes = dict.fromkeys(("question", "answer", "handover_note", "first_note", "decision"))
    return {
        "findings": [{"code": "name_differs", "field": "answers.nik"}, {"code": "attachment_wrong", "field": "ktp"}],
        "refused": None,
        "identity": {"proven": False, "vouched_by": None},
        "service": "akta_lahir",
        "ticket": {"visit_on": None, "counts_days": False, "read_at": None, "told_at": None, "needs_field": False},
        "requests": [request],
        "personal": notes | {"registered": [family], "documents": []},
    }


def test_every_refusal_is_a_sentence_that_says_what_to_do() -> None:
    codes: set[str] = set()
    for path in ROUTES:
        for operation in DOCUMENT["paths"][path].values():
            codes |= {code for answer in operation["responses"].values() for code in answer.get("x-codes", ())}
    assert {"version_stale", "task_claimed", "session_over"} <= codes
    silent = codes - words()["refused"].keys() - REASONS.keys() - NEVER_MET - SESSION_CODES
    assert silent == {"version_stale"}, "which has a window of its own"


def test_a_sentence_says_who_and_until_when() -> None:
    about = {"claimed_by": "0190", "until": "2026-11-24T03:20:00+00:00"}
    said = sentence(ConsoleError("task_claimed", about), {"0190": "Sri Lestari"}, REASONS)
    assert said.startswith("Sri Lestari sedang mengerjakannya sampai ")
    assert "10.20" in said
    assert sentence(ConsoleError("task_claimed", about), {}, REASONS).startswith(SOMEBODY)
    assert "kode never_heard" in sentence(ConsoleError("never_heard"), {}, REASONS)


def test_numbers_are_masked_until_they_are_opened() -> None:
    numbers = [row for row in sheet.rows(task(), REASONS) if NIK in row.value]
    assert len(numbers) == 2
    assert all(NIK not in row.shown(opened=False) and row.shown(opened=True) == NIK for row in numbers)
    assert not any(NIK in row.label for row in sheet.rows(task(), REASONS))


def test_a_finding_names_the_field_the_document_or_the_person() -> None:
    assert sheet.place_of(task(), "answers.nik") == "NIK pemohon"
    assert sheet.place_of(task(), "ktp") == sheet.place_of(task(), "answers.ktp") == "KTP-el"
    assert sheet.place_of(task(), "registered[0].members[0]") == "CAHYO"
    assert sheet.place_of(task(), "answers.unknown") == "unknown"


def test_what_changed_is_said_with_what_was_and_numbers_stay_masked() -> None:
    then, now = task(), deepcopy(task())
    now["personal"]["registered"][0]["address"] = "JL. DIPONEGORO"
    now["requests"][0]["personal"]["answers"][0]["shown"] = "3519042607900002"
    now["personal"]["answer"] = "sudah pindah"
    found = {change.label: (change.then, change.now) for change in sheet.changes(then, now, REASONS)}
    assert found["Alamat"] == ("JL. MERDEKA RT 015 RW 001", "JL. DIPONEGORO RT 015 RW 001")
    assert found["Jawaban warga"] == ("tidak ada", "sudah pindah")
    assert found["NIK pemohon"] == ("3519•••••0001", "3519•••••0002")
    assert len(found) == 3
    assert sheet.changes(then, deepcopy(then), REASONS) == ()


def test_of_an_unproven_sender_no_reason_is_offered_that_tells_the_register() -> None:
    known = [
        {"code": "name_differs", "text": "Nama berbeda.", "acts": ["return"], "tells_register": True, "services": []},
        {"code": "attachment_wrong", "text": "Berkas salah.", "acts": ["return"], "tells_register": False, "services": []},
        {"code": "request_withdrawn", "text": "Ditarik.", "acts": ["reject"], "tells_register": False, "services": []},
    ]
    assert choices(task(), known, "return") == [("attachment_wrong|ktp", "Berkas salah. (KTP-el)")]
    proven = task() | {"identity": {"proven": True, "vouched_by": "link"}}
    assert [value for value, _ in choices(proven, known, "return")] == ["name_differs|answers.nik", "attachment_wrong|ktp"]


def test_a_draft_is_sent_with_the_version_that_was_seen() -> None:
    body = DecisionDraft("return", ["attachment_wrong|answers.ktp", "other|"], "foto buram").body("3-1")
    assert body == {
        "action": "return",
        "version": "3-1",
        "reasons": [{"code": "attachment_wrong", "field": "answers.ktp"}, {"code": "other", "field": None}],
        "note": "foto buram",
        "grant_link": False,
    }
    assert DecisionDraft("ask", note="Benar?").body("3-1") == {"text": "Benar?", "version": "3-1"}
