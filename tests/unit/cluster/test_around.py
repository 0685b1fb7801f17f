"""Around the services in Kubernetes: probes, the front door, operators' commands, who speaks to whom, and what Prometheus is told."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.cluster import networks, operators
from deploy.cluster.door import FILES
from deploy.cluster.objects import WAITING
from deploy.cluster.servers import BROKER_PORTS, MONGO_USERS, members
from deploy.compose import prepare
from deploy.watch.config import broker
from shared.messaging.layout.definitions import password_name
from shared.messaging.layout.model import product
from tests.unit.cluster.conftest import ASKED, SERVICES, containers, env, of, pods

ROOT = Path(__file__).parents[3]
CLUSTER = ROOT / "deploy/cluster"


def test_each_file_that_is_taken_from_a_secret_is_one_that_prepare_makes_or_asks_for(
    found: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`kubectl create secret` takes the state folder by folder."""
    monkeypatch.setenv("PROFILE", prepare.PRODUCTION)
    assert prepare.main([str(tmp_path)]) == 1
    asked = capsys.readouterr().err
    volumes = [volume for pod in pods(found).values() for volume in pod["volumes"]]
    sources = [source.get("secret", {}) for volume in volumes for source in volume.get("projected", {}).get("sources", [volume])]
    for source in sources:
        secret = source.get("name", source.get("secretName", "")).removeprefix("adminduk-")
        folder = "issuance/signer" if secret == "signer" else secret
        files = [f"{folder}/{item['key']}" for item in source.get("items", ())]
        assert [file for file in files if not (tmp_path / file).is_file() and f"{file} [missing]" not in asked] == []


def test_the_database_and_the_operator_have_the_passwords_that_they_ask_for_and_no_others(found: list[dict[str, Any]]) -> None:
    def keys(name: str) -> set[str]:
        (volume,) = (each for each in pods(found)[name]["volumes"] if each["name"] == "passwords")
        return {item["key"] for item in volume["secret"]["items"]}

    assert keys("mongo") == {f"mongo_password_{user}" for user in MONGO_USERS}
    assert keys("admin") == {password_name(user.name).lower() for user in product().users}


@pytest.mark.parametrize("name", ["mongo", "rabbitmq"])
@pytest.mark.parametrize(("script", "code"), [("echo hung; exit 1", 1), ("exit 1", 0), ("exit 0", 0)])
def test_a_server_is_ended_when_it_hangs_and_left_alone_while_it_waits(
    found: list[dict[str, Any]], name: str, script: str, code: int, tmp_path: Path
) -> None:
    container = pods(found)[name]["containers"][0]
    *_, path = container["readinessProbe"]["exec"]["command"]
    stand_in = tmp_path / "health.sh"
    stand_in.write_text(script)
    command = [word.replace(path, str(stand_in)) for word in container["livenessProbe"]["exec"]["command"]]
    assert subprocess.run(command, check=False).returncode == code


def test_the_probe_of_a_server_is_a_file_that_it_has(found: list[dict[str, Any]]) -> None:
    for name in ("mongo", "rabbitmq"):
        pod = pods(found)[name]
        *_, path = pod["containers"][0]["readinessProbe"]["exec"]["command"]
        mounts = {mount["mountPath"]: mount["name"] for mount in pod["containers"][0]["volumeMounts"]}
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        folder, file = path.rsplit("/", 1)
        source = volumes["secret" if mounts[folder] == "etc" else mounts[folder]]  # `copied` copies all of the one into the other
        assert file in [item["key"] for item in source["secret"]["items"]]


def test_the_door_answers_a_probe_of_its_own_and_waits_until_nobody_is_led_to_it(found: list[dict[str, Any]]) -> None:
    (container,) = pods(found)["front-door"]["containers"]
    (files,) = (each["data"] for each in of(found, "ConfigMap") if each["metadata"]["name"] == "front-door")
    assert files == {name: (ROOT / "deploy/front_door" / name).read_text() for name in FILES}
    assert f"/etc/caddy/{FILES[1]}" in container["args"]
    for probe in ("readinessProbe", "livenessProbe"):
        assert container[probe]["exec"]["command"][-1] == "http://127.0.0.1:8180/ready"
    assert "http://127.0.0.1:8180" in files[FILES[1]]
    assert container["lifecycle"]["preStop"]["exec"]["command"] == ["sleep", "5"]


def test_the_door_leads_to_the_services_and_has_their_name_and_certificate(found: list[dict[str, Any]]) -> None:
    said = env(pods(found)["front-door"]["containers"][0])
    ports = {each["metadata"]["name"]: each["spec"]["ports"][0]["port"] for each in of(found, "Service")}
    for service in SERVICES:
        assert said[service.name.upper()] == f"{service.name}:{ports[service.name]}"
    assert said["FRONT_DOOR_ADDRESS"] == "https://meja.example.go.id:8443"
    assert said["FRONT_DOOR_TLS"] == "tls /tls/tls.crt /tls/tls.key"
    assert not said.keys() & {"FRONT_DOOR_FILES", "FRONT_DOOR_ADMIN"}


