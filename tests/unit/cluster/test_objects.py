"""What Kubernetes is told: each copy can go, nothing has more rights than it needs, and no secret is in it."""

import json
from importlib import import_module
from typing import Any

import pytest
import yaml

from deploy.cluster.__main__ import main
from deploy.cluster.objects import ROLES, Asked, objects
from deploy.cluster.servers import BROKER_PORTS, NODES, members
from deploy.compose.passwords import DATABASE_USERS
from tests.unit.cluster.conftest import ALONE, ASKED, IMAGE, OPTIONS, SERVICES, containers, env, of, pods


def test_every_service_runs_in_every_role_in_two_copies_at_least(found: list[dict[str, Any]]) -> None:
    copies = {each["metadata"]["name"]: each["spec"].get("replicas") for each in of(found, "Deployment")}
    grown = {each["metadata"]["name"]: each["spec"]["minReplicas"] for each in of(found, "HorizontalPodAutoscaler")}
    assert {name: number for name, number in copies.items() if name in grown} == dict.fromkeys(grown), "an upgrade would set them back"
    several = {f"{service.name}-{role.name}": 2 for service in SERVICES for role in ROLES} | {"front-door": 2}
    assert copies | grown == several | dict.fromkeys(ALONE, 1)


def test_of_what_is_asked_one_may_be_taken_away_and_the_rest_stays(found: list[dict[str, Any]]) -> None:
    budgets = {each["metadata"]["name"]: each["spec"] for each in of(found, "PodDisruptionBudget")}
    standing = of(found, "Deployment", "StatefulSet")
    assert budgets.keys() == {each["metadata"]["name"] for each in standing} - ALONE
    for each in standing:
        labels = each["spec"]["template"]["metadata"]["labels"]
        assert each["spec"]["selector"] == {"matchLabels": labels}
        if each["metadata"]["name"] not in ALONE:
            assert budgets[each["metadata"]["name"]]["selector"] == {"matchLabels": labels}


def test_a_service_leads_to_ports_that_its_pods_have(found: list[dict[str, Any]]) -> None:
    templates = [each["spec"]["template"] for each in of(found, "Deployment", "StatefulSet")]
    for service in of(found, "Service"):
        selector = service["spec"]["selector"].items()
        (pod,) = [each["spec"] for each in templates if selector <= each["metadata"]["labels"].items()]
        opened = {port["name"]: port["containerPort"] for container in pod["containers"] for port in container.get("ports", ())}
        for port in service["spec"]["ports"]:
            assert port["name"] in opened
            assert port.get("targetPort", port["port"]) in (port["name"], opened[port["name"]]), service["metadata"]["name"]


def test_what_is_mounted_is_there(found: list[dict[str, Any]]) -> None:
    for name, pod in pods(found).items():
        volumes = {volume["name"] for volume in pod["volumes"]} | ({"data"} if name in ("rabbitmq", "mongo") else set())
        mounts = {mount["name"] for container in containers(pod) for mount in container["volumeMounts"]}
        assert mounts == volumes, name


