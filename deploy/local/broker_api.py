"""The few calls of RabbitMQ's management API that a local run and the tests need."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx

API_TIMEOUT_SECONDS: Final = 60  # a machine that also compiles and tests removes a virtual host of many queues in many seconds
USER: Final = "guest"  # RabbitMQ lets guest in from this machine only


class RabbitApi:
    """A client of the management API, for one node and one user."""

    def __init__(self, url: str) -> None:
        """Take an address with user and password in it, such as ``http://guest:guest@127.0.0.1:15672``."""
        self._url = httpx.URL(url)
        self.user = self._url.username or USER

    def listens_on(self, port: int) -> bool:
        """Tell whether the node takes connections on that port."""
        try:
            self.call("GET", f"/api/health/checks/port-listener/{port}")
        except httpx.HTTPError:
            return False
        return True

    def put_vhost(self, vhost: str, definitions: Mapping[str, Any] | None = None) -> None:
        """Make a virtual host that our user may use, and load policies, exchanges and queues into it."""
        name = quote(vhost, safe="")
        self.call("PUT", f"/api/vhosts/{name}")
        self.call("PUT", f"/api/permissions/{name}/{quote(self.user)}", {"configure": ".*", "write": ".*", "read": ".*"})
        if definitions:
            self.call("POST", f"/api/definitions/{name}", definitions)

    def delete_vhost(self, vhost: str) -> None:
        """Remove a virtual host with everything in it. One that is not there is no error."""
        try:
            self.call("DELETE", f"/api/vhosts/{quote(vhost, safe='')}")
        except httpx.HTTPStatusError as error:
            if error.response.status_code != HTTPStatus.NOT_FOUND:
                raise

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Do one call; returns the decoded answer, None where it is empty.

        Raises:
            httpx.HTTPError: refused (`httpx.HTTPStatusError`) or not reached.
        """
        answer = httpx.request(
            method,
            self._url.copy_with(raw_path=path.encode()),
            auth=(self.user, self._url.password or USER),
            json=body,
            timeout=API_TIMEOUT_SECONDS,
            trust_env=False,  # a node of this machine is not behind a proxy
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None


def api_beside(amqp_url: str) -> str:
    """Return the management API of a broker, where nothing says otherwise: port 15672 of the same host, the same user."""
    parts = urlsplit(amqp_url)
    return f"http://{parts.username or USER}:{parts.password or USER}@{parts.hostname}:15672"
