"""One more staff console: `python -m shared.messaging.topology console NAME`, and `--remove` to take it away again.

Each console has a queue of its own, so that each is told everything, and a user that reads this queue alone (docs/consoles.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from shared.contracts.registry import CONSOLES
from shared.messaging.layout.definitions import call_ctl, password_name, render_whole
from shared.messaging.layout.management import Definitions, remove_by_api
from shared.messaging.layout.model import console, console_queue


def rendered(name: str, vhost: str, passwords: Mapping[str, str]) -> Definitions:
    """Return what a broker that has the product's layout needs for it. Importing it again changes nothing but a password that is another.

    Raises:
        ValueError: that is no name for a console.
    """
    whole = render_whole(console(name), vhost, passwords)
    return {kind: items for kind, items in whole.items() if items and kind != "vhosts"}


def told(name: str, vhost: str, url: str, secrets: Path | None) -> str:
    """Return what the console's builder needs, without the password: that stays in its file."""
    parts = urlsplit(url or "amqp://HOST:5672")
    host = parts.netloc.rpartition("@")[2]
    user = console_queue(name)
    address = urlunsplit((parts.scheme, f"{user}@{host}", "/" + quote(vhost, safe=""), "", ""))
    variable = password_name(user)
    where = variable if secrets is None else f"{secrets / variable.lower()}, unless {variable} gave it"
    return f"queue:    {user}\nuser:     {user}\naddress:  {address}\npassword: in {where}"


async def remove(name: str, vhost: str, *, ctl: Sequence[str] = (), api: str = "") -> None:
    """Take its queue and its user away. Safe to repeat.

    Raises:
        ValueError: that is no name for a console, or the product itself has one of that name.
        NotApplied: the broker refused.
    """
    console(name)
    if name in CONSOLES:
        raise ValueError(f"{name}: this console belongs to the product and stays")
    queue = console_queue(name)
    if api:
        await remove_by_api(api, f"queues/{quote(vhost, safe='')}/{quote(queue, safe='')}")
        await remove_by_api(api, f"users/{quote(queue, safe='')}")
        return
    if queue in (await call_ctl(ctl, "--quiet", "list_queues", "-p", vhost, "name")).decode().split():
        await call_ctl(ctl, "delete_queue", "-p", vhost, queue)
    if queue in (line.split("\t")[0] for line in (await call_ctl(ctl, "--quiet", "list_users")).decode().splitlines()):
        await call_ctl(ctl, "delete_user", queue)
