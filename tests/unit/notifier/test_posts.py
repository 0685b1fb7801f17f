"""A post's rules: who approves what, what is refused before a provider refuses it, what follows from each answer, and what is seen once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest

from services.notifier.api.meta import remarks_of
from services.notifier.desk.post_calendar import month_of
from services.notifier.desk.post_words import reason
from services.notifier.domain.broadcast import Hand
from services.notifier.domain.outcome import Accepted, NotSent, Outcome, Refused, Unanswered
from services.notifier.domain.posting import effect as effects
from services.notifier.domain.posting import post as rules
from services.notifier.domain.posting import remark as remarks
from services.notifier.domain.posting.accounts import Platform, SocialAccount, check_link
from services.notifier.domain.posting.effect import EffectState, PostEffect
from services.notifier.domain.posting.measure import Counts, check_counts, merged, next_measure
from services.notifier.domain.posting.post import PostContent, PostPicture, PostState, PostTarget, SocialPost
from services.notifier.domain.posting.remark import Remark, RemarkKind, RemarkState
from services.notifier.domain.posting.verdict import PostAction, PostVerdict, judge
from services.notifier.domain.posting.wording import ContactWays, full_text
from services.notifier.handlers.remarks import CameRemark, GoneRemark
from services.notifier.store.posting import EFFECTS, POSTS, REMARKS
from shared.errors import BadInput, DomainError
from shared.reference.outreach import outreach_lists

AT: Final = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SITI, BUDI = Hand("s-1", "Siti"), Hand("s-2", "Budi")
IG = SocialAccount("ig", Platform.INSTAGRAM, "Instagram", "178")
FB = SocialAccount("fb", Platform.FACEBOOK, "Facebook", "106")
X = SocialAccount("x", Platform.X, "X")
ACCOUNTS: Final = {account.code: account for account in (IG, FB, X)}
WAYS: Final = ContactWays("6281200003519", "https://kantor.example/", "Saya mau mengurus dokumen")
SQUARE: Final = PostPicture("file-1", 1080, 1080, "Kotak")


def content(**changes: Any) -> PostContent:
    values: dict[str, Any] = {
        "title": "KIA",
        "text": "KIA bisa lewat chat.",
        "pictures": (SQUARE,),
        "targets": (PostTarget("ig", "K7Q"),),
        "at": AT,
        **changes,
    }
    return PostContent(**values)


def refused(**changes: Any) -> str:
    with pytest.raises(DomainError) as error:
        rules.check_content(content(**changes), ACCOUNTS, WAYS, now=AT)
    return error.value.code


def test_what_a_platform_would_refuse_is_refused_before_anybody_approves_it() -> None:
    assert rules.check_content(content(), ACCOUNTS, WAYS, now=AT) == content()
    tall, wide = replace(SQUARE, height=1351), replace(SQUARE, width=2100)
    assert refused(title="") == "title_missing"
    assert refused(text=" ") == "text_missing"
    assert refused(targets=()) == "account_missing"
    assert refused(targets=(PostTarget("mastodon", "K7Q"),)) == "account_unknown"
    assert {refused(targets=(PostTarget("ig", code),)) for code in ("", "K0Q", "7KQ", "K7", "k7q")} == {"source_malformed"}
    assert refused(pictures=()) == "picture_missing"
    assert refused(pictures=(replace(SQUARE, alt=" "),)) == "alt_missing"
    assert refused(pictures=(SQUARE,) * 11) == "too_many_pictures"
    assert {refused(pictures=(each,)) for each in (tall, wide)} == {"picture_shape"}
    assert refused(text="#a " * 31) == "too_many_hashtags"
    assert refused(text="a" * 2200) == "text_too_long"
    assert refused(targets=(PostTarget("x", "K7Q"),), text="a" * 250) == "text_too_long"
    assert refused(at=AT - timedelta(minutes=1)) == "time_past"
    assert refused(at=AT + timedelta(days=401)) == "time_too_far"


def test_nobody_approves_what_they_wrote_and_an_approval_is_of_one_revision() -> None:
    post = SocialPost("p", content(), SITI, AT)
    for by, revision, code in ((SITI, 1, "second_person_needed"), (BUDI, 2, "post_changed")):
        with pytest.raises(DomainError, match=code):
            rules.approve(post, by, revision, at=AT)
    approved = rules.approve(post, BUDI, 1, at=AT)
    assert (approved.state, approved.judged_by) == (PostState.APPROVED, BUDI)
    mended = rules.mend(approved, content(text="Lain."), BUDI, 1, at=AT)
    assert (mended.state, mended.revision, mended.judged_by) == (PostState.PROPOSED, 2, None)
    with pytest.raises(DomainError, match="second_person_needed"):
        rules.approve(mended, BUDI, 2, at=AT)
    with pytest.raises(DomainError, match="note_missing"):
        rules.give_back(post, BUDI, 1, "  ", at=AT)
    assert rules.give_back(post, BUDI, 1, "Salah  jam.", at=AT).note == "Salah jam."
    with pytest.raises(DomainError, match="post_cancelled"):
        rules.mend(rules.cancel(post), content(), SITI, 1, at=AT)
    with pytest.raises(DomainError, match="post_mended_meanwhile"):
        rules.mend(mended, content(), SITI, 1, at=AT)


def test_each_platform_says_how_to_come_with_the_code() -> None:
    assert full_text("A", Platform.INSTAGRAM, "K7Q", WAYS) == "A\n\nUrus lewat WhatsApp 0812-0000-3519, tulis kode #K7Q. Gratis."
    page = full_text("A", Platform.FACEBOOK, "K7Q", WAYS)
    assert page.endswith("https://wa.me/6281200003519?text=Saya%20mau%20mengurus%20dokumen%20%28%23K7Q%29")
    assert full_text(page, Platform.FACEBOOK, "K7Q", WAYS) == page  # as a piece of the studio brings it
    assert full_text("A", Platform.FACEBOOK, "K7Q", replace(WAYS, number="")).endswith("https://kantor.example/m/K7Q")


VERDICTS: Final[tuple[tuple[Outcome, PostAction, PostAction], ...]] = (  # answer, before anybody sees it, where people may see it
    (Accepted("1"), PostAction.DONE, PostAction.DONE),
    (NotSent("connect_error"), PostAction.RETRY, PostAction.RETRY),
    (Unanswered("answer_timeout"), PostAction.RETRY, PostAction.UNKNOWN),
    (Refused(502), PostAction.RETRY, PostAction.UNKNOWN),
    (Refused(429), PostAction.LATER, PostAction.LATER),
    (Refused(500, 1), PostAction.RETRY, PostAction.UNKNOWN),
    (Refused(400, -1, None, 2207001), PostAction.RETRY, PostAction.UNKNOWN),
    (Refused(400, 4), PostAction.LATER, PostAction.LATER),
    (Refused(400, 4, None, 2207051), PostAction.REFUSED, PostAction.REFUSED),
    (Refused(400, 9, None, 2207042), PostAction.LATER, PostAction.LATER),
    (Refused(400, 24, None, 2207006), PostAction.ANEW, PostAction.UNKNOWN),
    (Refused(400, 24, None, 2207008), PostAction.RETRY, PostAction.RETRY),
    (Refused(400, 9007, None, 2207027), PostAction.RETRY, PostAction.RETRY),
    (Refused(400, 506), PostAction.UNKNOWN, PostAction.UNKNOWN),
    (Refused(401, 190), PostAction.REFUSED, PostAction.REFUSED),
    (Refused(403, 10), PostAction.REFUSED, PostAction.REFUSED),
    (Refused(403, 200), PostAction.REFUSED, PostAction.REFUSED),
    (Refused(400, 100), PostAction.REFUSED, PostAction.REFUSED),
    (Refused(400, 36003, None, 2207009), PostAction.REFUSED, PostAction.REFUSED),
)


@pytest.mark.parametrize(("outcome", "hidden", "visible"), VERDICTS)
def test_an_answer_is_judged_by_its_code_and_by_whether_people_may_see_it(
    outcome: Outcome, hidden: PostAction, visible: PostAction
) -> None:
    assert judge(outcome, visible=False).action is hidden
    verdict = judge(outcome, visible=True)
    assert verdict.action is visible
    if verdict.action in (PostAction.REFUSED, PostAction.LATER):
        assert reason(verdict.reason)


def ready(**changes: Any) -> PostEffect:
    return replace(effects.publication("p", "ig", "K7Q", 1, at=AT, by_hand=False), prepared=("c-1",), **changes)


def test_a_try_whose_end_nobody_knows_is_looked_for_twice_before_it_is_repeated() -> None:
    lost = effects.lose(effects.start(ready(), at=AT), at=AT, unknown_seconds=20)
    assert (lost.state, lost.next_at) == (EffectState.UNKNOWN, AT + timedelta(seconds=20))
    with pytest.raises(DomainError, match="effect_not_startable"):
        effects.start(lost, at=AT)
    once = effects.found_absent(lost, at=AT, jitter=0.0)
    assert (once.state, once.next_at > AT) == (EffectState.UNKNOWN, True)
    twice = effects.found_absent(once, at=AT, jitter=0.0)
    assert (twice.state, twice.prepared, twice.maybe_twice) == (EffectState.READY, ("c-1",), False)
    unreachable = lost
    for _ in range(11):
        unreachable = effects.look_later(unreachable, at=AT, jitter=0.0)
        assert unreachable.state is EffectState.UNKNOWN
    assert effects.look_later(unreachable, at=AT, jitter=0.0).state is EffectState.FLAGGED


def test_what_is_never_there_however_often_it_is_tried_is_left_to_a_person() -> None:
    """A "duplicate" of what nobody finds, or Meta's "unknown error" at each try, went on for ever and nobody was told."""
    duplicate, tries = judge(Refused(400, 506), visible=True), 0
    effect = ready()
    while effect.state is EffectState.READY:
        tries += 1
        effect = effects.settle(effects.start(effect, at=AT), duplicate, at=AT, jitter=0.0, unknown_seconds=20)
        for _ in range(2):
            effect = effects.found_absent(effect, at=AT, jitter=0.0)
    assert (effect.state, effect.reason, tries) == (EffectState.REFUSED, "meta_506", 12)


