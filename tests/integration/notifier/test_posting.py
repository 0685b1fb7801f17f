"""Posts through the mouth to a simulator of the Graph API, over real HTTP and a real database: once each, or flagged."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.notifier.handlers import posting as handlers
from shared.errors import DomainError
from tests.integration.notifier.posting_rig import BUDI, INSTAGRAM, PAGE, SITI, PostingRig, make_posting_rig


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
async def test_an_answer_that_never_came_is_looked_up_before_anything_is_repeated(rig: PostingRig, kind: str) -> None:
    await rig.fault(kind, "publish")
    await rig.fault(kind, "feed")
    post = await rig.approved(await rig.content("ig", "fb"))
    found = await rig.becomes(post, ig="done", fb="done")
    assert len(rig.shown(INSTAGRAM)) == len(rig.shown(PAGE)) == 1
    assert rig.network.world.refused_twice == 0
    looked = kind == "timeout_after_success"
    assert [found[code].reason for code in ("ig", "fb")] == ["looked_there" if looked else "accepted"] * 2
    assert not found["ig"].maybe_twice
