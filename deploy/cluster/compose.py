"""What compose.yaml says of each service, for others who run it: its module, its port and its settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

FILE: Final = Path(__file__).parents[1] / "compose" / "compose.yaml"
NAMES: Final = ("intake", "verification", "issuance", "notifier")
_VARIABLE: Final = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


@dataclass(frozen=True)
class Described:
    """A service as compose has it. `environment`: with the defaults of compose's variables."""

    name: str
    module: str
    port: int
    environment: dict[str, str]


def services(file: Path = FILE) -> tuple[Described, ...]:
    """Return the four services."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))["services"]
    return tuple(_described(name, found[name]) for name in NAMES)


def _described(name: str, said: Mapping[str, Any]) -> Described:
    module, _ = said["command"]
    environment = {key: _VARIABLE.sub(lambda match: match[2] or "", str(value)) for key, value in said["environment"].items()}
    check = said["healthcheck"]["test"]
    return Described(name, module, int(check[-1]), environment)
