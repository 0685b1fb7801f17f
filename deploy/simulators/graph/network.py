"""The network: it fetches pictures, holds containers, publishes, refuses what Meta refuses, and lets people write."""

from __future__ import annotations

import asyncio
import io
import time
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
from PIL import Image, UnidentifiedImageError

from deploy.simulators.feed import Feed
from deploy.simulators.graph.errors import GraphError
from deploy.simulators.graph.faults import Faults
from deploy.simulators.graph.settings import Settings
from deploy.simulators.graph.things import Comment, Container, Message, Photo, Picture, Post, World, numbers, post_view
from deploy.simulators.graph.webhooks import Messenger
from deploy.simulators.kept import Kept
from shared.clock import Clock

_CAPTION_MOST: Final = 2_200
_NARROWEST, _WIDEST = 4 / 5 - 0.01, 1.91 + 0.01
_DAY: Final = timedelta(hours=24)
_ITEMS_LEAST: Final = 2  # of a carousel


class Network:
    """Both accounts and everybody around them. Lives in one event loop."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.kept: Kept[tuple[World]] = Kept(settings.state_file, tuple[World])
        (self.world,) = self.kept.load() or (World(),)
        self.faults = Faults(time.monotonic)
        self.feed = Feed()
        self.closing = asyncio.Event()
        self.messenger = Messenger(settings, self.faults)

    def close(self) -> None:
        """End streams and calls that hang."""
        self.closing.set()
        self.feed.close()

    def new_id(self) -> str:
        """Return the next id."""
        self.world.ids += 1
        return str(self.world.ids)

    async def fetch(self, url: str, alt: str) -> str:
        """Fetch a picture, as "we cURL media"; return its id.

        Raises:
            GraphError: 9004 where it can't be had, 36000, 36001 or 36003 where it can't be published.
        """
        try:
            async with httpx.AsyncClient(timeout=self.settings.fetch_seconds, trust_env=False) as client:
                answer = await client.get(url)
        except (httpx.HTTPError, httpx.InvalidURL):
            raise GraphError(9004, 2207052) from None
        if not answer.is_success:
            raise GraphError(9004, 2207052)
        if len(answer.content) > self.settings.picture_max_bytes:
            raise GraphError(36000, 2207004)
        picture_id = self.new_id()
        self.world.pictures[picture_id] = Picture(url, alt, answer.content)
        return picture_id

    def check_shape(self, picture_id: str) -> None:
        """Hold that Instagram takes a picture.

        Raises:
            GraphError: 36001, 36003.
        """
        try:
            with Image.open(io.BytesIO(self.world.pictures[picture_id].content)) as image:
                kind, (width, height) = image.format, image.size
        except (UnidentifiedImageError, OSError):
            raise GraphError(36001, 2207005) from None
        if kind != "JPEG":
            raise GraphError(36001, 2207005)
        if not _NARROWEST <= width / height <= _WIDEST:
            raise GraphError(36003, 2207009)

    def contain(self, node: str, pictures: list[str], caption: str, *, is_item: bool) -> Container:
        """Make a container.

        Raises:
            GraphError: 36004: the caption is too long.
        """
        if len(caption) > _CAPTION_MOST:
            raise GraphError(36004, 2207010)
        at = self.clock()
        ready_at = at + timedelta(milliseconds=self.settings.container_ms)
        made = Container(self.new_id(), node, at, ready_at, caption, pictures, is_item)
        self.world.containers[made.id] = made
        return made

    def carousel(self, node: str, children: list[str], caption: str) -> Container:
        """Make a container of containers.

        Raises:
            GraphError: 100: too few, or one is none.
        """
        found = [self.world.containers.get(child) for child in children]
        items = [each for each in found if each is not None and each.is_item and each.node == node]
        if len(items) < _ITEMS_LEAST or len(items) != len(children):
            raise GraphError(100, details="Invalid parameter: children")
        return self.contain(node, [picture for each in items for picture in each.pictures], caption, is_item=False)

    def status(self, container: Container) -> str:
        """Return the status of a container, as its field `status_code`."""
        at = self.clock()
        if container.post is not None:
            return "PUBLISHED"
        if container.error is not None:
            return "ERROR"
        if at >= container.made_at + timedelta(hours=self.settings.container_hours):
            return "EXPIRED"
        return "FINISHED" if at >= container.ready_at else "IN_PROGRESS"

    def used(self, node: str) -> int:
        """Return how many posts of the last 24 hours an account has."""
        since = self.clock() - _DAY
        return sum(post.node == node and post.at > since for post in self.world.posts.values())

    def publish(self, node: str, creation_id: str) -> Post:
        """Publish a container.

        Meta does not document what a second publishing of one is answered with; here it is "cannot be found", as an expired one.

        Raises:
            GraphError: 24, 9007, 9.
        """
        container = self.world.containers.get(creation_id)
        if container is None or container.node != node or container.is_item:
            raise GraphError(24, 2207006)
        status = self.status(container)
        if status == "PUBLISHED":
            self.world.refused_twice += 1
            raise GraphError(24, 2207006)
        if status == "IN_PROGRESS":
            raise GraphError(9007, 2207027)
        if status != "FINISHED":
            raise GraphError(24, 2207008)
        if self.used(node) >= self.settings.posts_a_day:
            raise GraphError(9, 2207042)
        post = self._show(self.new_id(), node, container.caption, container.pictures)
        container.post = post.id
        return post

    def publish_page(self, node: str, text: str, photos: list[Photo]) -> Post:
        """Publish a page's post.

        Raises:
            GraphError: 506: the same words and photos as one of the last day; 100: nothing to say.
        """
        if not text and not photos:
            raise GraphError(100)
        since = self.clock() - _DAY
        if any(photo.post for photo in photos):
            self.world.refused_twice += 1
            raise GraphError(506)
        if not photos and any(each.node == node and each.text == text and each.at > since for each in self.world.posts.values()):
            self.world.refused_twice += 1
            raise GraphError(506)
        post = self._show(f"{node}_{self.new_id()}", node, text, [photo.picture for photo in photos])
        for photo in photos:
            photo.post = post.id
        return post

    def upload(self, node: str, picture: str) -> Photo:
        """Keep a photo that nobody sees yet."""
        photo = Photo(self.new_id(), node, picture, self.clock())
        self.world.photos[photo.id] = photo
        return photo

    def comment(self, post: Post, author: str, name: str, text: str, parent: str | None = None, *, ours: bool = False) -> Comment:
        """Have somebody comment; the business is told of it, of its own ones too."""
        made = Comment(self.new_id(), post.id, author, name, text, self.clock(), parent, ours)
        self.world.comments[made.id] = made
        self.feed.publish("comment", {"post": post.id, "id": made.id})
        self.messenger.tell(*_comment_told(made, post, is_page=post.node == self.settings.page_node))
        return made

    def message(self, node: str, person: str, name: str, text: str, *, ours: bool = False) -> Message:
        """Have somebody write to an account, or the account to them."""
        made = Message(self.new_id(), node, person, name, text, self.clock(), ours)
        self.world.messages[made.id] = made
        self.feed.publish("message", {"id": made.id})
        if not ours:
            self.messenger.tell("page" if node == self.settings.page_node else "instagram", _message_told(made))
        return made

    def numbers(self, post: Post) -> dict[str, int]:
        """Return a post's numbers by now."""
        below = sum(each.post == post.id for each in self.world.comments.values())
        settings = self.settings
        return numbers(post, below, at=self.clock(), followers=settings.followers, growth_seconds=settings.growth_seconds)

    def view(self, post: Post) -> dict[str, Any]:
        """Return a post as the page sees it."""
        settings = self.settings
        return post_view(
            post,
            self.world,
            at=self.clock(),
            followers=settings.followers,
            growth_seconds=settings.growth_seconds,
            base_url=settings.base_url,
        )

    def _show(self, post_id: str, node: str, text: str, pictures: list[str]) -> Post:
        post = Post(post_id, node, text, pictures, self.clock(), len(self.world.posts) + 1)
        self.world.posts[post.id] = post
        self.feed.publish("post", {"id": post.id})
        return post


