"""What stands in the network: containers and photos that nobody sees, posts, comments, messages; and how a post's numbers grow."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

NUMBERS: Final = ("reach", "views", "likes", "comments", "shares", "saves")


@dataclass
class Picture:
    """A picture as it was fetched."""

    url: str
    alt: str
    content: bytes


@dataclass
class Container:
    """A container of Instagram: pictures and caption before they are published."""

    id: str
    node: str
    made_at: datetime
    ready_at: datetime
    caption: str = ""
    pictures: list[str] = field(default_factory=list)
    is_item: bool = False
    error: int | None = None
    """Subcode of why it failed."""
    post: str | None = None


@dataclass
class Photo:
    """A photo of a page that was uploaded unpublished."""

    id: str
    node: str
    picture: str
    made_at: datetime
    post: str | None = None


@dataclass
class Comment:
    """A comment under a post, or an answer to one. `ours`: the business wrote it."""

    id: str
    post: str
    author: str
    name: str
    text: str
    at: datetime
    parent: str | None = None
    ours: bool = False


@dataclass
class Message:
    """A message between a person and an account."""

    id: str
    node: str
    person: str
    name: str
    text: str
    at: datetime
    ours: bool = False


@dataclass
class Post:
    """What everybody sees."""

    id: str
    node: str
    text: str
    pictures: list[str]
    at: datetime
    number: int
    """Of all posts: the seed of how well it does."""
    told: dict[str, int] = field(default_factory=dict)
    """Numbers that somebody set."""


@dataclass
class World:
    """Everything, as it is kept over a restart."""

    pictures: dict[str, Picture] = field(default_factory=dict)
    containers: dict[str, Container] = field(default_factory=dict)
    photos: dict[str, Photo] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    comments: dict[str, Comment] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    ids: int = 18_000_000_000_000_000
    refused_twice: int = 0


def numbers(post: Post, comments: int, *, at: datetime, followers: int, growth_seconds: float) -> dict[str, int]:
    """Return a post's numbers as they are by now: they never fall, and likes, shares and saves follow from how many saw it."""
    share = 1 - math.exp(-max(0.0, (at - post.at).total_seconds()) / growth_seconds)
    liked = 0.35 + (post.number * 7919 % 100) / 80  # of the followers: 0.35 to 1.6
    reach = int(followers * liked * share)
    grown = {"reach": reach, "views": int(reach * 1.4), "likes": reach // 18, "shares": reach // 90, "saves": reach // 60}
    return {**grown, "comments": comments, **post.told}


def post_view(post: Post, world: World, *, at: datetime, followers: int, growth_seconds: float, base_url: str) -> dict[str, Any]:
    """Return a post as the page and tests see it."""
    below = [comment for comment in world.comments.values() if comment.post == post.id]
    return {
        "id": post.id,
        "node": post.node,
        "text": post.text,
        "at": post.at.isoformat(),
        "link": f"{base_url}/p/{post.id}",
        "pictures": [{"url": f"/sim/pictures/{each}", "alt": world.pictures[each].alt} for each in post.pictures],
        "numbers": numbers(post, len(below), at=at, followers=followers, growth_seconds=growth_seconds),
        "comments": [
            {"id": each.id, "name": each.name, "text": each.text, "parent": each.parent, "ours": each.ours, "at": each.at.isoformat()}
            for each in below
        ],
    }
