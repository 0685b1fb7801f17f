"""Another version, one container at a time: what is looked at before, in which order, and what stays when one does not get ready."""

from __future__ import annotations

import json
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from errno import ENOSPC
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from deploy.compose import ends, upgrade
from deploy.compose.upgrade import Installation, Refused

OLD, NEW = "adminduk:1.0.0", "adminduk:1.1.0"
IDS = {OLD: "sha256:old", NEW: "sha256:new"}


@dataclass(frozen=True)
class Host(Installation):
    """Docker as far as an upgrade asks it, with two copies of intake and one of what else there is. `sick`: the service that stays ill."""

    running: list[dict[str, Any]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    sick: str = ""
    fails: str = ""
    silent: bool = False
    is_full: bool = False
    scale: int | None = None
    """Copies of intake that compose's file and variables name."""

    def add(self, service: str, image: str) -> None:
        number = len(self.said) + len(self.running)
        labels = {upgrade.SERVICE: service}
        health = "unhealthy" if image == NEW and service == self.sick else "healthy"
        state = {"Running": health == "healthy", "Health": {"Status": health}}
        config = {"Image": image, "Labels": labels}
        self.running.append(
            {"Id": f"{service}-{number}", "Name": service, "Created": number, "Image": IDS[image], "Config": config, "State": state}
        )

    def docker(self, *words: str) -> CompletedProcess[str]:
        out, code = "", 0
        match list(words):
            case ["version"]:
                code = int(self.silent)
            case ["image", "inspect", *_, image]:
                out, code = IDS.get(image, ""), int(image not in IDS)
            case ["compose", *rest]:
                out, code = self._compose([word for word in rest if word not in ("-f", *self.files, "--env-file", self.variables)])
            case ["ps", *rest]:
                assert f"label={upgrade.ONE_OFF}=False" in rest, "a command that somebody runs is no copy of a service"
                wanted = [word.partition(f"{upgrade.SERVICE}=")[2] for word in rest if upgrade.SERVICE in word]
                out = " ".join(each["Id"] for each in self.running if not wanted or each["Name"] in wanted)
            case ["inspect", *ids]:
                out = json.dumps([each for each in self.running if each["Id"] in ids])
            case ["rm", *rest]:
                self.said.append(f"gone {rest[-1].partition('-')[0]}")
                self.running[:] = [each for each in self.running if each["Id"] != rest[-1]]
            case ["stop" | "logs", *_]:
                pass
        return CompletedProcess(words, code, out, "")

    def keep_log(self, container: str, service: str) -> None:
        assert any(each["Id"] == container for each in self.running), "before it goes"
        if self.is_full:
            raise OSError(ENOSPC, "No space left on device")
        self.said.append(f"log {service}")

    def _compose(self, words: Sequence[str]) -> tuple[str, int]:
        if words[:1] == ["config"]:
            services = {"intake": {"scale": self.scale}, "front-door": {"scale": 0}} if self.scale else {}
            return json.dumps({"name": "adminduk", "services": services}), int(self.fails == "config")
        if words[:1] == ["up"] and "--scale" in words:
            self.add(words[-1], self.image)
        self.said.append(" ".join([self.image, *(word for word in words if not word.startswith("-"))]))
        return "balanced", int(bool(self.fails) and self.fails in self.said[-1])


def host(variables: Path = Path("/nowhere/.env"), **more: Any) -> Host:
    made = Host(("compose.yaml",), str(variables), **more)
    for name in ("intake", "intake", "notifier", "front-door"):
        made.add(name, OLD)
    return made


def images(made: Host, service: str) -> list[str]:
    return [each["Config"]["Image"] for each in made.running if each["Name"] == service]


def test_a_new_one_is_ready_before_an_old_one_goes(tmp_path: Path) -> None:
    variables = tmp_path / ".env"
    variables.write_text("PROFILE=production\nIMAGE=adminduk:1.0.0\n")
    made, told = host(), list[str]()
    here = Host(made.files, str(variables), running=made.running, said=made.said)
    upgrade.upgrade(here, NEW, backup=True, tell=told.append)
    assert images(made, "intake") == [NEW, NEW]
    assert images(made, "notifier") == [NEW]
    assert made.said.count("log intake") == 2, "what an old one said is kept"
    said = [line for line in made.said if " up " in line or line.startswith("gone")]
    assert [line.split()[-1] for line in said] == ["notifier", "notifier", "intake", "intake", "intake", "intake"]
    assert said[-2:] == [f"{NEW} up intake=3 intake", "gone intake"], "two copies serve all the while"
    assert variables.read_text() == f"PROFILE=production\nIMAGE={NEW}\n"
    assert f"IMAGE={OLD}" in told[-1], "the way back"


def test_what_runs_makes_the_backup_and_the_new_one_gets_all_ready_before_anything_is_replaced(tmp_path: Path) -> None:
    made = host(tmp_path / ".env")
    upgrade.upgrade(made, NEW, backup=True, tell=lambda _: None)
    assert [line.replace(" run ", " ") for line in made.said[:6]] == [
        f"{OLD} admin backup now",
        f"{NEW} prepare",
        f"{NEW} database",
        f"{NEW} files",
        f"{NEW} admin topology check",
        f"{NEW} up notifier=2 notifier",
    ]
    assert any("exec front-door caddy reload" in line for line in made.said)


def test_one_that_does_not_get_ready_is_taken_away_and_the_old_ones_stay(tmp_path: Path) -> None:
    variables = tmp_path / ".env"
    variables.write_text("PROFILE=production")
    made = host(variables, sick="intake")
    with pytest.raises(Refused, match=f"intake; kembali: make upgrade IMAGE={OLD}") as caught:
        upgrade.upgrade(made, NEW, backup=False, tell=lambda _: None)
    assert caught.value.code == "not_ready"
    assert images(made, "intake") == [OLD, OLD]
    assert images(made, "notifier") == [NEW], "both versions understand each other"
    assert variables.read_text() == f"PROFILE=production\nIMAGE={OLD}\n", "a start on the way takes what ran, whatever compose.yaml names"


def test_who_ends_it_ends_it_between_two_containers(tmp_path: Path) -> None:
    variables = tmp_path / ".env"
    made, told = host(variables), list[str]()
    with pytest.raises(Refused, match="interrupted: Dihentikan") as caught:
        upgrade.upgrade(made, NEW, backup=False, tell=told.append, is_ended=lambda: any("intake:" in line for line in told))
    assert caught.value.code == "interrupted"
    assert images(made, "intake") == [OLD, NEW], "as many as before"
    assert variables.read_text() == f"IMAGE={OLD}\n"
    upgrade.upgrade(made, NEW, backup=False, tell=told.append)
    assert images(made, "intake") == [NEW, NEW]


def test_a_new_one_that_is_waited_for_goes_with_who_ends_it(tmp_path: Path) -> None:
    made = host(tmp_path / ".env")
    asked: list[bool] = []

    def is_ended() -> bool:
        asked.append(len(images(made, "notifier")) > 1)
        return any(asked)

    with pytest.raises(Refused, match="interrupted"):
        upgrade.upgrade(made, NEW, backup=False, tell=lambda _: None, is_ended=is_ended)
    assert (images(made, "notifier"), made.said[-1]) == ([OLD], "gone notifier")


def test_the_next_run_takes_away_a_copy_that_a_harder_end_left(tmp_path: Path) -> None:
    made, told = host(tmp_path / ".env", scale=2), list[str]()
    made.add("intake", NEW)
    made.running[-1]["State"] = {"Running": False}
    upgrade.upgrade(made, NEW, backup=False, tell=told.append)
    assert images(made, "intake") == [NEW, NEW]
    assert told[0].startswith("intake: satu salinan lebih dari yang disebut .env")
    assert made.said[:2] == ["log intake", "gone intake"], "before it counts as ill"


def test_a_log_that_finds_no_room_keeps_no_upgrade(tmp_path: Path) -> None:
    made, told = host(tmp_path / ".env", is_full=True), list[str]()
    upgrade.upgrade(made, NEW, backup=False, tell=told.append)
    assert images(made, "intake") == [NEW, NEW]
    assert "log intake tidak tersimpan: No space left on device" in told


def test_what_would_end_it_is_held_back_and_said() -> None:
    told = list[str]()
    before = [signal.getsignal(each) for each in ends.ENDS]
    with ends.ends_held(told.append) as is_ended:
        assert not is_ended()
        for each in ends.ENDS:
            signal.raise_signal(each)
        assert is_ended()
    assert told == ["sebentar: yang sedang dikerjakan diselesaikan dulu"]
    assert [signal.getsignal(each) for each in ends.ENDS] == before


def test_what_stands_beside_is_renewed_and_the_judges_read_their_rules_again(tmp_path: Path) -> None:
    made = host(tmp_path / ".env")
    for name in ("checks", "prometheus", "alertmanager"):
        made.add(name, OLD)
    upgrade.upgrade(made, NEW, backup=False, tell=lambda _: None)
    assert f"{NEW} up checks" in made.said
    assert f"{NEW} restart prometheus alertmanager" in made.said


@pytest.mark.parametrize(
    ("image", "more", "code"),
    [
        ("adminduk", {}, "image_unversioned"),
        ("adminduk:latest", {}, "image_unversioned"),
        ("adminduk:9.9.9", {}, "image_missing"),
        (NEW, {"silent": True}, "docker_silent"),
        (NEW, {"fails": "config"}, "compose_refused"),
        (NEW, {"fails": "backup now"}, "backup_failed"),
        (NEW, {"fails": f"{NEW} run prepare"}, "prepare_failed"),
        (NEW, {"fails": "run database"}, "database_failed"),
        (NEW, {"fails": "run files"}, "files_failed"),
        (NEW, {"fails": "topology"}, "topology_failed"),
    ],
)
def test_nothing_is_replaced_where_something_is_missing(image: str, more: dict[str, Any], code: str, tmp_path: Path) -> None:
    made = host(tmp_path / ".env", **more)
    with pytest.raises(Refused) as caught:
        upgrade.upgrade(made, image, backup=True, tell=lambda _: None)
    assert caught.value.code == code
    assert images(made, "intake") == [OLD, OLD]


def test_what_is_not_well_is_not_replaced() -> None:
    made = host()
    made.running[0]["State"]["Health"]["Status"] = "unhealthy"
    with pytest.raises(Refused, match="not_healthy"):
        upgrade.upgrade(made, NEW, backup=True, tell=lambda _: None)
    made.running.clear()
    with pytest.raises(Refused, match="nothing_runs"):
        upgrade.upgrade(made, NEW, backup=True, tell=lambda _: None)


def test_every_refusal_is_on_the_page_for_operators() -> None:
    page = (Path(upgrade.__file__).parents[2] / "docs" / "operations" / "pembaruan.md").read_text(encoding="utf-8")
    assert [code for code, sentence in upgrade.SENTENCES.items() if f"`{code}` | {sentence}" not in page] == []