@pytest.mark.parametrize("name", ["admin", "backup", "checks"])
def test_operators_have_what_compose_gives_them_but_for_the_state(found: list[dict[str, Any]], name: str) -> None:
    (container,) = pods(found)[name]["containers"]
    compose, said = ASKED.compose().service(name), env(container)
    mounts = {mount["mountPath"] for mount in container["volumeMounts"]}
    assert {said[each] for each in operators.VOLUMES if each in said} <= mounts
    assert not said.keys() & {"BACKUP_STATE", "WATCHDOG_BEAT"}, "an empty one is the folder where it stands"
    assert said.items() - compose.environment.items() <= {("FRONT_DOOR", "front-door:443")}
    if name == "admin":
        return
    assert [*container.get("command", ()), *container["args"]] == [*compose.entrypoint, *compose.command]
    assert container["ports"][0]["containerPort"] == compose.port == operators.PORTS[name]
    assert container["readinessProbe"]["exec"]["command"] == compose.probe


def test_each_version_brings_its_queues_by_a_job_of_its_own(found: list[dict[str, Any]]) -> None:
    (job,) = of(found, "Job")
    assert job["metadata"]["name"] == "topology-1-2-3"
    (container,) = containers(job["spec"]["template"]["spec"])
    assert [*container["command"], *container["args"]] == ["python3", "-m", "deploy.admin", "topology", "apply"]


def test_an_app_is_begun_alone_by_its_label(found: list[dict[str, Any]]) -> None:
    """As the page does where a backup is restored, and when a version is replaced."""
    policies = {"Namespace", "NetworkPolicy"}
    apps = {each["metadata"]["labels"].get("app") for each in found if each["kind"] not in policies}
    assert apps == {each["spec"]["template"]["metadata"]["labels"]["app"] for each in of(found, "Deployment", "StatefulSet", "Job")}
    assert {each["metadata"]["labels"]["app"] for each in of(found, "ConfigMap")} == {"rabbitmq", "front-door"}


def test_servers_and_services_are_reached_by_their_own_and_by_who_watches(found: list[dict[str, Any]]) -> None:
    policies = {each["metadata"]["name"]: each["spec"] for each in of(found, "NetworkPolicy")}
    apps = {each["spec"]["template"]["metadata"]["labels"]["app"] for each in of(found, "Deployment", "StatefulSet", "Job")}

    def let_in(name: str) -> set[str]:
        (rule,) = policies[name]["ingress"]
        return set(rule["from"][0]["podSelector"]["matchExpressions"][0]["values"])

    assert let_in("servers") == apps - {"front-door"}
    assert let_in("services") == apps - {"rabbitmq", "mongo"}
    (rule,) = policies["watched"]["ingress"]
    assert rule["from"] == [{"namespaceSelector": {"matchLabels": networks.WATCH}}]
    assert {BROKER_PORTS["metrics"], *operators.PORTS.values()} < {port["port"] for port in rule["ports"]}


def test_prometheus_asks_what_the_alarms_and_the_workers_growth_go_by(found: list[dict[str, Any]]) -> None:
    jobs = {each["job_name"]: each for each in yaml.safe_load((CLUSTER / "scrape.yaml").read_text())["scrape_configs"]}
    apps, ports = (set(jobs["adminduk"]["relabel_configs"][number]["regex"].split("|")) for number in (0, 1))
    told = {
        each["spec"]["template"]["metadata"]["labels"]["app"]
        for each in of(found, "Deployment", "StatefulSet")
        for container in each["spec"]["template"]["spec"]["containers"]
        if ports & {port["name"] for port in container.get("ports", ())}
    }
    assert apps == told - {"front-door"}
    queues = broker([])[1].config()
    assert {key: jobs["rabbitmq-queues"][key] for key in ("metrics_path", "params")} == {
        key: queues[key] for key in ("metrics_path", "params")
    }
    (rule,) = yaml.safe_load((CLUSTER / "adapter.yaml").read_text())["externalRules"]
    assert f'"{WAITING}"' in rule["seriesQuery"]
    assert f"{WAITING}{{" in (ROOT / "deploy/watch/rules.yaml").read_text()


def test_workers_grow_with_their_queue_and_the_api_with_its_work(found: list[dict[str, Any]]) -> None:
    scaled = {each["metadata"]["name"]: each["spec"]["metrics"][0] for each in of(found, "HorizontalPodAutoscaler")}
    assert scaled.keys() == {f"{service.name}-{role}" for service in SERVICES for role in ("api", "worker")}
    metrics = {name: each["external"]["metric"] for name, each in scaled.items() if "external" in each}
    assert metrics == {f"{each.name}-worker": {"name": WAITING, "selector": {"matchLabels": {"queue": each.name}}} for each in SERVICES}


def test_the_page_names_the_nodes_as_the_objects_do() -> None:
    page = (CLUSTER / "README.md").read_text()
    assert f"RABBITMQ_NODES={','.join(members('rabbitmq', BROKER_PORTS['amqp']))}" in page
    assert f"MONGO_MEMBERS={','.join(members('mongo', 27017))}" in page
