"""What somebody posts by hand: a text that fits the platform, a link that leads to a post of it, and a place among what waits, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from services.notifier.domain.posting import effect as effects
from services.notifier.domain.posting.accounts import GRAPH, LIMITS, Platform, SocialAccount, check_link, length
from services.notifier.domain.posting.effect import EffectState
from services.notifier.domain.posting.post import PostContent, PostPicture, PostTarget, check_content
from services.notifier.domain.posting.wording import ContactWays, full_text, is_cut
from shared.errors import DomainError

AT: Final = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
WAYS: Final = ContactWays("6281200003519", "https://kantor.example/", "Saya mau mengurus dokumen")
LONG: Final = "Akta lahir bisa diurus dari rumah lewat chat, gratis, dan dikirim ke HP. " * 100
BY_HAND: Final = sorted(set(Platform) - GRAPH)
PICTURE: Final = PostPicture("file-1", 1080, 1080, "Kotak")


@pytest.mark.parametrize("platform", BY_HAND)
def test_a_text_is_cut_at_a_word_to_what_the_platform_takes_and_how_to_come_stays(platform: Platform) -> None:
    said = full_text(LONG, platform, "K7Q", WAYS)
    call = full_text("", platform, "K7Q", WAYS).strip()
    words = said.removesuffix(f"\n\n{call}")
    most = LIMITS[platform].characters
    assert most / 2 < length(said, platform) <= most
    assert LONG.startswith(words)
    assert words.endswith("ke HP."), "at the end of a sentence"
    assert is_cut(LONG, said)
    short = full_text("Akta lahir, gratis.", platform, "K7Q", WAYS)
    assert short == f"Akta lahir, gratis.\n\n{call}"
    assert not is_cut("Akta lahir, gratis.", short)
    account = SocialAccount("a", platform, platform.value)
    content = PostContent("Akta", LONG[:5000], (PICTURE,), (PostTarget("a", "K7Q"),), AT)
    assert check_content(content, {"a": account}, WAYS, now=AT) == content


def test_a_text_of_the_studio_keeps_the_paragraph_that_has_its_code() -> None:
    call = "Mulai di sini: https://wa.me/6281200003519?text=Saya%20mau%20%28%23K7Q%29\nAtau tulis kode #K7Q."
    said = full_text(f"{LONG[:400]}\n\n{call}\n\nGratis. #DukcapilMadiun", Platform.X, "K7Q", WAYS)
    assert said.endswith(f".\n\n{call}")
    assert length(said, Platform.X) <= 280


def test_a_text_without_a_sentence_that_fits_breaks_off_at_a_word() -> None:
    said = full_text("kata " * 100, Platform.X, "K7Q", WAYS)
    assert said.partition("\n\n")[0].endswith("kata kata…")
    assert length(said, Platform.X) <= 280
    assert full_text("a" * 400, Platform.X, "K7Q", WAYS).startswith("a" * 400), "refused, for nothing of it can be cut"


def test_what_a_machine_publishes_is_never_cut_but_refused() -> None:
    for platform in GRAPH:
        assert full_text(LONG, platform, "K7Q", WAYS).startswith(LONG.strip())
    account = SocialAccount("ig", Platform.INSTAGRAM, "Instagram", "178")
    content = PostContent("Akta", LONG[:5000], (PICTURE,), (PostTarget("ig", "K7Q"),), AT)
    with pytest.raises(DomainError, match="text_too_long"):
        check_content(content, {"ig": account}, WAYS, now=AT)


@pytest.mark.parametrize(
    ("text", "counted"),
    [("Halo", 4), ("https://wa.me/6281200003519?text=panjang-sekali-sekali", 23), ("Halo 👋", 7), ("…", 2), ("a https://x.com b", 27)],
)
def test_a_text_on_x_is_weighed(text: str, counted: int) -> None:
    assert length(text, Platform.X) == counted
    assert length(text, Platform.TELEGRAM) == len(text)


GOOD: Final = {
    Platform.INSTAGRAM: ("www.instagram.com/p/C1a-b_/", "instagram.com/dukcapil/reel/C1/?igsh=1"),
    Platform.FACEBOOK: (
        "www.facebook.com/dukcapil/posts/pfbid02abc",
        "www.facebook.com/permalink.php?story_fbid=12&id=34",
        "www.facebook.com/photo/?fbid=12&set=a.1",
        "www.facebook.com/share/p/1AbC/",
        "fb.watch/aBc-1/",
    ),
    Platform.TIKTOK: ("www.tiktok.com/@dukcapil.madiun/video/7300000000000000000", "www.tiktok.com/@a/photo/73", "vt.tiktok.com/ZS8abc/"),
    Platform.X: ("x.com/dukcapil/status/1", "twitter.com/i/web/status/1?s=20"),
    Platform.YOUTUBE: (
        "www.youtube.com/watch?app=1&v=dQw4w9WgXcQ",
        "youtu.be/dQw4w9WgXcQ",
        "www.youtube.com/post/Ugkx",
        "youtube.com/shorts/a-b",
    ),
    Platform.TELEGRAM: ("t.me/dukcapilmadiun/123", "t.me/s/dukcapilmadiun/123", "t.me/c/1234567/89"),
}
PROFILES: Final = {
    Platform.INSTAGRAM: ("instagram.com/dukcapil", "instagram.com/stories/"),
    Platform.FACEBOOK: ("facebook.com/dukcapil", "facebook.com/profile.php?id=1"),
    Platform.TIKTOK: ("tiktok.com/@dukcapil", "tiktok.com/"),
    Platform.X: ("x.com/dukcapil", "x.com/home"),
    Platform.YOUTUBE: ("youtube.com/@dukcapil", "youtube.com/"),
    Platform.TELEGRAM: ("t.me/dukcapilmadiun", "t.me/+AbCd"),
}


@pytest.mark.parametrize("platform", list(Platform))
def test_a_link_leads_to_a_post_of_that_platform_and_not_to_an_account(platform: Platform) -> None:
    account = SocialAccount("a", platform, "Akun")
    for link in GOOD[platform]:
        assert check_link(account, f" https://{link}\n") == f"https://{link}"
    for link in PROFILES[platform]:
        with pytest.raises(DomainError, match="link_wrong"):
            check_link(account, f"https://{link}")
    for other, links in GOOD.items():
        if other is not platform:
            with pytest.raises(DomainError, match="link_foreign"):
                check_link(account, f"https://{links[0]}")


def test_what_is_posted_by_hand_waits_from_its_time_until_its_link_is_there_and_never_again() -> None:
    waiting = effects.publication("p", "tt", "K7Q", 1, at=AT, by_hand=True)
    assert not effects.needs_person(waiting, at=AT - timedelta(seconds=1))
    assert effects.needs_person(waiting, at=AT)
    posted = effects.posted_by_hand(waiting, "https://vt.tiktok.com/ZS8abc/", at=AT)
    assert (posted.state, posted.measure_at) == (EffectState.DONE, None)
    assert not effects.needs_person(posted, at=AT + timedelta(days=30))
    with pytest.raises(DomainError, match="effect_not_by_hand"):
        effects.posted_by_hand(posted, "https://vt.tiktok.com/ZS8abc/", at=AT)
    for state in (EffectState.REFUSED, EffectState.FLAGGED):
        assert effects.needs_person(replace(waiting, state=state), at=AT)


@pytest.mark.parametrize("platform", [Platform.INSTAGRAM, Platform.TIKTOK])
def test_where_words_alone_cannot_be_posted_a_picture_is_asked_for(platform: Platform) -> None:
    account = SocialAccount("a", platform, "Akun")
    content = PostContent("Akta", "Gratis.", (), (PostTarget("a", "K7Q"),), AT)
    with pytest.raises(DomainError, match="picture_missing"):
        check_content(content, {"a": account}, WAYS, now=AT)
