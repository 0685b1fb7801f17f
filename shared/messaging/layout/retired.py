"""What an older layout left in the broker: named by `topology check`, removed by `topology apply` where it can be.

Nothing is lost with it. An exchange holds no message, and queues keep theirs when the policies of the new layout give them other targets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from shared.messaging.layout.definitions import call_ctl, exported
from shared.messaging.layout.management import remove_by_api
from shared.messaging.layout.model import RETIRED_EXCHANGES, RETIRED_USERS, Layout


@dataclass(frozen=True, slots=True)
class Retired:
    """One thing of an older layout. `foreign` are queues that are bound to it and that no layout of ours knows: somebody's own."""

    kind: str
    name: str
    foreign: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return one line for an operator."""
        what = f"{self.kind}: {self.name} is of an older layout"
        if self.foreign:
            return f"{what} and still bound to {', '.join(self.foreign)}: unbind that, then `apply --api` removes it"
        return f"{what}; `apply` with the management API (--api) removes it"


async def find(layout: Layout, vhost: str, ctl: Sequence[str] = (), api: str = "") -> list[Retired]:
    """Return what is left of it in a vhost.

    Raises:
        NotApplied: the broker did not answer.
    """
    broker = await exported(ctl, api)
    ours = set(layout.queues)
    found: list[Retired] = []
    for name in RETIRED_EXCHANGES:
        if any((each["vhost"], each["name"]) == (vhost, name) for each in broker["exchanges"]):
            bound = {each["destination"] for each in broker["bindings"] if (each["vhost"], each["source"]) == (vhost, name)}
            found.append(Retired("exchanges", name, tuple(sorted(bound - ours))))
    users = {each["user"] for each in broker["permissions"] if each["vhost"] == vhost}
    return found + [Retired("users", name) for name in RETIRED_USERS if name in users]


async def remove(found: Sequence[Retired], vhost: str, ctl: Sequence[str] = (), api: str = "") -> None:
    """Remove what nobody else uses. `rabbitmqctl` can remove users alone: exchanges stay, without anybody who may write to them.

    Raises:
        NotApplied: the broker refused.
    """
    for each in found:
        if each.foreign:
            continue
        if api:
            await remove_by_api(api, _PATHS[each.kind].format(vhost=quote(vhost, safe=""), name=quote(each.name, safe="")))
        elif each.kind == "users":
            await call_ctl(ctl, "delete_user", each.name)


_PATHS: Final = {"exchanges": "exchanges/{vhost}/{name}", "users": "users/{name}"}
