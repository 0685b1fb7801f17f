"""Who else is on this host: another installation under the same name, or a program on one of our ports."""

import os
import socket
from collections.abc import Iterator
from errno import EADDRINUSE
from typing import Final
from urllib.parse import urlsplit

from deploy.compose.refusals import Fault, Refusal

OTHERS: Final = "OTHER_INSTALLS"
"""Folders of other installations whose containers have our project name, as `make install` asks Docker for them."""


def installations() -> Iterator[Refusal]:
    """Yield other installations that would be overwritten by this one."""
    for folder in os.environ.get(OTHERS, "").split():
        yield Fault("project_taken", folder).of("COMPOSE_PROJECT_NAME")


def ports_of(public_url: str, http_port: int) -> tuple[int, ...]:
    """Return the ports of the front door."""
    return (urlsplit(public_url).port or 443, http_port)


def is_taken(port: int) -> bool:
    """Return whether somebody listens there already."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what only lingers takes no port
        try:
            trial.bind(("0.0.0.0", port))  # noqa: S104 - as the front door will
        except OSError as error:
            return error.errno == EADDRINUSE
    return False
