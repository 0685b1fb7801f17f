"""The few calls of RabbitMQ's management API that a local run and the tests need."""

import json
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

API_TIMEOUT_SECONDS: Final = 15
USER: Final = "guest"  # RabbitMQ lets guest in from this machine only


class RabbitApi:
    """A client of the management API, for one node and one user."""

    def __init__(self, url: str) -> None:
        """Take an address with user and password in it, such as ``http://guest:guest@127.0.0.1:15672``."""
        scheme, rest = url.rstrip("/").split("://", 1)
        credentials, _, address = rest.rpartition("@")
        self._url = f"{scheme}://{address}"
        self._authorization = "Basic " + b64encode((credentials or f"{USER}:{USER}").encode()).decode()
        self.user = (credentials or USER).partition(":")[0]

    def listens_on(self, port: int) -> bool:
        """Tell whether the node takes connections on that port."""
        try:
            self.call("GET", f"/api/health/checks/port-listener/{port}")
        except (OSError, ValueError):
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
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.NOT_FOUND:
                raise

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Do one call; returns the decoded answer, None where it is empty.

        Raises:
            OSError: refused (`urllib.error.HTTPError`) or not reached.
        """
        request = urllib.request.Request(  # noqa: S310 - the address is a setting of ours
            self._url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": self._authorization, "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=API_TIMEOUT_SECONDS) as answer:  # noqa: S310 - as above
            text = answer.read()
        return json.loads(text) if text else None
