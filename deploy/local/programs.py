"""Where the server programs are on this machine."""

import os
import shutil
import sys
from pathlib import Path
from typing import Final

# Debian's /usr/sbin/rabbitmq-server insists on root or the rabbitmq user and on /var; the script behind it does not.
RABBITMQ_PATHS: Final = (
    "/usr/lib/rabbitmq/bin/rabbitmq-server",
    "/usr/local/sbin/rabbitmq-server",
    "/opt/rabbitmq/sbin/rabbitmq-server",
    "/opt/homebrew/sbin/rabbitmq-server",
)


class MissingServerError(Exception):
    """A server program is not on this machine; the message says what to do."""


def find_rabbitmq(configured: str = "") -> Path:
    """Find the program that starts RabbitMQ: the one that is configured, else `RABBITMQ_SERVER`, else in the usual places.

    Raises:
        MissingServerError: says how to get one, or how to do without.
    """
    on_path = shutil.which("rabbitmq-server")
    configured = configured or os.environ.get("RABBITMQ_SERVER", "")
    candidates = [configured] if configured else [*RABBITMQ_PATHS, *([on_path] if on_path else [])]
    for candidate in candidates:
        if os.access(candidate, os.X_OK):
            return Path(candidate)
    raise MissingServerError(
        "RabbitMQ is not installed here. Either\n"
        "  sudo apt-get install rabbitmq-server    (Debian, Ubuntu; the system service is not needed)\n"
        "or use servers that already run:\n"
        "  docker run -d -p 5672:5672 -p 15672:15672 rabbitmq:3-management\n"
        "  AMQP_URL=amqp://guest:guest@127.0.0.1:5672/ make run\n"
        "(MONGO_URL=mongodb://... does the same for MongoDB, which must be a replica set.)"
    )


def find_mongod() -> Path:
    """Find the mongod that comes with the extra ``local``, else one on PATH.

    Raises:
        MissingServerError: neither is there.
    """
    for folder in sys.path:
        bundled = Path(folder) / "fiftyone" / "db" / "bin" / "mongod"
        if bundled.is_file():
            if not os.access(bundled, os.X_OK):  # wheels do not keep the executable bit
                bundled.chmod(0o755)
            return bundled
    on_path = shutil.which("mongod")
    if on_path:
        return Path(on_path)
    raise MissingServerError(
        "mongod is not here: install the extra 'local' (make setup), or use a replica set that already runs: MONGO_URL=mongodb://..."
    )


def find_caddy() -> Path | None:
    """Find the front door's program; None where there is none: the services then answer on their own ports alone."""
    found = shutil.which("caddy")
    return Path(found) if found else None


def find_prometheus() -> Path | None:
    """Find Prometheus, which comes with promtool; None where there is none: nothing is watched then."""
    found = shutil.which("prometheus")
    return Path(found) if found else None


def find_alertmanager() -> Path | None:
    """Find Alertmanager, which Debian calls by another name than its maker; None where there is none."""
    found = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    return Path(found) if found else None


def find_sshd() -> Path | None:
    """Find the SSH server's program; None where there is none. Debian keeps it out of everybody's PATH."""
    found = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin")
    return Path(found) if found else None


def find_epmd() -> str:
    """Find Erlang's port mapper.

    Raises:
        MissingServerError: it is not there.
    """
    found = shutil.which("epmd")
    if found is None:
        raise MissingServerError("epmd (part of Erlang) is not on PATH: install the package erlang-base")
    return found