def test_servers_are_three_on_three_hosts_and_know_each_other(found: list[dict[str, Any]]) -> None:
    sets = of(found, "StatefulSet")
    assert [each["spec"]["replicas"] for each in sets] == [NODES, NODES] == [3, 3]
    for each in sets:
        (term,) = each["spec"]["template"]["spec"]["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        assert term["topologyKey"] == "kubernetes.io/hostname"
    (conf,) = (each["data"]["adminduk.conf"] for each in of(found, "ConfigMap") if each["metadata"]["name"] == "rabbitmq")
    assert [f"rabbit@rabbitmq-{number}.rabbitmq" in conf for number in range(NODES)] == [True] * NODES
    assert env(pods(found)["mongo"]["containers"][1])["MONGO_OTHERS"].split(",") == members("mongo", 27017)


def test_a_queue_gets_a_member_on_each_node_though_it_was_made_while_they_still_joined(found: list[dict[str, Any]]) -> None:
    (conf,) = (each["data"]["adminduk.conf"] for each in of(found, "ConfigMap") if each["metadata"]["name"] == "rabbitmq")
    said = dict(line.split(" = ") for line in conf.splitlines())
    assert said["quorum_queue.continuous_membership_reconciliation.enabled"] == "true"
    assert said["quorum_queue.continuous_membership_reconciliation.target_group_size"] == str(NODES)


def test_containers_may_do_nothing_but_run(found: list[dict[str, Any]]) -> None:
    """As the standard `restricted` has it, which the namespace holds against them."""
    assert found[0]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for name, pod in pods(found).items():
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for container in containers(pod):
            assert container["resources"]["limits"]["memory"], name
            rights = container["securityContext"]
            assert rights["readOnlyRootFilesystem"], name
            assert not rights["allowPrivilegeEscalation"], name
            assert rights["capabilities"]["drop"] == ["ALL"], name
            assert rights["capabilities"].get("add", []) == (["NET_BIND_SERVICE"] if container["name"] == "caddy" else []), name


def test_memory_ends_where_compose_ends_it(found: list[dict[str, Any]]) -> None:
    most = {name: pod["containers"][0]["resources"]["limits"]["memory"] for name, pod in pods(found).items()}
    assert (most["issuance-worker"], most["intake-worker"], most["mongo"], most["rabbitmq"]) == ("2Gi", "1Gi", "2Gi", "1Gi")


def test_who_calls_is_believed_from_the_network_that_was_named_alone(found: list[dict[str, Any]]) -> None:
    for service in SERVICES:
        said = env(pods(found)[f"{service.name}-api"]["containers"][0])
        assert json.loads(said["TRUSTED_PROXIES"]) == ["10.244.0.0/16"]
        assert said["PROMETHEUS_URL"] == "http://prometheus.monitoring:9090"
    unwatched = objects(Asked(IMAGE, ASKED.host, ASKED.pod_network))
    assert env(pods(unwatched)["intake-api"]["containers"][0])["PROMETHEUS_URL"] == ""


def test_each_variable_is_a_setting_of_its_service(found: list[dict[str, Any]]) -> None:
    for service in SERVICES:
        settings = import_module(f"services.{service.name}.settings").Settings
        for role in ROLES:
            said = env(pods(found)[f"{service.name}-{role.name}"]["containers"][0])
            assert said.keys() - {name.upper() for name in settings.model_fields} == {"SECRETS_DIR"}
    assert env(pods(found)["intake-worker"]["containers"][0])["WEBHOOK_LOG_WATCH"] == "true"


def test_settings_are_those_of_compose_and_no_secret_is_among_them(found: list[dict[str, Any]]) -> None:
    for service in SERVICES:
        said = env(pods(found)[f"{service.name}-api"]["containers"][0])
        assert said["SECRETS_DIR"] == "/run/secrets"
        assert not [value for value in said.values() if "${" in value or "password" in value.lower()]
    volumes = [volume for pod in pods(found).values() for volume in pod["volumes"]]
    wanted = {volume["secret"]["secretName"] for volume in volumes if "secret" in volume}
    wanted |= {source["secret"]["name"] for volume in volumes if "projected" in volume for source in volume["projected"]["sources"]}
    assert wanted == {
        *(f"adminduk-{name}" for name in (*DATABASE_USERS, "operator", "signer", "rabbitmq", "mongo", "passwords")),
        "adminduk-tls",
    }


def test_a_variable_of_compose_is_set_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([IMAGE, *OPTIONS, "--set", "MONGO_IMAGE=mongo:7.0@sha256:00", "--set", "RABBITMQ_MEMORY=4GB"]) == 0
    printed = {each["metadata"]["name"]: each for each in yaml.safe_load_all(capsys.readouterr().out) if each["kind"] == "StatefulSet"}
    assert {each["image"] for each in containers(printed["mongo"]["spec"]["template"]["spec"])} == {"mongo:7.0@sha256:00", IMAGE}
    assert printed["rabbitmq"]["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"] == {"memory": "4Gi"}


def test_what_is_printed_is_what_was_asked_for_and_names_nothing_by_a_mark(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([IMAGE, *OPTIONS]) == 0
    out = capsys.readouterr().out
    assert json.dumps(list(yaml.safe_load_all(out))) == json.dumps(objects(ASKED))
    assert "&id" not in out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("adminduk", *OPTIONS), "image_without_version"),
        (("adminduk:latest", *OPTIONS), "image_without_version"),
        (("registry.example.go.id:5000/adminduk", *OPTIONS), "image_without_version"),
        ((IMAGE, *OPTIONS, "--host", "https://meja.example.go.id"), "host_not_a_name"),
        ((IMAGE, *OPTIONS, "--pod-network", "10.244.0.1/16"), "not_a_network"),
        ((IMAGE, *OPTIONS, "--prometheus", "prometheus:9090"), "not_an_address"),
        ((IMAGE, *OPTIONS, "--backup", "/backup"), "backup_inside"),
        ((IMAGE, *OPTIONS, "--set", "MONGO_IMAGES=mongo:7.0"), "variable_unknown"),
    ],
)
def test_what_can_not_be_right_is_refused(words: tuple[str, ...], code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"{code}: ")
    assert said.out == ""


def test_a_cluster_without_backups_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([IMAGE, "--host", ASKED.host, "--pod-network", ASKED.pod_network]) == 0
    said = capsys.readouterr()
    assert said.err.startswith("no_backup: ")
    assert "backup" not in {each["metadata"]["name"] for each in yaml.safe_load_all(said.out)}


def test_the_broker_tells_prometheus_and_the_operator_where_they_ask(found: list[dict[str, Any]]) -> None:
    (broker,) = (each for each in of(found, "Service") if each["metadata"]["name"] == "rabbitmq")
    assert {port["name"]: port["port"] for port in broker["spec"]["ports"]} == BROKER_PORTS
    assert (BROKER_PORTS["metrics"], BROKER_PORTS["management"]) == (15692, 15672)
