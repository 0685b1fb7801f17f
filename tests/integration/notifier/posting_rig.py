"""A notifier that publishes: the simulator of the Graph API over real HTTP, which fetches pictures from the notifier's own route."""

from __future__ import annotations

import contextlib
import io
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import httpx
from fastapi import FastAPI
from PIL import Image
from pydantic import SecretStr

from deploy.simulators.graph.app import build as build_graph
from deploy.simulators.graph.network import Network
from deploy.simulators.graph.settings import Settings as GraphSettings
from services.notifier import api, consumers, wiring
from services.notifier.domain.broadcast import Hand
from services.notifier.domain.posting.effect import PostEffect
from services.notifier.domain.posting.post import PostContent, PostPicture, PostTarget, SocialPost
from services.notifier.handlers import posting as handlers
from services.notifier.settings import Settings
from services.notifier.store import INDEXES, POSTING_INDEXES
from services.notifier.wiring.posting import PICTURES
from shared.health import Health
from shared.ids import new_id
from shared.messaging.delivery import AnyEventRoute
from shared.mongo.files import Files
from shared.web import create_app
from shared.web.storage_gate import TakingIn
from tests.integration.notifier.rig import running
from tests.support import warm_child
from tests.support.eventually import eventually
from tests.support.harness import Clock, Harness
from tests.support.http_server import free_socket, serving

TOKEN: Final = "token-of-the-accounts"
APP_SECRET: Final = "app-secret-of-meta"
INSTAGRAM, PAGE = "17841400008460056", "106912345678901"
SITI, BUDI = Hand("s-1", "Siti"), Hand("s-2", "Budi")
TUESDAY: Final = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
ACCOUNTS: Final = (
    {"code": "ig", "platform": "instagram", "name": "Instagram", "node": INSTAGRAM, "token": TOKEN},
    {"code": "fb", "platform": "facebook", "name": "Facebook", "node": PAGE, "token": TOKEN},
    {"code": "tt", "platform": "tiktok", "name": "TikTok"},
)


@dataclass
class PostingRig(Harness):
    """The notifier under test, and the world that it publishes to."""

    settings: Settings
    parts: wiring.Notifier
    network: Network
    meta: httpx.AsyncClient
    own_url: str

    def routes(self) -> Sequence[AnyEventRoute[Any]]:
        return consumers.routes(self.parts.deps)

    async def picture(self, *, width: int = 1080, height: int = 1080, colour: str = "teal") -> PostPicture:
        """A picture of ours, kept."""
        sink = io.BytesIO()
        Image.new("RGB", (width, height), colour).save(sink, "JPEG")

        async def content() -> AsyncIterator[bytes]:
            yield sink.getvalue()

        file_id = new_id()
        files = Files(self.parts.mongo, self.database, PICTURES, self.clock)
        await files.put(file_id, content(), max_bytes=10_000_000, media_types=frozenset({"image/jpeg"}))
        return PostPicture(file_id, width, height, "Kotak hijau")

    async def content(self, *accounts: str, text: str = "Akta lahir bisa diurus dari rumah.", pictures: int = 1) -> PostContent:
        made = tuple([await self.picture() for _ in range(pictures)])
        targets = tuple(PostTarget(account, "K7Q") for account in accounts)
        return PostContent("Akta lahir", text, made, targets, self.clock())

    async def proposed(self, content: PostContent) -> SocialPost:
        return await self.parts.units.run(lambda tx: handlers.propose_post(tx, self.parts.deps, content, SITI))

    async def approved(self, content: PostContent) -> SocialPost:
        """A post that two people agreed on."""
        post = await self.proposed(content)
        return await self.parts.units.run(lambda tx: handlers.approve_post(tx, self.parts.deps, post.post_id, post.revision, BUDI))

    async def effects(self, post: SocialPost) -> dict[str, PostEffect]:
        """What became of it, by account."""
        found = await self.parts.deps.posting.reader.effects_of([post.post_id])
        return {effect.account: effect for effect in found[post.post_id]}

    async def becomes(self, post: SocialPost, **states: str) -> dict[str, PostEffect]:
        """Wait until its effects are in these states, while the clock goes on."""

        async def there() -> dict[str, PostEffect]:
            self.later(2)
            found = await self.effects(post)
            now = {account: str(effect.state) for account, effect in found.items() if account in states}
            assert now == states, (now, {account: effect.reason for account, effect in found.items()})
            return found

        return await eventually(there)

    def later(self, seconds: float) -> None:
        """Move the clock and let the dispatchers look."""
        self.clock.forward(seconds=seconds)
        for dispatcher in self.parts.dispatchers:
            dispatcher.wake()

    def shown(self, node: str = "") -> list[dict[str, Any]]:
        """What everybody sees."""
        return [self.network.view(post) for post in self.network.world.posts.values() if node in ("", post.node)]

    async def fault(self, kind: str, operation: str | None = None, **order: Any) -> None:
        response = await self.meta.post("/sim/faults", json={"kind": kind, "operation": operation, "count": 1, **order})
        assert response.status_code == 201, response.text


