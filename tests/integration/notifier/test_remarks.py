"""What people write under posts and to accounts: once each, answered with a link or by somebody, and never twice without a flag."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator
from functools import partial

import orjson
import pytest

from services.notifier.domain.posting.effect import EffectState, PostEffect
from services.notifier.domain.posting.remark import Remark, RemarkState
from services.notifier.handlers import posting, remarks
from services.notifier.ports.posting import RemarkQuery
from tests.integration.notifier.posting_rig import APP_SECRET, INSTAGRAM, PAGE, SITI, PostingRig, make_posting_rig
from tests.integration.notifier.rig import IMPATIENT
from tests.support.eventually import eventually


@pytest.fixture
async def rig(mongo_url: str, database: str) -> AsyncIterator[PostingRig]:
    async with make_posting_rig(mongo_url, database) as made:
        yield made


@pytest.fixture
async def impatient(mongo_url: str, database: str) -> AsyncIterator[PostingRig]:
    """It does not wait long for an answer."""
    async with make_posting_rig(mongo_url, database, **IMPATIENT) as made:
        yield made


async def kept(rig: PostingRig, count: int) -> list[Remark]:
    async def there() -> list[Remark]:
        found = list((await rig.parts.deps.posting.reader.remarks(RemarkQuery())).rows)
        assert len(found) == count
        return found

    return await eventually(there)


async def answer_is(rig: PostingRig, remark: Remark, state: EffectState) -> PostEffect:
    key = f"answer:{remark.remark_id}"

    async def there() -> PostEffect:
        rig.later(2)
        effect = (await rig.parts.deps.posting.reader.effects([key]))[key]
        assert effect.state is state, (effect.state, effect.reason)
        return effect

    return await eventually(there)


async def test_who_names_a_service_gets_the_link_with_the_posts_code_by_itself(rig: PostingRig) -> None:
    post = await rig.approved(await rig.content("ig", "fb"))
    await rig.becomes(post, ig="done", fb="done")
    (instagram,), (page,) = rig.shown(INSTAGRAM), rig.shown(PAGE)
    for shown in (instagram, page):
        await rig.meta.post("/sim/faults", json={"kind": "webhook_duplicate", "count": 1})
        await rig.meta.post(f"/sim/posts/{shown['id']}/comments", json={"text": "Mau akta lahir anak kedua kak"})
    await rig.meta.post(f"/sim/posts/{instagram['id']}/comments", json={"text": "Mantap"})
    found = await kept(rig, 3)
    asked = [each for each in found if each.services]
    assert {each.state for each in asked} == {RemarkState.ANSWERED}
    assert all(each.by_machine and each.post_id == post.post_id and each.source == "K7Q" for each in asked)
    assert [each.state for each in found if not each.services] == [RemarkState.SILENT]
    for each in asked:
        await answer_is(rig, each, EffectState.DONE)
    for node in (INSTAGRAM, PAGE):
        (ours,) = [each for each in rig.shown(node)[0]["comments"] if each["ours"]]
        assert "%23K7Q" in ours["text"]
    assert len(await kept(rig, 3)) == 3  # our own answers came back by the webhook, too


async def test_whoever_comments_a_hundred_times_gets_the_link_once(rig: PostingRig) -> None:
    post = await rig.approved(await rig.content("ig"))
    await rig.becomes(post, ig="done")
    (shown,) = rig.shown(INSTAGRAM)
    one, other = "70001", "70002"
    for author, text in ((one, "Mau akta lahir"), (one, "akta lahir akta lahir"), (one, "akta lahir?"), (other, "akta lahir")):
        await rig.meta.post(f"/sim/posts/{shown['id']}/comments", json={"text": text, "author": author})
        await eventually(partial(_one_of, rig, text))
    found = {(each.author, each.text): (each.state, each.by_machine) for each in await kept(rig, 4)}
    assert found[one, "Mau akta lahir"] == found[other, "akta lahir"] == (RemarkState.ANSWERED, True)
    assert found[one, "akta lahir akta lahir"] == (RemarkState.SILENT, False)
    assert found[one, "akta lahir?"] == (RemarkState.OPEN, False), "what they ask after that waits for somebody"


async def _one_of(rig: PostingRig, text: str) -> bool:
    return text in {each.text for each in (await rig.parts.deps.posting.reader.remarks(RemarkQuery())).rows}


async def test_an_answer_whose_end_nobody_knows_is_looked_for_or_left_to_a_person(impatient: PostingRig) -> None:
    rig = impatient
    post = await rig.approved(await rig.content("ig"))
    await rig.becomes(post, ig="done")
    (shown,) = rig.shown(INSTAGRAM)
    await rig.meta.post(f"/sim/posts/{shown['id']}/comments", json={"text": "Buka jam berapa?"})
    (comment,) = await kept(rig, 1)
    await rig.fault("timeout_after_success", "answer")
    await rig.parts.units.run(lambda tx: remarks.answer_remark(tx, rig.parts.deps, comment.remark_id, "Jam delapan.", SITI))
    assert (await answer_is(rig, comment, EffectState.DONE)).reason == "looked_there"
    assert len([each for each in rig.shown(INSTAGRAM)[0]["comments"] if each["ours"]]) == 1

    await rig.meta.post("/sim/messages", json={"text": "Halo"})
    message = next(each for each in await kept(rig, 2) if each.kind == "message")
    await rig.fault("timeout_after_success", "message")
    await rig.parts.units.run(lambda tx: remarks.answer_remark(tx, rig.parts.deps, message.remark_id, "Halo juga.", SITI))
    flagged = await answer_is(rig, message, EffectState.FLAGGED)
    assert len([each for each in rig.network.world.messages.values() if each.ours]) == 1
    await rig.parts.units.run(lambda tx: posting.retry_effect(tx, rig.parts.deps, flagged.key))
    assert (await answer_is(rig, message, EffectState.DONE)).maybe_twice


async def test_what_is_not_signed_by_meta_is_refused(rig: PostingRig) -> None:
    address, body = f"{rig.own_url}/v1/webhooks/meta", b'{"object":"page","entry":[]}'
    good = "sha256=" + hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
    for signature, status in (("", 401), ("sha256=00", 401), (good, 200)):
        assert (await rig.meta.post(address, content=body, headers={"X-Hub-Signature-256": signature})).status_code == status
    query = {"hub.mode": "subscribe", "hub.challenge": "77", "hub.verify_token": "verify-me"}
    assert (await rig.meta.get(address, params=query)).text == "77"
    assert (await rig.meta.get(address, params=query | {"hub.verify_token": "x"})).status_code == 403


async def test_what_was_taken_back_stays_gone_in_whatever_order_the_platform_tells(rig: PostingRig) -> None:
    async def told(verb: str) -> None:
        value = {"item": "comment", "verb": verb, "comment_id": "c9", "post_id": "p", "message": "Mau KK?", "created_time": 1795489200}
        value |= {"from": {"id": "99", "name": "Warga"}}
        account = rig.parts.deps.posting.accounts["fb"]
        body = orjson.dumps({"entry": [{"id": account.node, "time": 1795489200, "changes": [{"field": "feed", "value": value}]}]})
        signature = "sha256=" + hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
        await rig.meta.post(f"{rig.own_url}/v1/webhooks/meta", content=body, headers={"X-Hub-Signature-256": signature})

    for verb in ("remove", "add", "edited"):
        await told(verb)
    kept_of_it = await rig.parts.deps.posting.reader.remark("fb:c9")
    assert kept_of_it is not None
    assert (kept_of_it.text, kept_of_it.author, kept_of_it.author_name, kept_of_it.state) == ("", "", "", RemarkState.SILENT)
    assert (await rig.parts.deps.posting.reader.remarks(RemarkQuery())).rows == (), "the list shows it"
