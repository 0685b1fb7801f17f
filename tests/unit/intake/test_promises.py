"""Whatever the office's texts say of officers is kept by something: a chat that waits, a task, an event, or a word that calls one."""

import importlib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from services.intake.domain.chat import AskedQuestion, Conversation, OfficerAnswered, OtherContent
from services.intake.domain.words import Meaning
from services.intake.wiring import TEMPLATES
from services.verification.domain.policy import CaseRoute, way_of
from services.verification.domain.services import RULES
from shared.reference.reasons import reasons
from tests.unit.intake.talks import AT, TEXTS, WORDS, begun, talk

PROMISES: Final = re.compile(r"petugas|diberi ?tahu|hubungi|kabari|kami teruskan", re.IGNORECASE)
SERVICES: Final = Path(TEMPLATES).parents[1]


@dataclass(frozen=True)
class Waits:
    """After the text somebody waits in the desk's list."""

    after: Callable[[], Conversation]


@dataclass(frozen=True)
class MadeBy:
    """The function or class that does what the text says; its own tests hold that."""

    producer: str


class SaysHow:
    """The text names the word that calls an officer."""


def misread() -> Conversation:
    return talk(begun("kk_hilang"), OtherContent("voice"), OtherContent("voice"), OtherContent("voice"))[0]


def asks() -> Conversation:
    return talk(begun("kk_hilang"), "petugas")[0]


CALLING, CHAT = "services.intake.handlers.calling", "services.intake.handlers.chat"
TELLING, DECIDING = "services.verification.handlers.telling:tell_citizen", "services.verification.handlers.deciding:decide_task"
QUESTIONS = "services.intake.handlers.officer_questions"
BACKED: Final[Mapping[str, Waits | MadeBy | SaysHow]] = {
    "officer_asked": Waits(asks),
    "officer_waiting": Waits(lambda: talk(asks(), "petugas")[0]),
    "officer_still": Waits(lambda: talk(asks(), "lanjut")[0]),
    "officer_called": Waits(misread),
    "answers.complaint": Waits(lambda: talk(Conversation("c-1"), "pelayanannya lama sekali, kecewa saya")[0]),
    "officer_late": MadeBy(f"{CALLING}:tell_late"),
    "turn_open": MadeBy(f"{CALLING}:said_turn"),
    "turn_past_closing": MadeBy(f"{CALLING}:said_turn"),
    "turn_closed": MadeBy(f"{CALLING}:said_turn"),
    "turn_holiday": MadeBy(f"{CALLING}:said_turn"),
    "trouble": MadeBy(f"{CHAT}:give_up_message"),
    "officer_took": MadeBy("services.intake.handlers.assisting:take_chat"),
    "officer_gave_back": SaysHow(),
    "officer_asks": MadeBy(f"{QUESTIONS}:note_question"),
    "officer_asks_now": MadeBy(f"{QUESTIONS}:note_question"),
    "officer_answered": MadeBy(f"{QUESTIONS}:pass_on"),
    "question_unknown": SaysHow(),
    "help": SaysHow(),
    "kind.voice": SaysHow(),
    "kind.call": SaysHow(),
    "answers.help.hours": MadeBy("shared.contracts.verification_tasks:TaskOpened"),
    "answers.help.phone": SaysHow(),
    "needs.ktp_rekam": MadeBy(TELLING),
    "ktp_rekam.start": MadeBy(TELLING),
    "ktp_rekam.phone.ask": MadeBy("shared.reference.service_files:office_place"),  # the officer who comes reads it in the task
    "biodata.start": MadeBy(TELLING),
    "ikd.start": MadeBy("shared.reference.service_files:office_place"),  # somebody at the counter
    "konsolidasi.start": MadeBy(DECIDING),
    "konsolidasi.message.ask": MadeBy("services.verification.domain.services.tickets:KONSOLIDASI"),  # of that other office
    "akta_batal.start": MadeBy(TELLING),
    "buka_blokir.start": MadeBy(TELLING),
    "penduduk_nonpermanen.start": MadeBy(DECIDING),
    "rentan.start": MadeBy(TELLING),
    "rentan.phone.ask": MadeBy("shared.reference.service_files:office_place"),  # the officer who comes reads it in the task
    "pengaduan.anonymous.ask": MadeBy("services.verification.domain.services.tickets:PENGADUAN"),
    "pengaduan.description.example": MadeBy("services.verification.domain.services.tickets:PENGADUAN"),
    "submitted_answered": MadeBy(DECIDING),
    "status_visit": MadeBy(TELLING),
    "visit_tomorrow": MadeBy("services.intake.handlers.reminding:remind_of_visit"),
    "visit_at_office": MadeBy("services.intake.handlers.reminding:remind_of_visit"),
    "state.answered": MadeBy(DECIDING),
    "notice.answered": MadeBy("shared.contracts.verification:RequestAnswered"),
    "notice.told": MadeBy("shared.contracts.verification:CitizenTold"),
    "notice.visit_home": MadeBy("shared.contracts.verification:CitizenTold"),
    "notice.visit_office": MadeBy("shared.contracts.verification:CitizenTold"),
    "needs.ikd": MadeBy("shared.reference.service_files:office_place"),  # somebody at the counter
    "akta_lahir.elsewhere_name.help": MadeBy("services.verification.domain.services.birth:AKTA_LAHIR"),
    "kutipan_kedua.certificate_number.help": SaysHow(),
    "common.selfie_ktp.ask": MadeBy("services.verification.domain.identity:IDENTITY_UNPROVEN"),
    "kk_number_officer": MadeBy("services.intake.domain.drafting:unknown"),  # `test_answers` holds that the chat waits
    "withdraw_passed": MadeBy("services.intake.domain.steps:withdraw"),
    "unknown_answer": SaysHow(),
    "resend_none": SaysHow(),
    "erase": SaysHow(),
    "other_regency": MadeBy("services.intake.domain.drafting:answer"),  # another regency's office, not ours
    "answers.help.privacy": MadeBy("shared.contracts.verification_tasks:TaskOpened"),
    "answers.help.why": MadeBy("shared.contracts.verification_tasks:TaskOpened"),
    "answers.help.nik": SaysHow(),
    "news_offer": MadeBy("services.notifier.handlers.broadcasts:release_next"),
    "news_begun": MadeBy("services.notifier.handlers.broadcasts:release_next"),
    "notice.question": MadeBy("shared.contracts.verification:CitizenAsked"),
    "notice.note": MadeBy("shared.contracts.verification:RequestReturned"),
    "desk.salam": MadeBy("services.intake.handlers.assisting:reply_in_chat"),  # an officer sends it by hand
    "desk.selesai": SaysHow(),
}
"""Name of the text -> what keeps it."""