def test_what_is_prepared_for_ever_is_prepared_anew() -> None:
    held = effects.prepared(ready(), ("c-1",), at=AT)
    soon, late = (effects.not_ready(held, at=AT + timedelta(minutes=minutes), look_seconds=5) for minutes in (9, 11))
    assert (soon.action, soon.wait_seconds) == (PostAction.LATER, 5)
    assert (late.action, late.reason) == (PostAction.ANEW, "container_stuck")
    assert effects.settle(held, late, at=AT, jitter=0.0, unknown_seconds=20).failures == 1


def test_a_refusal_of_a_repeated_try_is_in_doubt_once() -> None:
    no = PostVerdict(PostAction.REFUSED, "meta_100")
    first = effects.start(ready(), at=AT)
    assert effects.doubted(first, no) is no
    second = replace(first, attempt=2)
    doubt = effects.doubted(second, no)
    assert doubt.action is PostAction.UNKNOWN
    known = effects.settle(second, doubt, at=AT, jitter=0.0, unknown_seconds=20)
    assert effects.doubted(known, no) is no


def test_what_is_tried_too_often_is_refused_and_a_person_may_try_again() -> None:
    effect, passing = ready(), PostVerdict(PostAction.RETRY, "connect_error")
    for _ in range(12):
        assert effect.state is EffectState.READY
        effect = effects.settle(effect, passing, at=AT, jitter=0.0, unknown_seconds=20)
    assert (effect.state, effect.reason) == (EffectState.REFUSED, "connect_error")
    again = effects.try_again(effect, at=AT)
    assert (again.state, again.prepared, again.failures, again.maybe_twice) == (EffectState.READY, (), 0, False)
    assert effects.try_again(effects.flag(effect, at=AT), at=AT).maybe_twice
    waits = effects.settle(ready(), PostVerdict(PostAction.LATER, "meta_9", 3600.0), at=AT, jitter=0.0, unknown_seconds=20)
    assert (waits.state, waits.failures, waits.next_at) == (EffectState.READY, 0, AT + timedelta(hours=1))
    gone = effects.settle(ready(), PostVerdict(PostAction.ANEW, "container_gone"), at=AT, jitter=0.0, unknown_seconds=20)
    assert (gone.state, gone.prepared) == (EffectState.READY, ())


