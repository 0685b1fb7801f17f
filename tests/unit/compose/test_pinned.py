"""The images that others make, fetched anew and named by digest; what can't be had stays as it was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from deploy.compose.pinned import pin
from deploy.compose.upgrade import Installation, Refused
from deploy.compose.variables import value_of

COMPOSE = Path(__file__).resolve().parents[3] / "deploy" / "compose" / "compose.yaml"
FETCHED = {"mongo:7.0": ["other/mongo@sha256:9", "mongo@sha256:2"], "rabbitmq:3.13-management": ["rabbitmq@sha256:3"], "made:here": []}


@dataclass(frozen=True)
class Shelf(Installation):
    """Docker as far as a fetch asks it. `used`: the images of what compose would start."""

    used: tuple[str, ...] = ()
    registry: Mapping[str, list[str]] = field(default_factory=dict)
    silent: bool = False

    def docker(self, *words: str) -> CompletedProcess[str]:
        out, code = "", 0
        match list(words):
            case ["version"]:
                code = int(self.silent)
            case ["compose", *_]:
                out = json.dumps({"services": {f"s{number}": {"image": image} for number, image in enumerate(self.used)}})
            case ["pull", "--quiet", image]:
                code = int(image not in self.registry)
            case ["image", "inspect", *_, image]:
                out = json.dumps(self.registry[image])
        return CompletedProcess(words, code, out, "")


def shelf(variables: Path, *used: str, silent: bool = False) -> Shelf:
    return Shelf((str(COMPOSE),), str(variables), used=used, registry=FETCHED, silent=silent)


def test_what_is_used_is_named_by_the_digest_of_its_tag_and_the_rest_is_left_alone(tmp_path: Path) -> None:
    variables, told = tmp_path / ".env", list[str]()
    variables.write_text("PROFILE=production\nMONGO_IMAGE=mongo:7.0@sha256:1")
    variables.chmod(0o600)
    here = shelf(variables, "adminduk:1.0.0", "mongo:7.0@sha256:1", "rabbitmq:3.13-management")
    assert pin(here, told.append)
    assert variables.read_text() == (
        "PROFILE=production\nMONGO_IMAGE=mongo:7.0@sha256:2\nRABBITMQ_IMAGE=rabbitmq:3.13-management@sha256:3\n"
    )
    assert variables.stat().st_mode & 0o777 == 0o600
    assert told[0] == "MONGO_IMAGE=mongo:7.0@sha256:2 (sebelumnya mongo:7.0@sha256:1)", "the way back"


@pytest.mark.parametrize("image", ["gone:1", "mongo@sha256:1", "made:here"])
def test_what_can_not_be_had_or_has_no_version_stays(image: str, tmp_path: Path) -> None:
    variables, told = tmp_path / ".env", list[str]()
    variables.write_text(f"MONGO_IMAGE={image}\n")
    assert not pin(shelf(variables, image, "rabbitmq:3.13-management"), told.append)
    assert value_of(variables, "MONGO_IMAGE") == image
    assert value_of(variables, "RABBITMQ_IMAGE").endswith("@sha256:3"), "one that is missing keeps no other from being fetched"
    assert told[0].startswith(f"MONGO_IMAGE: {image} tidak dapat diambil")


def test_where_docker_is_silent_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="docker_silent"):
        pin(shelf(tmp_path / ".env", silent=True), print)
    assert not list(tmp_path.iterdir())
