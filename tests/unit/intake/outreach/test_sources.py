"""Sources: their sentences and links, what a message tells of them, and what of it a request keeps."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.intake.domain.outreach.codes import CodeCondition, FoundCode, read_code
from services.intake.domain.outreach.sources import (
    ArrivalKind,
    MessageLead,
    OutreachSource,
    SourceDescription,
    Touch,
    Touches,
    make_source,
    retire,
    touch_of,
)
from services.intake.domain.words import Meaning
from shared.errors import Conflict
from shared.reference.catalogue import catalogue
from shared.reference.outreach import outreach_lists
from tests.unit.intake.talks import SERVICES, WORDS

AT, TODAY = datetime(2026, 11, 29, 3, tzinfo=UTC), date(2026, 11, 29)
WHAT = SourceDescription("Poster balai desa", "Akta 2026", "print", "poster", "akta_lahir", "3519072001")
POSTER = OutreachSource("K7Q", WHAT, AT, "dewi")
MONTH = timedelta(days=30)
INTACT = MessageLead(FoundCode("K7Q", CodeCondition.INTACT))


def touch(code: str, days: int = 0, kind: ArrivalKind = ArrivalKind.KNOWN) -> Touch:
    """A touch so many days later."""
    return Touch(code, kind, AT + timedelta(days=days))


def test_the_link_carries_a_sentence_that_people_can_read() -> None:
    service = catalogue().get("akta_lahir")
    assert POSTER.sentence(service) == "Saya mau urus akta lahir (#K7Q)"
    assert POSTER.link("6281200003519", service) == "https://wa.me/6281200003519?text=Saya%20mau%20urus%20akta%20lahir%20%28%23K7Q%29"
    assert POSTER.sentence(None) == "Saya mau mengurus dokumen (#K7Q)"
    assert POSTER.page("https://pakdeon.example/") == "https://pakdeon.example/m/K7Q"


def test_a_new_source_gets_a_code_that_none_had() -> None:
    made = make_source(POSTER.what, {"K7Q"}, lambda several: several[0], "dewi", AT)
    assert (made.code[:2], made.what, made.made_by) == ("A2", POSTER.what, "dewi")


def test_a_source_runs_until_its_last_day_or_until_it_is_retired() -> None:
    ends = replace(POSTER, what=replace(POSTER.what, ends_on=date(2026, 11, 29)))
    assert ends.is_running(TODAY)
    assert not ends.is_running(TODAY + timedelta(days=1))
    gone = retire(POSTER, AT)
    assert not gone.is_running(TODAY)
    with pytest.raises(Conflict):
        retire(gone, AT)


@pytest.mark.parametrize(
    ("lead", "source", "completed", "told"),
    [
        (INTACT, POSTER, False, Touch("K7Q", ArrivalKind.KNOWN, AT)),
        (MessageLead(FoundCode("K7", CodeCondition.DAMAGED)), POSTER, True, Touch("K7Q", ArrivalKind.COMPLETED, AT)),
        (INTACT, retire(POSTER, AT), False, Touch("K7Q", ArrivalKind.ENDED, AT)),
        (INTACT, None, False, Touch("", ArrivalKind.UNKNOWN, AT)),
        (MessageLead(FoundCode("K", CodeCondition.DAMAGED)), None, False, Touch("", ArrivalKind.DAMAGED, AT)),
        (MessageLead(FoundCode("K7Q", CodeCondition.INTACT, is_marked=False)), None, False, None),
        (MessageLead(is_ad=True, ad="120210"), None, False, Touch("", ArrivalKind.UNKNOWN, AT)),
        (MessageLead(is_ad=True, ad="120210"), POSTER, False, Touch("K7Q", ArrivalKind.KNOWN, AT)),
    ],
)
def test_what_a_message_tells(lead: MessageLead, source: OutreachSource | None, told: Touch | None, *, completed: bool) -> None:
    assert touch_of(lead, source, AT, TODAY, completed=completed) == told


def test_first_and_last_touch_are_kept() -> None:
    touches = Touches().touched(touch("K7Q")).touched(touch("W2M", 3))
    assert (touches.first, touches.last) == (touch("K7Q"), touch("W2M", 3))


def test_a_damaged_code_moves_no_known_one() -> None:
    broken = touch("", 2, ArrivalKind.DAMAGED)
    known = Touches().touched(touch("K7Q"))
    assert known.touched(broken) == known
    assert Touches().touched(broken) == Touches(broken, broken)
    assert Touches().touched(broken).touched(touch("K7Q", 3)) == Touches(touch("K7Q", 3), touch("K7Q", 3))


def test_a_draft_is_due_to_the_last_touch_of_a_month_until_a_request_was_filed_by_it() -> None:
    touches = Touches().touched(touch("K7Q"))
    assert touches.credited(AT + MONTH, MONTH) == "K7Q"
    assert touches.credited(AT + MONTH + timedelta(seconds=1), MONTH) is None
    assert touches.spent("K7Q").credited(AT, MONTH) is None
    assert touches.spent("W2M").credited(AT, MONTH) == "K7Q"  # an older draft was filed: it was of another source
    assert touches.spent("K7Q").touched(touch("W2M", 1)).credited(AT + timedelta(days=1), MONTH) == "W2M"
    assert Touches().credited(AT, MONTH) is None


def test_contacts_that_become_one_keep_the_earliest_and_the_latest() -> None:
    one, other = Touches().touched(touch("K7Q", 1)).touched(touch("W2M", 2)), Touches().touched(touch("T8N", 0)).spent("T8N")
    assert one.merged(other) == other.merged(one) == Touches(touch("T8N"), touch("W2M", 2))
    assert Touches().merged(Touches()) == Touches()


@pytest.mark.parametrize("tail", [" (#K7Q)", " K7Q", " #K7", " (#K"])
@pytest.mark.parametrize("service", SERVICES)
def test_every_sentence_is_understood_as_its_service_whatever_became_of_the_code(service: str, tail: str) -> None:
    sentence = outreach_lists().sentence(catalogue().get(service))
    assert WORDS.read_text(read_code(f"{sentence}{tail}").text).service == service


def test_the_sentence_of_no_one_service_is_a_greeting() -> None:
    assert WORDS.read_text(read_code(f"{outreach_lists().any_service} (#T8N)").text).meaning is Meaning.GREETING