def test_what_people_may_see_is_not_called_off_and_what_they_see_stays() -> None:
    for state in (EffectState.RUNNING, EffectState.UNKNOWN, EffectState.FLAGGED):
        with pytest.raises(DomainError, match="post_in_flight"):
            effects.call_off(ready(state=state))
    out = effects.done(effects.start(ready(), at=AT), "1", at=AT)
    assert effects.call_off(out) is out
    off = effects.call_off(ready())
    assert off.state is EffectState.CANCELLED
    anew = effects.plan_again(off, "W2M", 2, at=AT, by_hand=False)
    assert (anew.key, anew.state, anew.revision, anew.source, anew.prepared) == (off.key, EffectState.READY, 2, "W2M", ())


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("https://x.com/dukcapil/status/1", ""),
        ("https://twitter.com/dukcapil/status/1", ""),
        ("https://mobile.x.com/a/status/1", ""),
        ("https://notx.com/a", "link_foreign"),
        ("https://www.tiktok.com/@a/video/1", "link_foreign"),
        ("x.com/a", "link_wrong"),
        ("https://x.com/", "link_wrong"),
        ("https://x.com/dukcapil", "link_wrong"),
        ("javascript:alert(1)", "link_wrong"),
        ("https://[x", "link_wrong"),
        ("https://lain.example\\.x.com/a", "link_wrong"),  # a browser goes to lain.example
        ("https://x.com/a\nb", "link_wrong"),
    ],
)
def test_a_link_that_is_pasted_back_leads_to_its_platform(link: str, code: str) -> None:
    by_hand = effects.publication("p", "x", "K7Q", 1, at=AT, by_hand=True)
    if not code:
        posted = effects.posted_by_hand(by_hand, check_link(X, f" {link} "), at=AT)
        assert (posted.state, posted.link, posted.measure_at) == (EffectState.DONE, link, None)
        return
    with pytest.raises(DomainError, match=code):
        check_link(X, link)


