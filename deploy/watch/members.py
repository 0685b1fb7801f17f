"""What each member of the database's replica set tells of itself: whether it is there, how far behind, and how near its limits.

By `serverStatus` and `replSetGetStatus`, which tell nothing of what is stored; asked by the operator's user.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from prometheus_client import Gauge
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from shared import logs

Client = MongoClient[dict[str, Any]]

UP: Final = Gauge("database_member_up", "1 while a member of the database's set answers the others", ("member",))
LAG: Final = Gauge("database_lag_seconds", "By how much a member is behind the one that is furthest", ("member",))
CONNECTIONS: Final = Gauge("database_connections", "Connections that a member has now", ("member",))
CONNECTIONS_MOST: Final = Gauge("database_connections_limit", "Connections that a member takes at most", ("member",))
OPLOG: Final = Gauge("database_oplog_seconds", "How far back a member's log of changes goes", ("member",))
CACHE: Final = Gauge("database_cache_bytes", "What a member holds in its cache", ("member",))
CACHE_MOST: Final = Gauge("database_cache_limit_bytes", "What a member's cache may hold", ("member",))
_OF_ONE: Final = (LAG, CONNECTIONS, CONNECTIONS_MOST, OPLOG, CACHE, CACHE_MOST)
_ANSWER_MS: Final = 3_000
_USUAL_PORT: Final = ":27017"  # left out of names: they stand beside bars

_log = logs.get("members")


@dataclass(frozen=True)
class MemberState:
    """A member as the set sees it, and what it tells of itself where it could be asked."""

    member: str
    is_up: bool
    figures: Mapping[Gauge, float] = field(default_factory=dict)


def look_at_members(url: str) -> None:
    """Ask the members, and tell what they say. Nobody answers: what was told stays, and another alarm rings."""
    with suppress(PyMongoError):
        for each in states_of(url):
            UP.labels(each.member).set(float(each.is_up))
            for gauge in _OF_ONE:
                if gauge in each.figures:
                    gauge.labels(each.member).set(each.figures[gauge])
                else:
                    with suppress(KeyError):
                        gauge.remove(each.member)


def states_of(url: str) -> Iterator[MemberState]:
    """Yield the state of each member.

    Raises:
        PyMongoError: no member can be asked.
    """
    with _client(url) as client:
        members = client.admin.command("replSetGetStatus")["members"]
    furthest = max(each["optimeDate"] for each in members if each["health"])
    for each in members:
        is_up = bool(each["health"])
        figures = {LAG: (furthest - each["optimeDate"]).total_seconds(), **_asked(url, each["name"])} if is_up else {}
        yield MemberState(each["name"].removesuffix(_USUAL_PORT), is_up, figures)


def _asked(url: str, member: str) -> dict[Gauge, float]:
    """Return what a member says of itself; nothing where it does not answer us."""
    parts = urlsplit(url)
    login, at, _ = parts.netloc.rpartition("@")
    query = {name: value for name, value in parse_qsl(parts.query) if name.lower() != "replicaset"} | {"directConnection": "true"}
    try:
        with _client(urlunsplit(parts._replace(netloc=f"{login}{at}{member}", query=urlencode(query)))) as client:
            said = client.admin.command("serverStatus", oplog=1)
    except PyMongoError as error:
        _log.warning("member.silent", member=member, error=type(error).__name__)
        return {}
    connections, cache = said["connections"], said["wiredTiger"]["cache"]
    return {
        CONNECTIONS: connections["current"],
        CONNECTIONS_MOST: connections["current"] + connections["available"],
        OPLOG: said["oplog"]["latestOptime"].time - said["oplog"]["earliestOptime"].time,
        CACHE: cache["bytes currently in the cache"],
        CACHE_MOST: cache["maximum bytes configured"],
    }


def _client(url: str) -> Client:
    return Client(url, serverSelectionTimeoutMS=_ANSWER_MS, timeoutMS=_ANSWER_MS, readPreference="primaryPreferred", appname="checks")
