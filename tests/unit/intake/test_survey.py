"""The satisfaction survey: the index by hand, the draw, what is counted of whom, and the talk in a chat."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from services.intake.domain.chat import Conversation, Draft, SurveyTapped
from services.intake.domain.filled_form import FilledForm
from services.intake.domain.requests import Request, RequestOrigin, RequestState
from services.intake.domain.survey.counting import (
    SurveyRespondent,
    SurveyTally,
    VillageTally,
    respondent,
    together,
    with_question,
    with_remark,
    with_sheet,
)
from services.intake.domain.survey.index import grade_of, index_of, response_rate, rounded
from services.intake.domain.survey.invitations import InvitationState, SurveyRules, asked, invite, is_drawn, postponed
from services.intake.domain.survey.questions import ELEMENTS, is_whole, topics_of
from services.intake.domain.survey.report import report_of, shown, village_lines
from services.intake.domain.survey.talking import SurveyMove, answer, begin, counted, read_tap
from services.intake.domain.texts import MAX_ROW_TITLE_CHARACTERS
from services.intake.domain.words import Intent, Meaning
from services.intake.public.survey import SurveySent
from services.intake.wiring import TEMPLATES, read_questions
from shared.reference.lists import code_lists
from shared.values import Channel
from tests.unit.intake.talks import AT, TEXTS, WORDS, WORLD, talk

QUESTIONS = read_questions(TEMPLATES / "survey.toml")
REQUEST = "01936f2e-0000-7000-8000-000000000001"
RULES = SurveyRules(1, timedelta(minutes=30), timedelta(days=7), timedelta(days=30), "https://pakde.test", 30, 5, 120, range(7, 20))
WHO = SurveyRespondent("female", "26_35")


def tally_of(*sheets: str) -> SurveyTally:
    """Counts of sheets that are written as nine digits."""
    tally = SurveyTally("2026-11", "kk_hilang")
    for sheet in sheets:
        tally = with_sheet(tally, dict(zip(ELEMENTS, map(int, sheet), strict=True)), WHO)
    return tally


def ended(state: RequestState = RequestState.DELIVERED, channel: Channel = Channel.WHATSAPP, **answers: object) -> Request:
    origin = RequestOrigin(channel, "6281234567890", contact_id="c-1" if channel is Channel.WHATSAPP else None)
    form = FilledForm("kk_hilang", 1, answers)
    return Request(REQUEST, "MDN-7K4Q-9F2X", origin, "kk_hilang", ("kk",), form, "key", AT, None, (), state)


def test_the_index_is_that_of_the_example_worked_by_hand() -> None:
    """Five people, as on paper. Sums: 15 16 12 20 17 15 18 14 13 of 5: means 3.0 3.2 2.4 4.0 3.4 3.0 3.6 2.8 2.6, together 28.0.

    28 x 1/9 x 25 = 77.777…: 77.78, B. By weights of 0.111, as the regulation's table has it, it would be 77.70.
    """
    tally = tally_of("332433422", "333433433", "442443433", "332433332", "233443333")
    assert [sum(value * count for value, count in zip((1, 2, 3, 4), tally.values[code], strict=True)) for code in ELEMENTS] == [
        *(15, 16, 12, 20, 17),
        *(15, 18, 14, 13),
    ]
    index = index_of(tally)
    assert index is not None
    assert [each.mean for each in index.elements] == [Fraction(tenths, 10) for tenths in (30, 32, 24, 40, 34, 30, 36, 28, 26)]
    assert index.exact == Fraction(700, 9)
    assert (index.value, index.grade, index.answers) == (Decimal("77.78"), "B", 5)
    assert [each.code for each in index.weakest(3)] == ["u3", "u9", "u8"]
    assert [(each.index, each.grade) for each in index.elements[2:4]] == [(Decimal("60.00"), "D"), (Decimal("100.00"), "A")]


def test_nobody_who_answered_has_no_index() -> None:
    assert index_of(with_question(SurveyTally("2026-11", "kk_hilang"))) is None
    assert response_rate(SurveyTally("2026-11", "kk_hilang")) is None


@pytest.mark.parametrize(
    ("index", "grade"),
    [("100.00", "A"), ("88.31", "A"), ("88.30", "B"), ("76.61", "B"), ("76.60", "C"), ("65.00", "C"), ("64.99", "D"), ("25.00", "D")],
)
def test_grades_begin_where_the_regulation_says(index: str, grade: str) -> None:
    assert grade_of(Decimal(index)) == grade


def test_it_is_rounded_once_a_half_upwards_and_the_grade_is_that_of_what_is_read() -> None:
    assert rounded(Fraction(88305, 1000)) == Decimal("88.31")
    assert rounded(Fraction(883049, 10_000)) == Decimal("88.30")
    assert rounded(Fraction(1, 3)) == Decimal("0.33")
    assert rounded(Fraction(2, 3)) == Decimal("0.67")


def test_the_share_of_those_who_answered_has_one_decimal() -> None:
    tally = together([tally_of("444444444"), *[with_question(SurveyTally("2026-11", "x")) for _ in range(3)]])
    assert response_rate(tally) == Decimal("33.3")


def test_tallies_together_are_the_sum_of_them() -> None:
    one, other = with_remark(tally_of("111111111", "444444444"), ("time",)), with_remark(tally_of("444444444"), ("time", "money"))
    whole = together([one, other])
    assert whole.values["u5"] == (1, 0, 0, 2)
    assert (whole.answered, whole.remarks, whole.topics, whole.sexes) == (3, 2, {"time": 2, "money": 1}, {"female": 3})


def test_what_few_people_said_is_not_shown_and_can_not_be_worked_out() -> None:
    assert shown({"male": 12, "female": 9}, 5) == {"male": 12, "female": 9}
    assert shown({"male": 12, "female": 3, "unknown": 0}, 5) == {"male": None, "female": None, "unknown": 0}
    assert shown({"a": 1, "b": 1, "c": 6, "d": 9}, 5) == {"a": None, "b": None, "c": None, "d": 9}, "two of which the sum is two"
    assert shown({"a": 2, "b": 4, "c": 6, "d": 9}, 5) == {"a": None, "b": None, "c": 6, "d": 9}


def test_a_report_marks_small_samples_and_hides_what_is_smaller() -> None:
    answers = {"kk_hilang": 40, "pindah": 10, "akta_lahir": 7, "kia_baru": 3}
    tallies = [replace(tally_of(*["344444444"] * number), service=service) for service, number in answers.items()]
    report = report_of(tallies, "2026-11", "2026-11", "", RULES)
    assert {line.name: (line.answered, line.is_small, line.is_hidden) for line in report.services} == {
        "kk_hilang": (40, False, False),
        "pindah": (10, True, False),
        "akta_lahir": (None, False, True),
        "kia_baru": (None, False, True),
    }
    assert all(line.index is None for line in report.services if line.is_hidden)
    assert (report.whole.answered, report.whole.value) == (60, Decimal("97.22"))
    assert [each.code for each in report.weakest] == ["u1", "u2", "u3"]
    alone = report_of(tallies, "2026-11", "2026-11", "kia_baru", RULES)
    assert (alone.index, alone.whole.is_hidden, alone.sexes) == (None, True, {"female": None})


def test_a_request_is_drawn_by_its_id_alone_and_one_in_n_is() -> None:
    ids = [f"01936f2e-0000-7000-8000-{number:012x}" for number in range(6000)]
    drawn = [each for each in ids if is_drawn(each, 3)]
    assert drawn == [each for each in ids if is_drawn(each, 3)]
    assert 1850 < len(drawn) < 2150
    assert not any(is_drawn(each, 0) for each in ids)
    assert all(is_drawn(each, 1) for each in ids)


@pytest.mark.parametrize("state", RequestState)
def test_only_who_got_what_they_asked_for_is_asked(state: RequestState) -> None:
    is_asked = invite(ended(state), RULES, AT) is not None
    assert is_asked == (state in {RequestState.DELIVERED, RequestState.ANSWERED})


def test_nobody_is_asked_whom_nothing_may_lead_to_or_who_has_no_chat() -> None:
    assert invite(ended(anonymous=True), RULES, AT) is None
    assert [channel for channel in Channel if invite(ended(channel=channel), RULES, AT)] == [Channel.WHATSAPP]


def test_an_invitation_that_can_not_be_sent_is_tried_until_its_time_is_over() -> None:
    invitation = invite(ended(), RULES, AT)
    assert invitation is not None
    assert invitation.due_at == AT + timedelta(minutes=30)
    assert postponed(invitation, AT).state is InvitationState.DUE
    assert postponed(invitation, invitation.expires_at).state is InvitationState.DROPPED
    sent = asked(invitation, "a-token", "2026-11", AT, RULES)
    assert "a-token" not in repr(sent)
    assert (sent.is_open(AT), sent.is_open(AT + timedelta(days=7))) == (True, False)


@pytest.mark.parametrize(
    ("nik", "who"),
    [
        ("3519085708850003", SurveyRespondent("female", "36_45")),  # born 17-8-1985
        ("3519081708850003", SurveyRespondent("male", "36_45")),
        ("3519080112080001", SurveyRespondent("male", "17_25")),  # born 1-12-2008: 17 on the day before the birthday
        ("3519083011090001", SurveyRespondent("male", "under_17")),  # 30-11-2009: 16
        ("3519080101200001", SurveyRespondent("male", "over_55")),  # nobody of six asks: 1920
        ("not a number", SurveyRespondent("unknown", "unknown")),
        (None, SurveyRespondent("unknown", "unknown")),
    ],
)
def test_of_who_answered_sex_and_age_are_counted(nik: str | None, who: SurveyRespondent) -> None:
    assert respondent(nik, date(2026, 11, 29)) == who


def test_the_questions_fit_a_phone_and_name_topics_that_there_are() -> None:
    topics = code_lists()["complaint_topic"].rows
    for element in QUESTIONS.elements:
        assert element.topic in topics
        assert all(len(words) <= MAX_ROW_TITLE_CHARACTERS for words in element.answers)
        assert len(set(element.answers)) == len(element.answers)


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("Petugasnya ramah, tapi lama sekali", {"time", "officer"}),
        ("syaratnya jgn diubah ubah", {"requirements"}),
        ("matur nuwun pak", {"thanks"}),
        ("angel banget carane", {"procedure"}),
        ("ada yang minta uang di kantor desa", {"money", "place"}),
        ("zzz", set()),
    ],
)
def test_free_words_are_grouped_by_what_they_are_about(text: str, topics: set[str]) -> None:
    assert set(topics_of(text, QUESTIONS.topics, WORDS.lexicon.speller)) == topics


def test_answers_come_one_by_one_and_an_earlier_one_can_be_changed() -> None:
    going = begin(REQUEST, AT)
    for number in range(1, 10):
        assert not is_whole(going.sheet)
        going = answer(going, number, 3)
    assert is_whole(going.sheet)
    assert answer(begin(REQUEST, AT), 2, 4).answers == ()
    changed = answer(going, 3, 1)
    assert Counter(changed.answers) == {3: 8, 1: 1}
    assert QUESTIONS.lowest(changed.sheet) is QUESTIONS.element(3)
    assert QUESTIONS.lowest(going.sheet) is None
    assert counted(changed, "u3").answers == ()


@pytest.mark.parametrize("said", ["survey:3.2@" + REQUEST, "survey:start@" + REQUEST])
def test_a_tap_says_what_it_answers_and_keeps_no_words(said: str) -> None:
    pressed = WORDS.read_choice(said, "Kurang cepat")
    assert (pressed.meaning, pressed.text, pressed.is_pressed) == (Meaning.SURVEY, "", True)
    assert read_tap(pressed.topic) is not None


@pytest.mark.parametrize("odd", ["0.1@" + REQUEST, "3.5@" + REQUEST, "3.2", "", "3.2@" + "x" * 36, "start@../../etc"])
def test_what_is_no_tap_is_none(odd: str) -> None:
    assert read_tap(odd) is None


def typed(text: str, conversation: Conversation) -> list[SurveyTapped]:
    context = WORLD.__class__(WORLD.menu, WORLD.at, WORLD.today, is_linked=True, survey=QUESTIONS)
    _, facts = talk(conversation, text, context=context)
    return [fact for fact in facts if isinstance(fact, SurveyTapped)]


@pytest.mark.parametrize(("text", "tap"), [("2", "1.2"), ("Sangat sesuai", "1.4"), ("sesuai.", "1.3")])
def test_what_is_typed_answers_the_open_question(text: str, tap: str) -> None:
    assert [fact.tap for fact in typed(text, Conversation("c", survey=begin(REQUEST, AT)))] == [f"{tap}@{REQUEST}"]


@pytest.mark.parametrize("text", ["menu", "status", "5", "kk saya hilang"])
def test_what_is_no_answer_means_what_it_means_elsewhere(text: str) -> None:
    assert typed(text, Conversation("c", survey=begin(REQUEST, AT))) == []


def test_free_words_are_taken_when_they_are_asked_for_and_no_form_is_open() -> None:
    asks = counted(begin(REQUEST, AT), "u3")
    assert [fact.text for fact in typed("lama sekali, kk saya hilang di jalan", Conversation("c", survey=asks))] == [
        "lama sekali, kk saya hilang di jalan"
    ]
    assert typed("menu", Conversation("c", survey=asks)) == []
    assert typed("lama sekali", Conversation("c", survey=asks, draft=Draft("kk_hilang", AT))) == []
    assert typed("lama sekali", Conversation("c", survey=begin(REQUEST, datetime(2026, 1, 1, tzinfo=UTC)))) == []


def test_words_with_as_many_lines_as_the_page_takes_come_through() -> None:
    """A browser counts the end of a line as one character and sends two: a sheet with such words was refused whole."""
    assert len(SurveySent(saran="a\r\n" * 250).words) == 499


def test_every_tap_has_a_title() -> None:
    buttons = [f"survey:{move}@{REQUEST}" for move in (SurveyMove.START, SurveyMove.LATER, SurveyMove.DONE, SurveyMove.COMPLAIN)]
    assert all(0 < len(TEXTS.title(button)) <= 20 for button in buttons)
    assert Intent(Meaning.SURVEY).text == ""


def test_a_village_has_an_index_of_its_own_and_few_answers_are_hidden() -> None:
    sheet = dict(zip(ELEMENTS, map(int, "332433422"), strict=True))

    def of(village: str, people: int) -> VillageTally:
        tally = VillageTally("2026", village)
        for _ in range(people):
            tally = tally.with_sheet(sheet)
        return tally

    lines = village_lines([of("3519072001", 31), of("3519012001", 4), of("3519012002", 6), of("3519012003", 9)], RULES)
    assert [(line.name, line.answered, line.is_hidden, line.is_small) for line in lines] == [
        ("3519012001", None, True, False),
        ("3519012002", None, True, False),  # the sum would tell the other one
        ("3519012003", 9, False, True),
        ("3519072001", 31, False, False),
    ]
    assert lines[3].value == index_of(tally_of("332433422")).value  # type: ignore[union-attr]
    assert [line.index for line in lines[:2]] == [None, None]
