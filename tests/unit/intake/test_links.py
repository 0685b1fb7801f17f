"""Links: what makes one hold, and what ends it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.intake.domain.contacts import ChatContact, ChatIdentity, learn, merge
from services.intake.domain.docket import DayCount
from services.intake.domain.links import End, Level, PersonLink, granted, lapsed, revoked, valid_link
from shared.errors import DomainError, NotFound

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
LINK = PersonLink("l-1", "3519081708850003", Level.COUNTER, AT, "loket", AT + YEAR)
LATER = AT + timedelta(days=1)
OTHER = replace(LINK, link_id="l-2", nik="3519081708850004", granted_at=LATER)
CONTACT = ChatContact("c-1", wa_id="6281234567890", bsuid="ID.1", links=(LINK,))


@pytest.mark.parametrize(
    ("link", "at", "expected"),
    [
        (LINK, AT, True),
        (LINK, AT + YEAR - timedelta(seconds=1), True),
        (LINK, AT + YEAR, False),
        (replace(LINK, ended_at=LATER, end=End.REVOKED), LATER, False),
    ],
    ids=["at once", "the last second", "after its date", "ended"],
)
def test_a_link_holds_until_its_date_or_its_end(link: PersonLink, at: datetime, expected: bool) -> None:  # noqa: FBT001 - a table
    assert link.is_valid(at) is expected
    assert (valid_link((link,), at) is not None) is expected


def test_a_new_link_takes_the_place_of_what_held_and_leaves_what_ended() -> None:
    before = (replace(LINK, link_id="l-0", ended_at=AT, end=End.REVOKED, ended_by="x"), LINK)
    after = granted(before, OTHER)
    assert [(link.link_id, link.end) for link in after] == [("l-0", End.REVOKED), ("l-1", End.REPLACED), ("l-2", None)]
    assert after[1].ended_by == "loket"


def test_a_link_is_revoked_once() -> None:
    after = revoked((LINK, OTHER), "l-1", "petugas-01", LATER)
    assert [(link.end, link.ended_by) for link in after] == [(End.REVOKED, "petugas-01"), (None, None)]
    with pytest.raises(DomainError, match="link_ended"):
        revoked(after, "l-1", "petugas-01", LATER)
    with pytest.raises(NotFound, match="link_not_found"):
        revoked(after, "l-9", "petugas-01", LATER)


def test_of_two_that_hold_the_newest_counts() -> None:
    assert valid_link((OTHER, LINK), LATER) == OTHER


@pytest.mark.parametrize(
    ("contact", "identity", "holds"),
    [
        (CONTACT, ChatIdentity("6281234567890", "ID.1"), True),
        (CONTACT, ChatIdentity("6281234567890"), True),
        (CONTACT, ChatIdentity(bsuid="ID.1", username="siti"), True),
        (replace(CONTACT, bsuid=None), ChatIdentity("6281234567890", "ID.1"), True),
        (CONTACT, ChatIdentity("6281234567890", "ID.2"), False),
        (CONTACT, ChatIdentity("6281999999999", "ID.1"), False),
        (CONTACT, ChatIdentity("6281999999999"), False),
    ],
    ids=["the same", "phone alone", "bsuid alone", "first bsuid", "another account has the number", "a new number", "only a new number"],
)
def test_a_link_lapses_when_the_account_changes_hands(contact: ChatContact, identity: ChatIdentity, holds: bool) -> None:  # noqa: FBT001
    after = learn(contact, identity, LATER)
    assert (after.link_at(LATER) is not None) is holds
    assert after.links[0].end is (None if holds else End.CHANGED_HANDS)


def test_two_halves_of_one_account_keep_their_links_and_two_numbers_do_not() -> None:
    phone, account = replace(CONTACT, bsuid=None), ChatContact("c-2", bsuid="ID.1")
    merged, gone = merge(phone, account, LATER)
    assert (merged.link_at(LATER), gone.links) == (LINK, ())
    merged, gone = merge(account, phone, LATER)
    assert (merged.link_at(LATER), gone.links) == (LINK, ())
    merged, _ = merge(CONTACT, ChatContact("c-3", wa_id="6281999999999", links=(OTHER,)), LATER)
    assert merged.link_at(LATER) is None
    assert {link.end for link in merged.links} == {End.CHANGED_HANDS}


def test_what_lapsed_stays_as_it_ended() -> None:
    once = lapsed((LINK,), LATER)
    assert lapsed(once, LATER + YEAR) == once


def test_a_tally_counts_one_day() -> None:
    today, tomorrow = AT.date(), LATER.date()
    tally = DayCount().plus_one(today).plus_one(today)
    assert (tally.on(today), tally.on(tomorrow)) == (2, 0)
    assert tally.plus_one(tomorrow).on(tomorrow) == 1


def test_neither_phone_nor_nik_shows_in_what_is_printed() -> None:
    assert "3519" not in repr(LINK)
    assert "6281" not in repr(CONTACT)