def test_numbers_are_read_often_while_young_then_daily_then_never() -> None:
    hour = timedelta(hours=1)
    assert next_measure(AT, at=AT + hour, every=hour) == AT + 2 * hour
    assert next_measure(AT, at=AT + timedelta(days=3), every=hour) == AT + timedelta(days=4)
    assert next_measure(AT, at=AT + timedelta(days=31), every=hour) is None
    first = merged(None, Counts(reach=10, views=12), at=AT)
    assert merged(first, Counts(views=15), at=AT).counts == Counts(reach=10, views=15)
    assert (Counts(reach=3).seen, Counts(reach=3, views=4).seen, Counts().seen) == (3, 4, None)
    for wrong, code in ((Counts(), "count_missing"), (Counts(views=-1), "count_wrong")):
        with pytest.raises(DomainError, match=code):
            check_counts(wrong)


def remark(**changes: Any) -> Remark:
    values: dict[str, Any] = {
        "remark_id": "ig:1",
        "kind": RemarkKind.COMMENT,
        "account": "ig",
        "provider_id": "1",
        "author": "99",
        "author_name": "warga",
        "text": "Syaratnya apa?",
        "written_at": AT,
        "came_at": AT,
        "due_at": AT,
        **changes,
    }
    return Remark(**values)


def test_what_asks_waits_for_one_person_and_what_does_not_waits_for_nobody() -> None:
    asking = ("Syaratnya apa", "kak bisa hari sabtu", "piye carane", "Berapa lama?", "mau urus akta")
    assert all(remarks.asks(text, RemarkKind.COMMENT) for text in asking)
    assert not any(remarks.asks(text, RemarkKind.COMMENT) for text in ("Mantap", "Terima kasih dukcapil", "👍"))
    assert remarks.asks("Mantap", RemarkKind.MESSAGE)
    said = outreach_lists().said
    assert remarks.wanted_services("Kak, AKTA LAHIR anak kedua gimana?", said) == ("akta_lahir",)
    assert remarks.wanted_services("faktalahir", said) == ()
    mine = remarks.take(remark(), SITI)
    with pytest.raises(DomainError, match="remark_taken"):
        remarks.answered(mine, "Ya", BUDI, at=AT)
    done = remarks.answered(mine, " Ya ", SITI, at=AT)
    assert (done.state, done.answer, done.by_machine) == (RemarkState.ANSWERED, "Ya", False)
    for text, code in (("", "answer_missing"), ("a" * 1001, "answer_too_long")):
        with pytest.raises(DomainError, match=code):
            remarks.answered(mine, text, SITI, at=AT)
    with pytest.raises(DomainError, match="remark_not_open"):
        remarks.close(done, SITI, at=AT)


