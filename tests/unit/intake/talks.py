"""What the tests of the dialogue share: a menu with the twelve services, and somebody who talks to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final

from services.intake.domain.answers import OpenQuestion
from services.intake.domain.chat import Act, Conversation, DialogueContext, Fact, FormCompleted, OfficerCalled, Say
from services.intake.domain.conversation import decide
from services.intake.domain.drafts import current_question
from services.intake.domain.files import SentFile
from services.intake.domain.forms import ServiceMenu
from services.intake.wiring import TEMPLATES, read_texts, read_vocabulary
from shared.reference.catalogue import catalogue

_FIRST: Final = ("kk_hilang", "kk_rusak", "ktp_hilang", "ktp_rusak")  # as an installation may order its menu
SERVICES: Final = tuple(dict.fromkeys((*_FIRST, *catalogue().online())))
"""Every service that may be opened."""
NIK, KK = "3519081708850003", "3519081203100007"
AT, TODAY = datetime(2026, 11, 24, 2, 0, tzinfo=UTC), date(2026, 11, 24)
MENU = ServiceMenu.of(catalogue(), SERVICES)
WORDS = read_vocabulary(TEMPLATES / "words.toml", MENU)
TEXTS = read_texts(TEMPLATES)
WORLD = DialogueContext(MENU, AT, TODAY, is_linked=True)

BY_TYPE: Final[Mapping[str, str]] = {
    "nik": "3519085904900002",
    "kk_number": "3519082004200011",
    "person_name": "Siti Aminah",
    "text": "sesuai surat keterangan",
    "date": "1-11-2026",
    "time": "jam 7 malam",
    "choice": "1",
    "yes_no": "ya",
    "number": "4",
    "village": "Mejayan",
    "regency": "Kota Madiun",
    "country": "Malaysia",
    "moving_letter": "SKPWNI/3577/01112026/0001",
    "office_day": "rabu",
    "phone": "081234567890",
}
"""An answer that each type takes."""


def photo(number: int) -> SentFile:
    return SentFile(f"f-{number}", "image/jpeg", 100, f"{number:064x}")


def talk(conversation: Conversation, *acts: Act | str, context: DialogueContext = WORLD) -> tuple[Conversation, tuple[Fact, ...]]:
    """Several messages in a row; the facts of the last."""
    facts: tuple[Fact, ...] = ()
    for act in acts:
        read = WORDS.in_talk(WORDS.read_text(act), conversation.talk) if isinstance(act, str) else act
        conversation, facts = decide(conversation, read, context)
    return conversation, facts


def said(facts: tuple[Fact, ...]) -> list[str]:
    return [fact.text for fact in facts if isinstance(fact, Say | OfficerCalled)]


def spoken(facts: tuple[Fact, ...]) -> str:
    """What the person reads."""
    return TEXTS.join([fact for fact in facts if isinstance(fact, Say)])[0]


def question_of(conversation: Conversation, context: DialogueContext = WORLD) -> OpenQuestion | None:
    return current_question(conversation, context.menu, context.today)


def begun(service: str, context: DialogueContext = WORLD) -> Conversation:
    """A chat in which a service was just chosen."""
    return decide(Conversation("c-1"), WORDS.read_choice(f"service:{service}", ""), context)[0]


def walk(
    conversation: Conversation, answers: Mapping[str, str], context: DialogueContext = WORLD, *, until: str = ""
) -> tuple[Conversation, list[str]]:
    """Answer every question, by its path, its name or its type, up to one; return the chat and the names of the questions asked."""
    asked: list[str] = []
    while (question := question_of(conversation, context)) is not None:
        if until in (question.path, question.name):
            break
        asked.append(question.path if question.asks_more else question.name)
        act: Act | str = photo(1000 + len(asked))
        if question.asks_more:
            act = answers.get(f"{question.path}{question.row}", "tidak")
        elif not question.takes_file:
            act = answers.get(question.path) or answers.get(question.name) or BY_TYPE[question.field.type]
        before = conversation
        conversation, facts = talk(conversation, act, context=context)
        assert conversation.draft != before.draft, f"{question.path} did not take {act}: {spoken(facts)}"
        assert len(asked) < 100
    return conversation, asked


def completed(conversation: Conversation, context: DialogueContext = WORLD) -> FormCompleted:
    """Confirm; give what is filed."""
    _, facts = talk(conversation, "kirim", context=context)
    return next(fact for fact in facts if isinstance(fact, FormCompleted))


def stranger() -> DialogueContext:
    return replace(WORLD, is_linked=False)
