"""What Kubernetes is told: each copy can go, nothing has more rights than it needs, and no secret is in it."""

import json
from typing import Any

import pytest
import yaml

from deploy.cluster.__main__ import main
from deploy.cluster.compose import services
from deploy.cluster.objects import ROLES, objects
from deploy.cluster.servers import NODES, members
from deploy.compose import prepare

IMAGE = "registry.example.go.id/adminduk:1.2.3"


@pytest.fixture(scope="module")
def found() -> list[dict[str, Any]]:
    return objects(IMAGE)


def of(found: list[dict[str, Any]], *kinds: str) -> list[dict[str, Any]]:
    return [each for each in found if each["kind"] in kinds]


def pods(found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each["spec"]["template"]["spec"] for each in of(found, "Deployment", "StatefulSet")}


def test_every_service_runs_in_every_role_in_two_copies_at_least(found: list[dict[str, Any]]) -> None:
    copies = {each["metadata"]["name"]: each["spec"]["replicas"] for each in of(found, "Deployment")}
    assert copies == {f"{service.name}-{role.name}": 2 for service in services() for role in ROLES} | {"front-door": 2}


def test_of_everything_one_may_be_taken_away_and_the_rest_stays(found: list[dict[str, Any]]) -> None:
    budgets = {each["metadata"]["name"]: each["spec"] for each in of(found, "PodDisruptionBudget")}
    assert budgets.keys() == pods(found).keys()
    for each in of(found, "Deployment", "StatefulSet"):
        labels = each["spec"]["template"]["metadata"]["labels"]
        assert budgets[each["metadata"]["name"]]["selector"] == {"matchLabels": labels} == each["spec"]["selector"]


def test_servers_are_three_on_three_hosts_and_know_each_other(found: list[dict[str, Any]]) -> None:
    sets = of(found, "StatefulSet")
    assert [each["spec"]["replicas"] for each in sets] == [NODES, NODES] == [3, 3]
    for each in sets:
        (term,) = each["spec"]["template"]["spec"]["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        assert term["topologyKey"] == "kubernetes.io/hostname"
    (conf,) = (each["data"]["adminduk.conf"] for each in of(found, "ConfigMap"))
    assert [f"rabbit@rabbitmq-{number}.rabbitmq" in conf for number in range(NODES)] == [True] * NODES
    database = pods(found)["mongo"]["containers"][1]
    assert {entry["name"]: entry.get("value") for entry in database["env"]}["MONGO_OTHERS"].split(",") == members()


def test_workers_grow_with_their_queue_and_the_api_with_its_work(found: list[dict[str, Any]]) -> None:
    scaled = {each["metadata"]["name"]: each["spec"]["metrics"][0] for each in of(found, "HorizontalPodAutoscaler")}
    assert scaled.keys() == {f"{service.name}-{role}" for service in services() for role in ("api", "worker")}
    queues = {
        name: metric["external"]["metric"]["selector"]["matchLabels"]["queue"] for name, metric in scaled.items() if "external" in metric
    }
    assert queues == {f"{service.name}-worker": service.name for service in services()}


def test_containers_of_ours_may_do_nothing_but_run(found: list[dict[str, Any]]) -> None:
    for name, pod in pods(found).items():
        assert pod["automountServiceAccountToken"] is False, name
        for container in pod["containers"]:
            assert container["resources"]["limits"]["memory"], name
            if container["image"] == IMAGE and name != "mongo":
                assert container["securityContext"]["readOnlyRootFilesystem"], name
                assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}, name


def test_settings_are_those_of_compose_and_no_secret_is_among_them(found: list[dict[str, Any]]) -> None:
    for service in services():
        env = {entry["name"]: entry["value"] for entry in pods(found)[f"{service.name}-api"]["containers"][0]["env"]}
        assert env["SECRETS_DIR"] == "/run/secrets"
        assert not [value for value in env.values() if "${" in value or "password" in value.lower()]
    volumes = [volume for pod in pods(found).values() for volume in pod["volumes"]]
    wanted = {volume["secret"]["secretName"] for volume in volumes if "secret" in volume}
    wanted |= {source["secret"]["name"] for volume in volumes if "projected" in volume for source in volume["projected"]["sources"]}
    assert wanted == {
        *(f"adminduk-{name}" for name in (*prepare.DATABASE_USERS, "signer", "rabbitmq", "mongo", "passwords")),
        "adminduk-tls",
    }


def test_an_image_without_a_version_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for image in ("adminduk", "adminduk:latest", "registry.example.go.id:5000/adminduk"):
        assert main([image]) == 2
    assert capsys.readouterr().err.count("image_without_version") == 3
    assert main([IMAGE]) == 0
    printed = list(yaml.safe_load_all(capsys.readouterr().out))
    assert json.dumps(printed) == json.dumps(objects(IMAGE))
