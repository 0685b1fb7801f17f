"""What compose.yaml promises of every container: limits, no rights, a probe, logs that end; and which networks lead where."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.watch.checks import CheckSettings
from tests.containers import drill
from tests.integration.compose.conftest import ROOT, Installation

ONCE = {"prepare", "database", "files", "register", "admin"}
"""Run and end, or are run by hand."""


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    return Installation(tmp_path_factory.mktemp("layout") / "state").services()


def test_whatever_runs_has_limits_and_no_rights_but_to_what_is_kept(services: Mapping[str, Any]) -> None:
    for name, service in services.items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert all(service[limit] for limit in ("mem_limit", "cpus", "pids_limit")), name
    added = {name: " ".join(sorted(service["cap_add"])) for name, service in services.items() if service.get("cap_add")}
    assert added == {
        **dict.fromkeys(("prepare", "admin", "backup"), "CHOWN DAC_OVERRIDE FOWNER"),
        "database": "DAC_OVERRIDE",
        "front-door": "NET_BIND_SERVICE",
    }


def test_every_log_ends(services: Mapping[str, Any]) -> None:
    assert not [name for name, service in services.items() if service["logging"]["options"].keys() != {"max-size", "max-file"}]


def test_whatever_stays_has_a_probe(services: Mapping[str, Any]) -> None:
    assert {name for name, service in services.items() if "healthcheck" in service} == services.keys() - ONCE
    assert {name for name, service in services.items() if service["restart"] == "unless-stopped"} - ONCE == services.keys() - ONCE


def test_whatever_stays_is_killed_and_hung_in_the_drill(services: Mapping[str, Any]) -> None:
    struck = [name for together in drill.TOGETHER for name in together]
    assert sorted(struck) == sorted(services.keys() - ONCE)


def test_what_is_asked_whether_it_goes_on_says_so_where_the_probe_looks(services: Mapping[str, Any]) -> None:
    for name, variable in (("backup", "BACKUP_BEAT"), ("checks", "CHECK_BEAT")):
        *_, port, beat, seconds = services[name]["healthcheck"]["test"]
        assert (beat, int(seconds) > 60) == (services[name]["environment"][variable], True), name
        assert port == services[name]["environment"].get("BACKUP_METRICS_PORT", str(CheckSettings.model_fields["port"].default)), name


def test_only_the_front_door_has_ports_so_that_the_others_may_be_many(services: Mapping[str, Any]) -> None:
    demo = {name for name, service in services.items() if "demo" in service.get("profiles", ())}
    assert {name for name, service in services.items() if "ports" in service} - demo == {"front-door"}


def test_the_front_door_does_not_reach_what_is_kept_and_that_has_no_way_out(services: Mapping[str, Any]) -> None:
    assert services["front-door"]["networks"] == ["door"]
    assert services["mongo"]["networks"] == services["rabbitmq"]["networks"] == ["data"]
    assert services["watchdog"]["network_mode"] == services["prepare"]["network_mode"] == "none"
    networks = yaml.safe_load((ROOT / "deploy/compose/compose.yaml").read_text())["networks"]
    assert [name for name, network in networks.items() if network and network.get("internal")] == ["data"]


def test_whoever_has_a_way_out_sees_its_own_part_of_the_state_alone(services: Mapping[str, Any]) -> None:
    whole = {name for name, service in services.items() if any(mount.split(":")[1] == "/state" for mount in service.get("volumes", ()))}
    assert {name for name in whole if "app" in services[name].get("networks", ())} == {"admin", "backup"}, "they keep and bring back all"


def test_images_are_of_this_version(services: Mapping[str, Any]) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    ours = {service["image"] for service in services.values() if service["image"].startswith("adminduk")}
    assert ours == {f"adminduk:{version}", f"adminduk-demo:{version}"}


def test_the_simulators_are_in_no_image_of_production(services: Mapping[str, Any]) -> None:
    simulators = {name for name, service in services.items() if [*service.get("command", ()), ""][0].startswith("deploy.simulators")}
    assert simulators == {"whatsapp", "court", "graph"}
    assert {services[name]["image"].partition(":")[0] for name in simulators} == {"adminduk-demo"}
    assert all(services[name]["profiles"] == ["demo"] for name in simulators)


@pytest.mark.parametrize("file", ["roles.yaml", "ports.yaml"])
def test_the_files_beside_it_are_about_its_services(file: str, services: Mapping[str, Any]) -> None:
    beside = yaml.safe_load((ROOT / "deploy/compose" / file).read_text())["services"]
    for name, service in beside.items():
        base = service.get("extends", {}).get("service", name)
        assert base in services
        if file == "roles.yaml":
            module, role = service["command"]
            assert (service.get("environment", {}).get("WEBHOOK_LOG_WATCH") == "true") is (name == "intake-worker"), name
            assert (module, f"-{role}" if name != base else "-api") == (f"services.{base}", name.removeprefix(base) or "-api")


def test_roles_apart_are_as_many_as_is_said_of_each_and_see_at_once_what_the_api_stores() -> None:
    apart = yaml.safe_load((ROOT / "deploy/compose/roles.yaml").read_text())["services"]
    assert apart["intake-worker"]["environment"] == {"WEBHOOK_LOG_WATCH": "true"}
    for name in (each for each in apart if "extends" in apart[each]):
        service, role = name.upper().split("-")
        assert apart[name]["scale"] == f"${{{service}_{role}_COPIES:-${{{service}_COPIES:-1}}}}"


def test_mounted_files_of_ours_are_there(services: Mapping[str, Any]) -> None:
    sources = [Path(mount.partition(":")[0]) for service in services.values() for mount in service.get("volumes", ())]
    assert all((ROOT / "deploy/compose" / source).exists() for source in sources if str(source).startswith(".."))


def test_a_cluster_has_the_nodes_that_prepare_names_each_as_the_one_of_one_host(services: Mapping[str, Any]) -> None:
    beside = yaml.safe_load((ROOT / "deploy/compose/cluster.yaml").read_text())
    added = beside["services"]
    named = added["prepare"]["environment"]
    for variable, first, port in (("RABBITMQ_NODES", "rabbitmq", 5672), ("MONGO_MEMBERS", "mongo", 27017)):
        nodes = [first, *(name for name, service in added.items() if service.get("extends", {}).get("service") == first)]
        assert named[variable].split(",") == [f"{name}:{port}" for name in nodes]
        assert len(nodes) == 3
    assert added["database"]["environment"]["MONGO_OTHERS"].split(",") == named["MONGO_MEMBERS"].split(",")[1:]
    for name in ("rabbitmq-2", "rabbitmq-3"):
        assert added[name]["hostname"] == name, "part of the node's name"
        assert f"{name}:/var/lib/rabbitmq" in added[name]["volumes"]
    cookie = "/rabbitmq/cookie:/var/lib/rabbitmq/.erlang.cookie:ro"
    assert [mount for mount in services["rabbitmq"]["volumes"] if mount.endswith(cookie)], "of a start without this file, too"
    stays = ("read_only", "cap_drop", "security_opt", "networks", "user")
    assert {name: added["spread"][name] for name in stays} == {name: services["rabbitmq"][name] for name in stays}


def test_what_backs_up_finds_the_variables_of_compose_beside_it(services: Mapping[str, Any]) -> None:
    for name in ("admin", "backup"):
        assert ".:/compose:ro" in services[name]["volumes"], name
        assert services[name]["environment"]["BACKUP_VARIABLES"] == "/compose/.env", name