def test_a_webhook_is_read_and_what_is_ours_or_another_accounts_is_left_out() -> None:
    comment = b'{"id":"c1","from":{"id":"99","username":"w"},"text":"Halo?","media":{"id":"m1"}}'
    ours = comment.replace(b'"99"', b'"178"')
    body = b'{"object":"instagram","entry":[{"id":"178","time":1795489200,"changes":[{"field":"comments","value":%b}]}]}'
    (came,) = remarks_of(body % comment, {"178": "ig"})
    assert isinstance(came, CameRemark)
    assert (came.account, came.provider_id, came.media, came.author, came.text) == ("ig", "c1", "m1", "99", "Halo?")
    assert list(remarks_of(body % ours, {"178": "ig"})) == []
    assert list(remarks_of(body % comment, {"1": "ig"})) == []
    for broken in (b"{", b"[]", b'{"entry":[7]}', b'{"entry":7}'):
        with pytest.raises(BadInput, match="body_malformed"):
            list(remarks_of(broken, {"178": "ig"}))


@pytest.mark.parametrize(
    "odd",
    [b"7", b"{}", b'{"field":"comments","value":{}}', b'{"field":"feed","value":{"item":"comment","verb":"add","created_time":1e300}}'],
)
def test_one_thing_that_can_not_be_read_takes_nothing_along(odd: bytes) -> None:
    """Meta sends many together, and again until they are taken: one that we can't read would have kept out the others for ever."""
    fine = b'{"field":"comments","value":{"id":"c1","from":{"id":"99"},"text":"Halo?","media":{"id":"m1"}}}'
    body = b'{"entry":[{"id":"178","time":1795489200,"changes":[%b,%b]}]}' % (odd, fine)
    assert [getattr(each, "text", None) for each in remarks_of(body, {"178": "ig"})] == ["Halo?"]


def test_what_somebody_edits_or_takes_back_is_told_and_nobody_need_say_who_they_are() -> None:
    value = b'{"item":"comment","comment_id":"c1","post_id":"p1","message":"Kapan buka?","verb":"%b"}'
    body = b'{"entry":[{"id":"106","time":1795489200,"changes":[{"field":"feed","value":%b}]}]}'
    came, again, gone = (next(remarks_of(body % (value % verb), {"106": "fb"})) for verb in (b"add", b"edited", b"remove"))
    assert isinstance(came, CameRemark)
    assert (came.author, came.is_edited) == ("", False)
    assert (again, gone) == (replace(came, is_edited=True), GoneRemark("fb", "c1"))
    unsent = b'{"entry":[{"id":"178","messaging":[{"sender":{"id":"99"},"message":{"mid":"m","is_deleted":true}}]}]}'
    assert list(remarks_of(unsent, {"178": "ig"})) == [GoneRemark("ig", "m")]
    open_one = remark(state=RemarkState.SILENT, text="Mantap")
    assert remarks.edited(open_one, "Syaratnya apa?").state is RemarkState.OPEN
    done = remarks.answered(remark(), "Ya", SITI, at=AT)
    assert remarks.edited(done, "Lain").text == done.text
    left = remarks.taken_back(remark())
    assert (left.text, left.author, left.author_name, left.state) == ("", "", "", RemarkState.SILENT)
    assert remarks.edited(left, "Syaratnya apa?") == left, "its words come back by an edit that is told late"


def test_a_month_has_whole_weeks() -> None:
    month = month_of("2026-02", date(2026, 2, 3))
    post = SocialPost("p", content(at=datetime(2026, 2, 28, 18, 0, tzinfo=UTC)), SITI, AT)  # 1 March in Madiun
    weeks = month.weeks([post])
    assert (weeks[0][0].on, weeks[-1][-1].on) == (date(2026, 1, 26), date(2026, 3, 1))
    assert [day.on for week in weeks for day in week if day.posts] == [date(2026, 3, 1)]
    assert {month_of(text, date(2026, 2, 3)).first for text in ("", "abc", "2026-13", "0001-01")} == {date(2026, 2, 1)}


def test_everything_comes_back_from_its_document() -> None:
    post = rules.approve(SocialPost("p", content(), SITI, AT), BUDI, 1, at=AT)
    effect = replace(effects.done(effects.start(ready(), at=AT), "1", at=AT), measured=merged(None, Counts(views=1), at=AT))
    answered = remarks.answered(remark(services=("kia_baru",)), "Ya", SITI, at=AT)
    assert POSTS.from_doc({"_id": "p", **POSTS.to_doc(post)}) == post
    assert EFFECTS.from_doc({"_id": effect.key, **EFFECTS.to_doc(effect)}) == effect
    assert REMARKS.from_doc({"_id": "ig:1", **REMARKS.to_doc(answered)}) == answered
