"""What the processes of a local run are called with."""

import json
from pathlib import Path

import pytest

from deploy.keys import load_keys
from deploy.local.parts import SERVICES, SIMULATORS, TRACES, Addresses, Part, inherited, parts
from deploy.local.settings import LocalSettings
from services.intake.settings import Settings as Intake
from services.issuance.settings import Settings as Issuance
from services.notifier.settings import Settings as Notifier
from services.verification.settings import Settings as Verification
from shared.settings import ServiceSettings

SETTINGS: dict[str, type[ServiceSettings]] = {"intake": Intake, "verification": Verification, "issuance": Issuance, "notifier": Notifier}


@pytest.fixture
def made(tmp_path: Path) -> dict[str, Part]:
    addresses = Addresses(
        {name: f"amqp://{name}:p@127.0.0.1:1/adminduk" for name in SERVICES},
        {name: f"mongodb://{name}:p@127.0.0.1:2/" for name in SERVICES},
    )
    settings = LocalSettings(intake_port=9101, issuance_port=9103, whatsapp_port=9111, database_prefix="t_")
    return {part.name: part for part in parts(settings, load_keys(tmp_path), addresses, tmp_path)}


def test_there_are_four_services_and_two_simulators(made: dict[str, Part]) -> None:
    assert tuple(made) == (*SERVICES, *SIMULATORS)


def test_traces_have_a_collector_only_where_some_are_recorded(tmp_path: Path) -> None:
    addresses = Addresses(dict.fromkeys(SERVICES, ""), dict.fromkeys(SERVICES, ""))
    settings = LocalSettings(trace_sample=0.25, traces_port=9114)
    made = {part.name: part for part in parts(settings, load_keys(tmp_path), addresses, tmp_path)}
    assert set(made) == {*SERVICES, *SIMULATORS, TRACES}
    for service in SERVICES:
        told = made[service].environment
        assert (told["TRACE_ENDPOINT"], told["TRACE_SAMPLE"]) == ("http://127.0.0.1:9114/v1/traces", "0.25")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reads_its_environment_without_complaint(made: dict[str, Part], service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in made[service].environment.items():
        monkeypatch.setenv(name, value)
    settings = SETTINGS[service]()  # from the environment
    assert settings.mongo_database == f"t_{service}"
    assert settings.amqp_url.get_secret_value().startswith(f"amqp://{service}:")
    unknown = {name for name in made[service].environment if name.lower() not in SETTINGS[service].model_fields}
    assert not unknown, "set, but no such setting"


def test_a_port_that_is_moved_is_known_to_everybody_who_calls_there(made: dict[str, Part]) -> None:
    assert made["whatsapp"].environment["WEBHOOK_URL"].startswith("http://127.0.0.1:9101/")
    assert made["court"].environment["DECISIONS_URL"].startswith("http://127.0.0.1:9101/")
    assert made["intake"].environment["ISSUANCE_URL"] == made["notifier"].environment["ISSUANCE_URL"] == "http://127.0.0.1:9103"
    assert json.loads(made["intake"].environment["WHATSAPP_MEDIA_HOSTS"]) == ["127.0.0.1:9111"]
    assert made["notifier"].environment["WHATSAPP_URL"] == "http://127.0.0.1:9111"


def test_what_is_meant_for_the_launcher_does_not_reach_a_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONGO_DATABASE", "one for all")
    monkeypatch.setenv("PORT", "80")
    monkeypatch.setenv("AUTOMATIC", '{"kk_hilang": false}')
    environment = inherited()
    assert not {"MONGO_DATABASE", "PORT"} & set(environment)
    assert environment["AUTOMATIC"] == '{"kk_hilang": false}'
