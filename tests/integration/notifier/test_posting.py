"""Posts through the mouth to a simulator of the Graph API, over real HTTP and a real database: once each, or flagged."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from services.notifier.domain.posting import effect as effects
from services.notifier.domain.posting.effect import PostEffect
from services.notifier.domain.posting.post import SocialPost
from services.notifier.domain.posting.wording import full_text
from services.notifier.handlers import posting as handlers
from shared.errors import DomainError
from tests.integration.notifier.posting_rig import BUDI, INSTAGRAM, PAGE, SITI, PostingRig, make_posting_rig
from tests.integration.notifier.rig import IMPATIENT, running
from tests.support.eventually import eventually


@pytest.fixture
async def rig(mongo_url: str, database: str) -> AsyncIterator[PostingRig]:
    async with make_posting_rig(mongo_url, database) as made:
        yield made


async def test_what_two_people_agreed_on_is_published_at_its_time_with_words_for_who_does_not_see_it(rig: PostingRig) -> None:
    post = await rig.approved(await rig.content("ig", "fb", "tt", pictures=2))
    found = await rig.becomes(post, ig="done", fb="done", tt="by_hand")
    (instagram,), (page,) = rig.shown(INSTAGRAM), rig.shown(PAGE)
    assert found["ig"].provider_id == instagram["id"]
    assert [picture["alt"] for picture in instagram["pictures"]] == ["Kotak hijau"] * 2
    assert "kode #K7Q" in instagram["text"]
    assert "https://wa.me/6281200003519?text=" in page["text"]
    assert rig.network.world.refused_twice == 0


async def test_whoever_wrote_it_does_not_approve_it(rig: PostingRig) -> None:
    post = await rig.proposed(await rig.content("ig"))
    with pytest.raises(DomainError, match="second_person_needed"):
        await rig.parts.units.run(lambda tx: handlers.approve_post(tx, rig.parts.deps, post.post_id, 1, SITI))
    with pytest.raises(DomainError, match="post_changed"):
        await rig.parts.units.run(lambda tx: handlers.approve_post(tx, rig.parts.deps, post.post_id, 2, BUDI))
    assert rig.shown() == []


@pytest.mark.parametrize("kind", ["timeout_after_success", "no_answer", "server_error"])
async def test_an_answer_that_never_came_is_looked_up_before_anything_is_repeated(mongo_url: str, database: str, kind: str) -> None:
    async with make_posting_rig(mongo_url, database, **IMPATIENT) as rig:
        await rig.fault(kind, "publish")
        await rig.fault(kind, "feed")
        post = await rig.approved(await rig.content("ig", "fb"))
        found = await rig.becomes(post, ig="done", fb="done")
        assert len(rig.shown(INSTAGRAM)) == len(rig.shown(PAGE)) == 1
        assert rig.network.world.refused_twice == 0
    looked = kind == "timeout_after_success"
    assert [found[code].reason for code in ("ig", "fb")] == ["looked_there" if looked else "accepted"] * 2
    assert not found["ig"].maybe_twice


async def retried(rig: PostingRig, post: SocialPost, account: str) -> None:
    key = (await rig.effects(post))[account].key
    await rig.parts.units.run(lambda tx: handlers.retry_effect(tx, rig.parts.deps, key))


async def test_what_the_provider_refuses_keeps_its_plan_and_is_tried_again_or_mended(rig: PostingRig) -> None:
    await rig.fault("error", "publish", code=190)
    await rig.fault("error", "feed", code=368)
    post = await rig.approved(await rig.content("ig", "fb"))
    found = await rig.becomes(post, ig="refused", fb="refused")
    assert [found[code].reason for code in ("ig", "fb")] == ["meta_190", "meta_368"]
    await retried(rig, post, "ig")
    await rig.becomes(post, ig="done", fb="refused")
    better = replace(await rig.content("ig", "fb", text="Kata lain."), at=rig.clock())
    await rig.parts.units.run(lambda tx: handlers.mend_post(tx, rig.parts.deps, post.post_id, better, SITI, 1))
    with pytest.raises(DomainError, match="post_not_approved"):
        await retried(rig, post, "ig")
    await rig.parts.units.run(lambda tx: handlers.approve_post(tx, rig.parts.deps, post.post_id, 2, BUDI))
    await rig.becomes(post, ig="done", fb="done")
    assert "Kata lain." in rig.shown(PAGE)[0]["text"]
    assert len(rig.shown(INSTAGRAM)) == 1


async def test_limits_are_waited_for_and_containers_that_expired_are_made_anew(mongo_url: str, database: str) -> None:
    async with make_posting_rig(mongo_url, database, world={"posts_a_day": 1, "container_hours": 0.5}) as rig:
        first = await rig.approved(await rig.content("ig"))
        await rig.becomes(first, ig="done")
        second = await rig.approved(await rig.content("ig", text="Yang kedua."))
        await rig.becomes(second, ig="ready")

        async def full() -> PostEffect:
            rig.later(60)
            effect = (await rig.effects(second))["ig"]
            assert effect.reason == "limit_of_the_day"
            return effect

        assert (await eventually(full)).failures == 0
        rig.later(24 * 3600)
        await rig.becomes(second, ig="done")
        assert len(rig.shown(INSTAGRAM)) == 2


@pytest.mark.parametrize("called", [True, False], ids=["after the call", "before the call"])
async def test_a_try_whose_process_died_is_looked_for(mongo_url: str, database: str, called: bool) -> None:  # noqa: FBT001 - the two cases
    async with make_posting_rig(mongo_url, database, work=False) as rig:
        post = await rig.approved(await rig.content("fb"))
        deps = rig.parts.deps.posting
        account = deps.accounts["fb"]
        found = await deps.effects.head("fb")
        assert found is not None
        effect, version = found
        text = "mati di tengah"
        held = await deps.graph.prepare(account, text, [])
        begun = effects.start(effects.prepared(effect, held.ids, at=rig.clock()), at=rig.clock())  # type: ignore[union-attr]  # it was prepared
        assert await deps.effects.replace(begun, version)
        if called:
            await deps.graph.publish(account, _said(rig, post), begun.prepared)
        async with running(rig.parts):
            done = await rig.becomes(post, fb="done")
        assert done["fb"].reason == ("looked_there" if called else "accepted")
        assert len(rig.shown(PAGE)) == 1
        assert rig.network.world.refused_twice == 0, "it was looked for, and not Meta's to refuse"
        assert not done["fb"].maybe_twice


def _said(rig: PostingRig, post: SocialPost) -> str:
    return full_text(post.content.text, rig.parts.deps.posting.accounts["fb"].platform, "K7Q", rig.parts.deps.posting.ways)


async def test_a_picture_is_fetched_only_once_its_post_is_approved(rig: PostingRig) -> None:
    content = await rig.content("ig")
    post = await rig.proposed(content)
    address = f"{rig.own_url}/kiriman/{content.pictures[0].file_id}.jpg"
    assert (await rig.meta.get(address)).json()["code"] == "file_not_found"
    await rig.parts.units.run(lambda tx: handlers.approve_post(tx, rig.parts.deps, post.post_id, 1, BUDI))
    shown = await rig.meta.get(address)
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    await rig.becomes(post, ig="done")
