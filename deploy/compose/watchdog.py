"""`python -m deploy.compose.watchdog`: restart the containers of this installation that hang.

Docker restarts what has ended. What does not answer it only marks, so a stopped or deadlocked process would stay for ever. A container
whose last probes say `hung` (or did not end themselves) is stopped, killed where it does not stop, and started again. One that is not
ready because something else is away is left alone: a restart would mend nothing. A loop that hangs itself ends the watchdog.
"""

import faulthandler
import http.client
import json
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

SOCKET: Final = "/var/run/docker.sock"
BEAT: Final = Path(os.environ.get("WATCHDOG_BEAT", "/tmp/beat"))  # noqa: S108 - a container of its own
PROJECT: Final = "com.docker.compose.project"
SERVICE: Final = "com.docker.compose.service"
HUNG: Final = ("hung", "timed out", "exceeded timeout")  # by our probes, by wget, by Docker of a probe that did not end
PROBES: Final = 3  # in a row
LOOK_SECONDS: Final = 3.0
ANSWER_SECONDS: Final = 30.0  # Docker answers a restart when it is done
STOP_SECONDS: Final = 3  # a process that does not answer seldom stops when asked
OWN_SECONDS: Final = 120.0


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("docker", timeout=ANSWER_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Docker:
    """The few words of Docker's API that are needed."""

    def __init__(self, path: str = SOCKET) -> None:
        self._path = path

    def call(self, method: str, path: str) -> Any:
        """Return what Docker answers; None where it is nothing.

        Raises:
            OSError: Docker does not answer, or says no.
        """
        connection = _Connection(self._path)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            body = answer.read()
        except http.client.HTTPException as error:
            raise OSError(str(error)) from None
        finally:
            connection.close()
        if answer.status >= http.client.BAD_REQUEST:
            raise OSError(f"{answer.status} {body[:200].decode(errors='replace')}")
        return json.loads(body) if body else None


def hangs(state: dict[str, Any]) -> bool:
    """Whether the last probes of a running container say that it does not answer."""
    log = (state.get("Health") or {}).get("Log") or []
    last = log[-PROBES:]
    return (
        bool(state.get("Running"))
        and len(last) == PROBES
        and all(each["ExitCode"] != 0 and any(word in each["Output"] for word in HUNG) for each in last)
        and all(each["Start"] > state["StartedAt"] for each in last)
    )


def restart_hung(docker: Docker, project: str) -> Iterator[str]:
    """Restart what hangs; yield the names of those services."""
    wanted = quote(json.dumps({"label": [f"{PROJECT}={project}"], "health": ["unhealthy"]}))
    for each in docker.call("GET", f"/containers/json?filters={wanted}"):
        if hangs(docker.call("GET", f"/containers/{each['Id']}/json")["State"]):
            docker.call("POST", f"/containers/{each['Id']}/restart?t={STOP_SECONDS}")
            yield each["Labels"].get(SERVICE, each["Id"][:12])


def own_project(docker: Docker) -> str:
    """Return which installation this container is part of."""
    return str(docker.call("GET", f"/containers/{socket.gethostname()}/json")["Config"]["Labels"][PROJECT])


def watch(docker: Docker, pause: Callable[[float], None] = time.sleep) -> None:
    """Look again and again; ends only with the process."""
    project = ""
    while True:
        faulthandler.dump_traceback_later(OWN_SECONDS, exit=True)
        try:
            project = project or own_project(docker)
            for service in restart_hung(docker, project):
                _say("container.restarted", restarted=service)
        except OSError as error:
            _say("docker.unavailable", reason=str(error))
        BEAT.touch()
        pause(LOOK_SECONDS)


def _say(event: str, **more: str) -> None:
    sys.stdout.write(json.dumps({"event": event, "service": "watchdog", **more}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    watch(Docker())
