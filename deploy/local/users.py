"""The users of both servers, each with the rights of production; and on the broker the layout that the rights are about."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from secrets import token_urlsafe
from typing import Final
from urllib.parse import unquote, urlsplit

from deploy import mongodb
from deploy.keys import KEY_BYTES, keep_secret
from deploy.local.broker_api import api_beside
from deploy.local.parts import SERVICES
from deploy.local.processes import CannotStartError
from shared.messaging import topology
from shared.messaging.broker.channel import with_user
from shared.messaging.layout.definitions import passwords_for, render_whole
from shared.messaging.layout.management import NotApplied
from shared.messaging.layout.model import product

VHOST: Final = "adminduk"
DATABASE_TIMEOUT_SECONDS: Final = 5


def broker_users(url: str, api: str, keys: Path) -> Mapping[str, str]:
    """Bring the layout and its users into RabbitMQ; returns the URL of each user.

    Args:
        url: of the broker, with the virtual host where it is not `VHOST`.
        api: its management API with an administrator in it; "" for the usual place beside the broker.
        keys: the folder of the passwords.

    Raises:
        CannotStartError: the API is not there or refuses.
    """
    vhost = unquote(urlsplit(url).path.removeprefix("/")) or VHOST
    layout = product()
    passwords = passwords_for([user.name for user in layout.users], keys)
    api = api or api_beside(url)
    try:
        asyncio.run(topology.apply(render_whole(layout, vhost, passwords), api=api, vhost=vhost))
        asyncio.run(topology.retire(layout, api=api, vhost=vhost))
    except NotApplied as error:
        address = urlsplit(api)
        raise CannotStartError(
            f"the queues can't be brought into RabbitMQ by its management API at {address.hostname}:{address.port} ({error}); "
            "set RABBITMQ_API_URL to its address with an administrator in it"
        ) from error
    return {name: with_user(url, name, password, vhost) for name, password in passwords.items()}


def database_users(url: str, keys: Path, databases: Mapping[str, str]) -> Mapping[str, str]:
    """Return the URL of each user: made with the rights of production where the URL names an administrator, else everybody's is the same.

    Raises:
        CannotStartError: the user in the URL is no administrator.
    """
    users = (*SERVICES, mongodb.OPERATOR, mongodb.BACKUP)
    if urlsplit(url).username is None:
        return dict.fromkeys(users, url)
    passwords = {user: keep_secret(keys / f"mongo_password_{user}", token_urlsafe(KEY_BYTES)) for user in users}
    try:
        mongodb.make_users_at(url, passwords, databases, timeout_seconds=DATABASE_TIMEOUT_SECONDS)
    except mongodb.NoAdministratorError as error:
        raise CannotStartError(f"the user in MONGO_URL can't make the services' users ({error}); give an administrator, or none") from error
    return {user: mongodb.url_for(url, user, passwords[user], databases.get(user, "admin")) for user in users}
