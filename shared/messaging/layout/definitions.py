"""The layout as RabbitMQ reads it: a definitions file, brought in by `rabbitmqctl` or the management API. The same for 3.10 and 4.x."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from shared.messaging.layout.management import APPLY_SECONDS, Definitions, NotApplied, export_by_api
from shared.messaging.layout.model import EVENTS, STAFF, Layout

PASSWORD_BYTES: Final = 24  # 192 bit, made by a machine for a machine
_PRIORITY: Final = 10  # above an operator's stop-gap policies at 0
_SALT_BYTES: Final = 4  # fixed by RabbitMQ's format


def render(layout: Layout, vhost: str) -> Definitions:
    """Return what belongs to one vhost: exchanges, queues, bindings, policies. May be kept in git: it holds no secret."""
    return {
        "exchanges": [
            {
                "name": exchange.name,
                "vhost": vhost,
                "type": exchange.kind,
                "durable": True,
                "auto_delete": False,
                "arguments": {},
            }
            for exchange in layout.exchanges
        ],
        "queues": [
            {"name": name, "vhost": vhost, "durable": True, "auto_delete": False, "arguments": {"x-queue-type": "quorum"}}
            for name in layout.queues
        ],
        "bindings": [
            {
                "source": binding.exchange,
                "vhost": vhost,
                "destination": binding.queue,
                "destination_type": "queue",
                "routing_key": binding.key,
                "arguments": {},
            }
            for binding in layout.bindings
        ],
        "policies": [
            {
                "vhost": vhost,
                "name": policy.name,
                "pattern": policy.pattern,
                "apply-to": policy.applies_to,
                "priority": _PRIORITY,
                "definition": dict(policy.definition),
            }
            for policy in layout.policies
        ],
    }


def render_whole(layout: Layout, vhost: str, passwords: Mapping[str, str]) -> Definitions:
    """Return the same with the vhost, the users (passwords hashed) and their rights. Never in git."""
    return {
        "vhosts": [{"name": vhost}],
        "users": [
            {
                "name": user.name,
                "password_hash": hash_password(passwords[user.name]),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": "",
            }
            for user in layout.users
        ],
        "permissions": [
            {"user": user.name, "vhost": vhost, "configure": user.configure, "write": user.write, "read": user.read}
            for user in layout.users
        ],
        "topic_permissions": [
            {"user": user.name, "vhost": vhost, "exchange": exchange, "write": user.publishes, "read": "^$"}
            for user in layout.users
            for exchange in (EVENTS, STAFF)
        ],
        **render(layout, vhost),
    }


def hash_password(password: str, salt: bytes | None = None) -> str:
    """Return RabbitMQ's `rabbit_password_hashing_sha256`: base64 of a four-byte salt and SHA-256(salt + password)."""
    salt = secrets.token_bytes(_SALT_BYTES) if salt is None else salt
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def passwords_for(users: Sequence[str], folder: Path | None) -> dict[str, str]:
    """Return each user's password: from the environment, else from a file in `folder`, else made and kept there.

    Both are named `AMQP_PASSWORD_<USER>` with `_` for a dot, the file in lower case; a file that is made is for its owner alone to read.

    Raises:
        LookupError: a password is missing and there is no folder to make it in.
    """
    found: dict[str, str] = {}
    for user in users:
        name = password_name(user)
        given = os.environ.get(name)
        if given:
            found[user] = given
        elif folder is None:
            raise LookupError(f"{name} is not set")
        else:
            found[user] = _kept_password(folder / name.lower())
    return found


def password_name(user: str) -> str:
    """Return the name of the variable with a user's password, and in lower case of the file."""
    return f"AMQP_PASSWORD_{user.replace('.', '_').upper()}"


def _kept_password(file: Path) -> str:
    if file.exists():
        return file.read_text().strip()
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w")
    try:
        with handle:
            handle.write(password + "\n")
    except OSError:
        file.unlink()  # half a password on a full disk would be kept for good
        raise
    return password


async def apply_by_ctl(definitions: Definitions, ctl: Sequence[str]) -> None:
    """Bring definitions in through `rabbitmqctl` (no plugin needed). They go over its standard input, so no file holds a hash.

    Raises:
        NotApplied: with what it said.
    """
    await call_ctl(ctl, "import_definitions", given=orjson.dumps(definitions))


async def differences(expected: Definitions, vhost: str, ctl: Sequence[str] = (), api: str = "") -> list[str]:
    """Return what of `expected` the broker lacks or has otherwise, one line each. What it has besides is nobody's concern here.

    Raises:
        NotApplied: the broker did not answer.
    """
    actual = await exported(ctl, api)
    found: list[str] = []
    for kind, items in expected.items():
        have = {_identity(kind, item, vhost): item for item in actual.get(kind, [])}
        for item in items:
            name = _identity(kind, item, vhost)
            if name not in have:
                found.append(f"{kind}: {name} is missing")
            elif kind == "users" and have[name].get("tags"):  # a tag may let its user speak as another (impersonator), or do anything
                found.append(f"{kind}: {name} has a tag")
            elif kind not in ("users", "vhosts") and _plain(have[name], item) != item:
                found.append(f"{kind}: {name} differs")
    return found


async def exported(ctl: Sequence[str] = (), api: str = "") -> Definitions:
    """Return what the broker has, of all virtual hosts.

    Raises:
        NotApplied: the broker did not answer.
    """
    if api:
        return await export_by_api(api)
    found: Definitions = orjson.loads(await call_ctl(ctl, "--quiet", "export_definitions", "-"))
    return found


_NAMED_BY: Final = {
    "users": ("name",),
    "vhosts": ("name",),
    "permissions": ("vhost", "user"),
    "topic_permissions": ("vhost", "user", "exchange"),
    "bindings": ("vhost", "source", "destination", "routing_key"),
}
_VHOST: Final = {"vhosts": "name"}


def _identity(kind: str, item: Mapping[str, Any], vhost: str) -> str:
    return " ".join(str(item.get(key, vhost)) for key in _NAMED_BY.get(kind, ("vhost", "name")))


def lacking(kept: Definitions, vhost: str, there: Definitions) -> Definitions:
    """Return what of `kept` belongs to a vhost and is not `there`: what is there stays as it is.

    Users are those with rights in the vhost.
    """
    users = {right["user"] for right in kept.get("permissions", ()) if right["vhost"] == vhost}
    found: Definitions = {}
    for kind, items in kept.items():
        if not isinstance(items, list) or kind == "global_parameters":  # who the broker was
            continue
        known = {_identity(kind, item, vhost) for item in there.get(kind, ())}
        ours = [item for item in items if (item["name"] in users if kind == "users" else item[_VHOST.get(kind, "vhost")] == vhost)]
        if missing := [item for item in ours if _identity(kind, item, vhost) not in known]:
            found[kind] = missing
    return found


def _plain(actual: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {key: actual.get(key) for key in wanted}


async def call_ctl(ctl: Sequence[str], *arguments: str, given: bytes = b"") -> bytes:
    """Run one `rabbitmqctl` command; return what it printed.

    Raises:
        NotApplied: with what it said, or that it did not answer.
    """
    process = await asyncio.create_subprocess_exec(
        *ctl, *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(APPLY_SECONDS):
            out, err = await process.communicate(given)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise NotApplied(f"{ctl[0]} {arguments[0]}: no answer in {APPLY_SECONDS:g} s") from None
    if process.returncode:
        raise NotApplied((err or out).decode(errors="replace").strip()[:1000])
    return out
