"""A virtual host per test: made in some 20 ms by the management API, removed with all its queues a moment after it.

Not at once: a queue that dead-letters at least once and is deleted in the moment in which it gets its leader takes RabbitMQ 3.10's
`rabbit_fifo_dlx_sup` with it. From then on no such queue of that node gets a leader; publishes are refused as if it were full.
"""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from deploy.local.broker_api import RabbitApi
from shared.messaging.broker.channel import with_user
from shared.messaging.layout import definitions
from shared.messaging.layout import model as layout

PASSWORD: Final = "in-tests-alone"  # of the product's users on a broker of tests
REST_SECONDS: Final = 2.0  # a leader is elected within half a second of the declaration, or of the node's start


@dataclass(frozen=True)
class Vhost:
    """A virtual host that only one test uses. It has the product's policies and users and no queue: the test declares what it needs.

    `url` is an administrator's: consumers believe nothing that it publishes. Services log in as in production, by `url_of`.
    """

    name: str
    url: str
    api: RabbitApi

    def url_of(self, user: str) -> str:
        """The address for one of the product's users, such as a service."""
        return as_user(self.url, user)

    def put_users(self) -> None:
        """Make the product's users, with the rights that they have in production."""
        whole = definitions.render_whole(layout.product(), self.name, {user.name: PASSWORD for user in layout.product().users})
        self.api.call("POST", "/api/definitions", {kind: whole[kind] for kind in ("users", "permissions", "topic_permissions")})

    def put_policies(self, wanted: layout.Layout) -> None:
        """Load the policies of another layout, such as one with a shorter retry ladder."""
        self.api.put_vhost(self.name, {"policies": definitions.render(wanted, self.name)["policies"]})


def make_vhost(name: str, url: str, api_url: str) -> Vhost:
    """Make a virtual host; ``url`` is its AMQP address."""
    vhost = Vhost(name, url, RabbitApi(api_url))
    vhost.put_policies(layout.product())
    vhost.put_users()
    return vhost


def as_user(url: str, user: str) -> str:
    """The same virtual host for one of the product's users."""
    return with_user(url, user, PASSWORD)


@contextmanager
def open_vhost(name: str, url: str, api_url: str) -> Iterator[Vhost]:
    """Make a virtual host and remove it at the end."""
    vhost = make_vhost(name, url, api_url)
    try:
        yield vhost
    finally:
        vhost.api.delete_vhost(name)


class Leaving:
    """Virtual hosts that nobody uses any more."""

    def __init__(self) -> None:
        self._left: deque[tuple[float, Vhost]] = deque()

    def add(self, vhost: Vhost) -> None:
        """Remove it when it has been at rest, and now those that have been."""
        self._left.append((time.monotonic() + REST_SECONDS, vhost))
        while self._left and self._left[0][0] <= time.monotonic():  # on a busy machine a removal takes longer than the rest
            self._remove()

    def remove_all(self) -> None:
        """At the end of the tests of a process; others may go on with the same broker."""
        while self._left:
            time.sleep(max(0.0, self._left[0][0] - time.monotonic()))
            self._remove()

    def _remove(self) -> None:
        _, vhost = self._left.popleft()
        vhost.api.delete_vhost(vhost.name)