def texts() -> dict[str, str]:
    """Every text that people read, of every service with templates."""
    notices = tomllib.loads((SERVICES / "notifier/templates/notices.toml").read_text())
    canned = tomllib.loads((TEMPLATES / "desk.toml").read_text())
    found = dict(TEXTS.texts) | {f"state.{name}": text for name, text in TEXTS.states.items()}
    found |= {f"notice.{name}": text for name, text in notices.items() if isinstance(text, str)}
    found |= {f"notice.{name}": rows.get("text", "") for name, rows in notices["notices"].items()}
    return found | {f"desk.{row.get('code') or row['name']}": row["text"] for row in (*canned["canned"], *canned["template"])}


PROMISING: Final = {name: text for name, text in texts().items() if PROMISES.search(text)}


def test_every_text_that_speaks_of_officers_has_something_behind_it() -> None:
    assert set(PROMISING) == set(BACKED), "a text without a producer, or a producer without its text"


@pytest.mark.parametrize("name", PROMISING)
def test_what_a_text_promises_is_kept(name: str) -> None:
    backed = BACKED[name]
    if isinstance(backed, Waits):
        part = backed.after().assistance
        assert part.waiting_since == AT
        assert part.answer_by is not None
        assert part.answer_by > AT
    elif isinstance(backed, MadeBy):
        module, _, producer = backed.producer.partition(":")
        assert hasattr(importlib.import_module(module), producer), backed.producer
    else:
        word = re.search(r"\*(PETUGAS)\*|ketik (PETUGAS)", PROMISING[name])
        assert word is not None
        assert WORDS.read_text((word[1] or word[2]).lower()).meaning is Meaning.OFFICER


def test_an_answer_to_an_officer_goes_to_that_officer() -> None:
    asked = AskedQuestion("q-1", "r-1", "MDN-7K4Q-9F2X", "Berapa anaknya?")
    _, facts = talk(Conversation("c-1", asked=asked), "dua orang")
    assert facts == (OfficerAnswered(asked, "dua orang"),)


@pytest.mark.parametrize("code", [code for code, reason in reasons().items() if "Petugas" in reason.text])
def test_a_reason_that_names_an_officer_leads_to_one(code: str) -> None:
    for rules in RULES.values():
        assert way_of(code, rules.ways) is CaseRoute.STAFF, "a request with this finding opens a task"
