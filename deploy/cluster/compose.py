"""What compose.yaml says of each service, for others who run it: image, command, settings, memory and probe."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

FILE: Final = Path(__file__).parents[1] / "compose" / "compose.yaml"
NAMES: Final = ("intake", "verification", "issuance", "notifier")
_VARIABLE: Final = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")
_SIZE: Final = re.compile(r"^(\d+)([bkmg]?)b?$", re.IGNORECASE)
_UNITS: Final = {"": "", "b": "", "k": "Ki", "m": "Mi", "g": "Gi"}


@dataclass(frozen=True)
class Described:
    """A service as compose has it, with its variables put in.

    Attributes:
        entrypoint: Empty where the image's own is taken.
        memory: The most that it may take, as Kubernetes writes it.
        probe: The command that asks whether it answers; empty where there is none.
    """

    name: str
    image: str
    entrypoint: list[str]
    command: list[str]
    environment: dict[str, str]
    memory: str
    probe: list[str]

    @property
    def port(self) -> int:
        """Where it listens: the first number in its probe."""
        return next(int(word) for word in self.probe if word.isdecimal())

    def env(self, otherwise: Mapping[str, str | None]) -> list[dict[str, str]]:
        """Return its settings as a container has them; some of them otherwise than on one host, or not at all."""
        here = {**self.environment, **otherwise}
        return [{"name": name, "value": value} for name, value in here.items() if value is not None]


class UnknownVariableError(Exception):
    """Compose.yaml has no variable of that name."""


class Compose:
    """The file, with values for its variables; a variable without one has the file's default.

    Raises:
        UnknownVariableError: see there.
    """

    def __init__(self, variables: Mapping[str, str], file: Path = FILE) -> None:
        text = file.read_text(encoding="utf-8")
        self._variables = variables
        self._services: Mapping[str, Mapping[str, Any]] = yaml.safe_load(text)["services"]
        if unknown := variables.keys() - {match[1] for match in _VARIABLE.finditer(text)}:
            raise UnknownVariableError(", ".join(sorted(unknown)))

    def services(self) -> list[Described]:
        """Return the four services."""
        return [self.service(name) for name in NAMES]

    def service(self, name: str) -> Described:
        """Return what the file says of one."""
        said = self._services[name]
        return Described(
            name,
            image=self._filled(said["image"]),
            entrypoint=self._words(said.get("entrypoint", ())),
            command=self._words(said.get("command", ())),
            environment={key: self._filled(value) for key, value in said.get("environment", {}).items()},
            memory=_SIZE.sub(lambda size: size[1] + _UNITS[size[2].lower()], self._filled(said.get("mem_limit", ""))),
            probe=self._words(said.get("healthcheck", {}).get("test", ()))[1:],
        )

    def _words(self, words: Sequence[object]) -> list[str]:
        return [self._filled(word) for word in words]

    def _filled(self, text: object) -> str:
        return _VARIABLE.sub(lambda match: self._variables.get(match[1], match[2] or ""), str(text))
