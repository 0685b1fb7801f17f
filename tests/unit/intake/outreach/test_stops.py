"""Drafts that ended without a request: which they are, and at which question they stopped."""

from dataclasses import replace
from datetime import timedelta

from services.intake.domain.chat import Conversation, Say
from services.intake.domain.counting import CountSeries, fold
from services.intake.domain.drafts import DRAFT_LIFETIME, expire
from services.intake.domain.outreach.funnel import WhoAndWhere, question_step, stop_step
from services.intake.domain.outreach.stops import given_up, stopped_at
from tests.unit.intake.talks import BY_TYPE, WORLD, begun, talk, walk


def where(before: Conversation, *words: str) -> list[str]:
    """At which questions drafts of a chat stopped when these words were said."""
    after, facts = talk(before, *words)
    return [stopped_at(draft, WORLD.menu, WORLD.today) for draft in given_up(before, after, facts)]


def test_a_cancelled_draft_stopped_at_its_open_question() -> None:
    chat = begun("kk_hilang")
    assert where(chat, "batal") == ["kk_hilang.nik"]
    answered, _ = walk(chat, BY_TYPE, until="kk_number")
    assert where(answered, "batal") == ["kk_hilang.kk_number"]
    assert where(answered, "halo") == []


def test_a_whole_draft_stopped_before_it_was_sent() -> None:
    whole, _ = walk(begun("kk_hilang"), BY_TYPE)
    assert where(whole, "batal") == ["kk_hilang.-"]


def test_what_was_filed_or_is_known_already_or_mends_was_not_given_up() -> None:
    whole, _ = walk(begun("kk_hilang"), BY_TYPE)
    assert whole.draft is not None
    assert where(whole, "ya") == [], "it is a request"
    ended = replace(whole, draft=None)
    assert given_up(whole, ended, (Say("already_open"),)) == ()
    assert given_up(whole, ended, ()) == (whole.draft,)
    mending = replace(whole, draft=replace(whole.draft, mends="r-1"))
    assert given_up(mending, ended, ()) == ()


def test_silence_ends_all_drafts_of_a_chat_each_counted() -> None:
    two, _ = talk(begun("kk_hilang"), "mau urus ktp hilang", "ya")
    assert two.touched_at is not None
    after, facts = expire(two, two.touched_at + DRAFT_LIFETIME + timedelta(seconds=1))
    services = {draft.service for draft in given_up(two, after, facts)}
    assert services == {draft.service for draft in (two.draft, *two.parked) if draft}
    assert "kk_hilang" in services


def test_each_draft_stops_once_at_one_question() -> None:
    what = WhoAndWhere("K7Q", "kk_hilang", "3519072001")
    one, other = (stop_step(mark, WORLD.today, what) for mark in ("a", "b"))
    assert one.key != other.key
    assert stop_step("a", WORLD.today, what).key == one.key
    rows = [question_step(step, "kk_hilang.nik").row for step in (one, other)]
    assert len({row.key for row in (*rows, one.row, other.row)}) == 4
    assert question_step(one, "kk_hilang.-").key == rows[0].key, "one draft ends once"
    ((place, counts),) = fold(rows).items()
    assert place == (CountSeries.STOPS, WORLD.today.isoformat())
    assert counts == {("stopped", ("kk_hilang.nik", "kk_hilang", "3519072001")): 2}
