"""The notifier dies around a post: whatever it was doing, everybody sees the post once on each account."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Final

import httpx
from bson import Binary, ObjectId
from PIL import Image

from services.notifier.domain.broadcast import Hand
from services.notifier.domain.posting import effect as effects
from services.notifier.domain.posting.post import PostContent, PostPicture, PostState, PostTarget, SocialPost
from services.notifier.store.posting import EFFECTS, POSTS
from shared.clock import now
from shared.ids import new_id
from shared.mongo import DocumentMapping
from tests.chaos.scene import STRIKE_SECONDS, Case, Play, Scene
from tests.chaos.stage import Stage
from tests.support.eventually import eventually

ROW: Final = "kill -9 around a post"
ACCOUNTS: Final = ("instagram", "facebook")
PLACES: Final = (
    *("before_call/graph_prepare", "after_response_before_save/graph_prepare"),
    *("before_call/graph_publish", "after_bytes_sent/graph_publish", "after_response_before_save/graph_publish"),
)
FAST: Final = frozenset({"after_bytes_sent/graph_publish"})
END_SECONDS: Final = 240.0  # twenty until it is looked for, and twice "not there" with pauses before it is repeated


async def begin(rows: Any, post_id: str) -> None:
    """Have a post due on both accounts, written into the notifier's database."""
    at, sink, file_id, stored = now(), io.BytesIO(), new_id(), ObjectId()
    Image.new("RGB", (1080, 1080), "teal").save(sink, "JPEG")
    content = sink.getvalue()
    await rows("post_pictures.chunks").insert_one({"files_id": stored, "n": 0, "data": Binary(content)})
    known = {"sha256": "", "media_type": "image/jpeg", "given": {}}
    row = {"_id": stored, "filename": file_id, "length": len(content), "chunkSize": 261120, "uploadDate": at, "metadata": known}
    await rows("post_pictures.files").insert_one(row)
    targets = tuple(PostTarget(account, "K7Q") for account in ACCOUNTS)
    said = PostContent("Kekacauan", f"Kiriman {post_id}", (PostPicture(file_id, 1080, 1080, "Kotak"),), targets, at)
    post = SocialPost(post_id, said, Hand("s-1", "Siti"), at, PostState.APPROVED, judged_by=Hand("s-2", "Budi"), judged_at=at)
    await rows(POSTS.collection).insert_one(_doc(POSTS, post))
    for account in ACCOUNTS:
        effect = effects.publication(post_id, account, "K7Q", 1, at=at, by_hand=False)
        await rows(EFFECTS.collection).insert_one(_doc(EFFECTS, effect))
        update = {"$inc": {"revision": 1}, "$set": {"due_at": at}, "$setOnInsert": {"channel": "posting"}}
        await rows("lanes").update_one({"_id": effect.lane}, update, upsert=True)


def _doc(mapping: DocumentMapping[Any], thing: Any) -> dict[str, Any]:
    return {"_id": mapping.key(thing), "version": 1, "seq": 0, **mapping.to_doc(thing)}


async def _told(stage: Stage, what: str) -> Any:
    """Return what the simulator tells of its world."""
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        return (await client.get(f"{stage.stack.part('graph').url}/sim/{what}")).json()


async def _refused_twice(stage: Stage) -> int:
    return int((await _told(stage, "state"))["refused_twice"])


def _dies_at(place: str) -> Play:
    async def play(scene: Scene) -> None:
        stage, post_id = scene.stage, new_id()

        def rows(name: str) -> Any:
            return stage.rows("notifier", name)

        async def out() -> bool:
            return bool(await rows(EFFECTS.collection).count_documents({"about": post_id, "state": "done"}) == len(ACCOUNTS))

        restarts, twice = stage.restarts("notifier"), await _refused_twice(stage)
        async with scene.trouble("crash_point", f"notifier {place}"):
            stage.arm("notifier", f"crash {place}")
            await begin(rows, post_id)
            await eventually(lambda: place in stage.struck("notifier"), STRIKE_SECONDS)
            await eventually(lambda: stage.restarts("notifier") > restarts, STRIKE_SECONDS)
        await eventually(out, END_SECONDS)
        seen = [post["node"] for post in (await _told(stage, "posts"))["posts"] if post_id in post["text"]]
        assert len(seen) == len(set(seen)) == len(ACCOUNTS), f"{len(seen)} posts on {len(set(seen))} accounts"
        assert await _refused_twice(stage) == twice, "that nobody sees it twice was Meta's doing"
        found = await rows(EFFECTS.collection).find({"about": post_id}).to_list(None)
        assert not any(each["maybe_twice"] for each in found)

    return play


def cases() -> Iterator[Case]:
    """One for each place."""
    for place in PLACES:
        yield Case(f"notifier {place}", ROW, _dies_at(place), fast=place in FAST, strikes=frozenset({"notifier"}))