@contextlib.asynccontextmanager
async def make_posting_rig(
    mongo_url: str,
    database: str,
    *,
    work: bool = True,
    accounts: Sequence[Any] = ACCOUNTS,
    world: dict[str, Any] | None = None,
    **changes: Any,
) -> AsyncIterator[PostingRig]:
    """A notifier that publishes; the world's clock is that of the test."""
    clock = Clock()
    clock.at = TUESDAY
    place, own_url = free_socket()
    chosen = GraphSettings(
        app_secret=SecretStr(APP_SECRET),
        access_token=SecretStr(TOKEN),
        webhook_url=f"{own_url}/v1/webhooks/meta",
        **{"container_ms": 1500, "hang_seconds": 2, "webhook_retry_first_ms": 20, **(world or {})},
    )
    app, network = build_graph(chosen, clock)
    async with serving(app, before_stop=network.close) as graph_url:
        settings = _settings(mongo_url, database, own_url, graph_url, {"social_accounts": accounts, **changes})
        parts = wiring.assemble(settings, clock)
        warm_child.share(parts.inspector)
        await parts.mongo.prepare(database, {**INDEXES, **POSTING_INDEXES})
        await parts.mongo.prepare(database, Files(parts.mongo, database, PICTURES).indexes)
        await parts.units.prepare()
        async with (
            serving(_front(settings, parts), place=place),
            httpx.AsyncClient(base_url=graph_url, trust_env=False, timeout=30) as meta,
        ):
            rig = PostingRig(parts.mongo, database, clock, parts.units, settings, parts, network, meta, own_url)
            try:
                if work:
                    async with running(parts):
                        yield rig
                else:
                    yield rig
            finally:
                await parts.close()
                await parts.mongo.close()


def _front(settings: Settings, parts: wiring.Notifier) -> FastAPI:
    app = create_app(
        settings,
        Health(),
        title="Pemberitahuan",
        database_lost=parts.host.mongo.lost,
        taking_in=TakingIn(api.TAKES_IN, parts.host.storage.is_low),
    )
    api.install(app, parts.units, parts.deps, settings.graph_app_secret, settings.graph_verify_token)
    return app


def _settings(mongo_url: str, database: str, own_url: str, graph_url: str, changes: dict[str, Any]) -> Settings:
    values: dict[str, Any] = {
        "amqp_url": "amqp://unused",
        "mongo_url": mongo_url,
        "mongo_database": database,
        "port": 0,
        "whatsapp_phone_number_id": "1",
        "whatsapp_access_token": "unused",
        "whatsapp_number": "6281200003519",
        "public_url": own_url,
        "graph_url": graph_url,
        "graph_app_secret": APP_SECRET,
        "graph_verify_token": "verify-me",
        "answer_seconds": 20.0,
        **changes,
    }
    return Settings(**values)