def seconds(at: datetime) -> str:
    """Return a moment as Meta writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S+0000")


def _comment_told(made: Comment, post: Post, *, is_page: bool) -> tuple[str, dict[str, Any]]:
    at = int(made.at.timestamp())
    if is_page:
        value: dict[str, Any] = {
            "item": "comment",
            "verb": "add",
            "comment_id": made.id,
            "post_id": post.id,
            "parent_id": made.parent or post.id,
            "message": made.text,
            "created_time": at,
            "from": {"id": made.author, "name": made.name},
        }
        return "page", {"id": post.node, "time": at, "changes": [{"field": "feed", "value": value}]}
    value = {
        "id": made.id,
        "from": {"id": made.author, "username": made.name},
        "text": made.text,
        "media": {"id": post.id, "media_product_type": "FEED"},
    }
    value |= {"parent_id": made.parent} if made.parent else {}
    return "instagram", {"id": post.node, "time": at, "changes": [{"field": "comments", "value": value}]}


def _message_told(made: Message) -> dict[str, Any]:
    told = {
        "sender": {"id": made.person},
        "recipient": {"id": made.node},
        "timestamp": int(made.at.timestamp() * 1000),
        "message": {"mid": made.id, "text": made.text},
    }
    return {"id": made.node, "time": int(made.at.timestamp() * 1000), "messaging": [told]}
