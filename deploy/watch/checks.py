"""`python -m deploy.watch.checks`: look from time to time at what no service can know of itself, and tell it as `/metrics`.

Whether the books balance, every number has its document, events are in order, nobody changed who saw whom, and queues are as they
should be: by the operator's own commands (`deploy.admin`). And the certificate that browsers see, the clock, the watchdog's beat, and what
the database's members tell of themselves.
"""

from __future__ import annotations

import math
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Annotated, Final

import httpx
from cryptography import x509
from prometheus_client import Gauge, start_http_server
from pydantic import Field, SecretStr

from deploy.watch.members import look_at_members
from shared import logs, metrics
from shared.clock import monotonic_seconds, now
from shared.settings import Environment

PASSED: Final = Gauge("check_passed", "1 where the last look found nothing wrong", ("check",))
RAN_AT: Final = Gauge("check_ran_at_seconds", "When it was looked at last", ("check",))
CLOCK_OFF: Final = Gauge("clock_off_seconds", "By how much this host's clock is ahead of the world's")
BEAT_AT: Final = Gauge("watchdog_beat_at_seconds", "When the watchdog last looked around")
_HOUR, _DAY = 3600.0, 86_400.0
CHECKS: Final[Mapping[str, tuple[tuple[str, ...], float]]] = {
    "conservation": (("conservation",), _HOUR),
    "sequences": (("sequences",), _HOUR),
    "topology": (("topology", "check"), _HOUR),
    "numbers": (("numbers", "audit"), _DAY),
    "audit": (("audit", "verify"), _DAY),
}
"""By name: the operator's command, and how often. Those of a day read everything that there is."""
_AGAIN_SECONDS: Final = 60.0  # after one that found something, or could not look
_ANSWER_SECONDS: Final = 10.0
_RENEWED_BY_ITSELF: Final = timedelta(days=14)  # nobody orders a certificate for less
_LONGEST_SECONDS: Final = 3 * _HOUR  # of one command
_SILENT: Final = "does not answer"  # how the commands say that a server is away: then nothing was found out

_log = logs.get("checks")


class CheckSettings(Environment):
    """What is looked at. Of the commands each reads its own environment."""

    host: Annotated[str, Field(description="Address to listen on")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="Port of /metrics")] = 8120
    check_often: Annotated[float, Field(gt=0, description="How many times as often as usual, for trying")] = 1.0
    mongo_url: Annotated[SecretStr, Field(description="mongodb:// whose members are asked how they are; empty = nobody is")] = SecretStr("")
    front_door: Annotated[str, Field(pattern=r"^([^:/]+:[0-9]+)?$", description="host:port of the front door; empty = no TLS here")] = ""
    front_door_name: Annotated[str, Field(description="Name in its certificate")] = "localhost"
    clock_url: Annotated[str, Field(description="A server of the world whose time is right; empty = nobody is asked")] = ""
    check_beat: Annotated[Path | None, Field(description="File that is touched between two looks; empty = none")] = None
    watchdog_beat: Annotated[Path | None, Field(description="File that the watchdog touches; empty = there is none")] = None


class Looking:
    """The looks, one after the other, each when it is due."""

    def __init__(self, settings: CheckSettings) -> None:
        self._settings = settings
        self._due = dict.fromkeys(CHECKS, float("-inf"))
        self.stopping = threading.Event()

    def run(self) -> None:
        """Look until `stopping` is set."""
        while not self.stopping.is_set():
            self.look_around()
            for name in CHECKS:
                if monotonic_seconds() >= self._due[name] and not self.stopping.is_set():
                    self._check(name)
            self.stopping.wait(15 / self._settings.check_often)

    def look_around(self) -> None:
        """Look at what costs nothing."""
        settings = self._settings
        if settings.check_beat is not None:
            settings.check_beat.touch()
        if settings.mongo_url.get_secret_value():
            look_at_members(settings.mongo_url.get_secret_value())
        with suppress(OSError, ValueError):
            if settings.front_door:
                seen = seen_certificate(settings.front_door, settings.front_door_name)
                metrics.CERTIFICATE_DAYS.labels("tls").set(days_left(seen, now()))
        with suppress(httpx.HTTPError, KeyError):
            if settings.clock_url:
                CLOCK_OFF.set(clock_off(settings.clock_url))
        with suppress(OSError):
            if settings.watchdog_beat is not None:
                BEAT_AT.set(settings.watchdog_beat.stat().st_mtime)

    def _check(self, name: str) -> None:
        words, every = CHECKS[name]
        done = subprocess.run(
            [sys.executable, "-m", "deploy.admin", *words], capture_output=True, text=True, check=False, timeout=_LONGEST_SECONDS
        )
        found_out = _SILENT not in done.stderr
        _log.info("check.done", check=name, code=done.returncode, found_out=found_out)
        if found_out:
            PASSED.labels(name).set(float(done.returncode == 0))
            RAN_AT.labels(name).set_to_current_time()
        rest = every if done.returncode == 0 else _AGAIN_SECONDS
        self._due[name] = monotonic_seconds() + rest / self._settings.check_often


def seen_certificate(address: str, name: str) -> x509.Certificate:
    """Return the certificate that a browser would see; whoever signed it.

    Raises:
        OSError: nobody answers.
    """
    host, _, port = address.rpartition(":")
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # its end is asked for; whether it is trusted is the browsers' business
    with (
        socket.create_connection((host, int(port)), _ANSWER_SECONDS) as connection,
        context.wrap_socket(connection, server_hostname=name) as secured,
    ):
        return x509.load_der_x509_certificate(secured.getpeercert(binary_form=True) or b"")


def days_left(certificate: x509.Certificate, at: datetime) -> float:
    """Return the days until it ends. No number where it holds and is made for days: whoever made it (Caddy, for 12 hours) renews it."""
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if at < ends and ends - begins < _RENEWED_BY_ITSELF:
        return math.nan
    return (ends - at).total_seconds() / _DAY


def clock_off(url: str) -> float:
    """Return by how many seconds this host's clock is ahead; the answer's `Date` has whole ones.

    Raises:
        httpx.HTTPError: nobody answers.
        KeyError: the answer tells no time.
    """
    told: datetime = parsedate_to_datetime(httpx.head(url, timeout=_ANSWER_SECONDS).headers["Date"])
    return (now() - told).total_seconds()


def main() -> int:
    """Tell what is found until SIGTERM or SIGINT."""
    settings = CheckSettings()
    logs.configure("checks", "worker")
    looking = Looking(settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: looking.stopping.set())
    start_http_server(settings.port, settings.host)
    looking.run()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
