"""An installation of compose of its own for a drill: another name, ports and network than any other on this host, gone with the drill."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from deploy.local.parts import ROOT
from deploy.local.ports import free_ports
from deploy.waiting import wait_until

COMPOSE: Final = ROOT / "deploy" / "compose"
PORTS: Final = ("DESK_PORT", "HTTP_PORT", "WHATSAPP_PORT", "COURT_PORT", "GRAPH_PORT")
IMAGES: Final = (
    "IMAGE",
    "DEMO_IMAGE",
    "MONGO_IMAGE",
    "RABBITMQ_IMAGE",
    "CADDY_IMAGE",
    "PROMETHEUS_IMAGE",
    "ALERTMANAGER_IMAGE",
    "TRACES_IMAGE",
)
UP_SECONDS: Final = 420  # three of each on two cores


def docker(*words: str, stdin: str | None = None, check: bool = True) -> str:
    """Return what docker printed.

    Raises:
        RuntimeError: it failed; carries what it said. Not without `check`.
    """
    done = subprocess.run(["docker", *words], input=stdin, capture_output=True, text=True, check=False)
    if done.returncode and check:
        raise RuntimeError(f"docker {' '.join(words)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout.strip()


def containers(project: str, service: str) -> list[str]:
    """Return the ids of the containers of a service that run."""
    labels = (f"label=com.docker.compose.project={project}", f"label=com.docker.compose.service={service}")
    return docker("ps", "-q", *(word for each in labels for word in ("--filter", each))).split()


def state(container: str) -> dict[str, Any]:
    """Return what docker knows of a container's life."""
    found: dict[str, Any] = json.loads(docker("inspect", container))[0]["State"]
    return found


@dataclass(frozen=True)
class Project:
    """A demo in a folder. Its images are those that the environment names (`IMAGE`, `MONGO_IMAGE`, ...), or compose's own."""

    name: str
    folder: Path
    files: tuple[Path, ...]
    variables: Path
    ports: dict[str, int]

    @classmethod
    def make(cls, name: str, folder: Path, beside: Sequence[str] = (), **more: str) -> Project:
        """Write the file of variables; nothing is started.

        Args:
            name: Compose's name of it.
            folder: For state, backups and variables.
            beside: Files beside compose.yaml, such as `cluster.yaml`.
            more: Variables.
        """
        ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        subnet = f"198.18.{100 + sum(name.encode()) % 100}.0/24"
        given = {name: os.environ[name] for name in IMAGES if name in os.environ}
        values = {
            "COMPOSE_PROJECT_NAME": name,
            "PROFILE": "demo",
            "COMPOSE_PROFILES": "demo",
            "STATE": str(folder / "state"),
            "BACKUP_FOLDER": str(folder / "backup"),
            "DOOR_SUBNET": subnet,
            "TRUSTED_PROXIES": json.dumps([subnet]),
            **{port: str(number) for port, number in ports.items()},
            **given,
            **more,
        }
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "backup").mkdir(exist_ok=True)
        variables = folder / ".env"
        variables.write_text("".join(f"{key}='{value}'\n" for key, value in values.items()), encoding="utf-8")
        return cls(name, folder, tuple(COMPOSE / file for file in ("compose.yaml", *beside)), variables, ports)

    @property
    def address(self) -> str:
        """The front door."""
        return f"https://localhost:{self.ports['DESK_PORT']}"

    @property
    def state(self) -> Path:
        """Where secrets and settings lie."""
        return self.folder / "state"

    @property
    def options(self) -> list[str]:
        """What makes `docker compose` mean this one."""
        return [*(word for file in self.files for word in ("-f", str(file))), "--env-file", str(self.variables)]

    def compose(self, *words: str, stdin: str | None = None, check: bool = True) -> str:
        """Run `docker compose` of this project; return what it printed.

        Raises:
            RuntimeError: it failed.
        """
        return docker("compose", *self.options, *words, stdin=stdin, check=check)

    def admin(self, *words: str, stdin: str | None = None, check: bool = True) -> str:
        """Run an operator's command."""
        return self.compose("run", "--rm", "--no-deps", "-T", "admin", *words, stdin=stdin, check=check)

    def python(self, program: str, stdin: str = "") -> Any:
        """Run a program where the operator's commands run; return the JSON that it printed last."""
        words = ("run", "--rm", "--no-deps", "-T", "--entrypoint", "python3", "admin", "-c", program)
        return json.loads(self.compose(*words, stdin=stdin).splitlines()[-1])

    def up(self, *words: str) -> None:
        """Start, and wait until all that has a probe is well."""
        self.compose("up", "-d", *words)
        wait_until(self.well, UP_SECONDS, f"{self.name} is well")

    def well(self) -> bool:
        """Whether every container that has a probe answers it."""
        ids = docker("ps", "-q", "--filter", f"label=com.docker.compose.project={self.name}").split()
        health = [state(each).get("Health", {}).get("Status", "healthy") for each in ids]
        return bool(health) and set(health) == {"healthy"}

    def containers(self, service: str) -> list[str]:
        """Return the ids of the containers of a service that run."""
        return containers(self.name, service)

    def secret(self, name: str) -> str:
        """Return a secret of the state."""
        return (self.state / name).read_text(encoding="utf-8").strip()


@contextmanager
def project(name: str, beside: Sequence[str] = (), **more: str) -> Iterator[Project]:
    """Give a project that is taken away with all that it kept."""
    with TemporaryDirectory(prefix=f"{name}-") as folder:
        made = Project.make(name, Path(folder), beside, **more)
        try:
            yield made
        finally:
            made.compose("--profile", "*", "down", "-v", "--remove-orphans", "-t", "5")
