"""The first start of an installation, and the next ones: demo and production."""

import json
import os
import shutil
import stat
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from services.intake.settings import Settings as Intake
from services.issuance.adapters.demo_ca import ensure_demo_ca
from services.issuance.settings import Settings as Issuance
from services.issuance.wiring import office_of
from services.notifier.settings import Settings as Notifier
from services.verification.settings import Settings as Verification
from shared.clock import now
from shared.errors import Unauthorized
from shared.settings import ServiceSettings
from shared.web.auth import Authenticator
from tests.integration.compose.conftest import WRITTEN, Installation, Prepared
from tests.support.office_answers import APP_SECRET, authority_files, certificate, key_pem, webhook_key

SETTINGS: Mapping[str, type[ServiceSettings]] = {
    "intake": Intake,
    "verification": Verification,
    "issuance": Issuance,
    "notifier": Notifier,
}
Production = Callable[..., Prepared]


def settings_of(installation: Installation, service: str, monkeypatch: pytest.MonkeyPatch) -> ServiceSettings:
    """The settings of a service as its container finds them."""
    environment = installation.services()[service]["environment"]
    for name, value in environment.items():
        monkeypatch.setenv(name, str(value).replace("/run/secrets", str(installation.state / service)))
    made = SETTINGS[service]()  # from the environment
    for name in environment:
        monkeypatch.delenv(name)
    return made


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    made = Installation(tmp_path_factory.mktemp("demo") / "state")
    assert made.prepare(PROFILE="demo").code == 0
    return made


def test_the_demo_has_everything_that_is_mounted(demo: Installation) -> None:
    mounts = demo.mounts("demo", "admin", "backup")
    assert {"whatsapp", "court", "register", "admin", "backup", "mongo"} <= set(mounts)
    assert not [path for paths in mounts.values() for path in paths if not path.exists()]


@pytest.mark.parametrize("service", SETTINGS)
def test_each_service_of_the_demo_reads_its_folder(service: str, demo: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_of(demo, service, monkeypatch).mongo_url.get_secret_value().startswith(f"mongodb://{service}:")


def test_a_second_run_changes_no_secret(demo: Installation) -> None:
    def secrets() -> dict[Path, bytes]:
        salted = demo.state / "rabbitmq" / "definitions.json"  # the same passwords, hashed anew
        return {file: file.read_bytes() for file in demo.state.rglob("*") if file.is_file() and file != salted}

    before = secrets()
    assert demo.prepare().code == 0, "the profile is kept"
    assert secrets() == before


def test_everybody_reads_its_own_folder_alone(demo: Installation) -> None:
    for file in demo.state.rglob("*"):
        if file.is_file() and file.name not in ("register.csv", "signer.pem", "ca.pem"):
            assert not stat.S_IMODE(file.stat().st_mode) & 0o077, file
    if os.geteuid() == 0:
        assert (demo.state / "intake" / "amqp_url").stat().st_uid == 10001
        assert (demo.state / "mongo" / "keyfile").stat().st_uid == 999


def test_nobody_is_made_a_demo_by_forgetting_a_word(installation: Installation) -> None:
    first = installation.prepare()
    assert first.code == 1
    assert "PROFILE [profile_unsaid]" in first.said
    assert not list(installation.state.rglob("*_url")), "nothing is made before it is said"


def test_a_profile_is_kept_and_not_changed(demo: Installation) -> None:
    other = demo.prepare(PROFILE="production")
    assert other.code == 1
    assert "PROFILE=production [profile_kept] state ini untuk demo" in other.said
    assert "STATE" in other.said


def test_production_says_by_name_all_that_is_missing(installation: Installation, filled: dict[str, str]) -> None:
    empty = installation.prepare(PROFILE="production")
    assert empty.code == 1
    assert {line.split()[0] for line in empty.said.splitlines()[1:]} == set(filled) - {"authority_sha256"}
    assert all(" [missing] belum diisi. " in line for line in empty.said.splitlines()[1:])
    assert "Traceback" not in empty.said
    assert not (installation.state / "demo").exists()
    assert not [path for paths in installation.mounts().values() for path in paths if not path.exists()], "what is filled in, and where"


def test_production_that_is_filled_in_starts(installation: Installation, production: Production, monkeypatch: pytest.MonkeyPatch) -> None:
    done = production()
    assert (done.code, done.said) == (0, "")
    assert installation.prepare().code == 0, "and again, without a word"
    for service in SETTINGS:
        settings_of(installation, service, monkeypatch)
    issuance = settings_of(installation, "issuance", monkeypatch)
    assert isinstance(issuance, Issuance)
    assert issuance.signer_genuine is True
    assert office_of(issuance).officer.name == "Kepala Dinas", "as the certificate says, never the office's texts' placeholder"
    assert office_of(issuance).pickup.address == "Jalan Contoh Nomor 1, Caruban", "where the installer was told the office is"
    assert issuance.check_base_url == "https://cek.madiunkab.go.id"
    intake = settings_of(installation, "intake", monkeypatch)
    assert {client.name for client in intake.api_keys} <= {*SETTINGS, "operator"}, "an officer of the demo gets in"
    assert not [path for paths in installation.mounts().values() for path in paths if not path.exists()]


def test_an_installation_of_before_has_the_offices_street_at_one_service_and_then_at_all(
    installation: Installation, production: Production
) -> None:
    assert production({"issuance/office_address": None}).code == 0
    assert (installation.state / "issuance" / "office_address").read_text() == "Jalan Contoh Nomor 1, Caruban"


def test_the_address_of_the_check_page_may_come_by_its_variable_and_then_stays(installation: Installation, production: Production) -> None:
    assert production({"issuance/check_base_url": None}, CHECK_BASE_URL="https://cek.madiunkab.go.id").code == 0
    assert (installation.state / "issuance" / "check_base_url").read_text() == "https://cek.madiunkab.go.id"
    moved = installation.prepare(CHECK_BASE_URL="https://lain.madiunkab.go.id")
    assert moved.code == 1
    assert "CHECK_BASE_URL" in moved.said
    assert installation.prepare().code == 0


BAD: Mapping[str, tuple[dict[str, str | None], str]] = {
    "the demo's app secret": ({"intake/whatsapp_app_secret": "demo-1234567890abcdef12345678"}, "intake/whatsapp_app_secret [demo_key]"),
    "changeme": ({"intake/whatsapp_verify_token": "changeme"}, "intake/whatsapp_verify_token [placeholder]"),
    "a long changeme": ({"notifier/whatsapp_access_token": "change-me-please-1234567"}, "notifier/whatsapp_access_token [placeholder]"),
    "a key held down": ({"intake/whatsapp_access_token": "x" * 40}, "intake/whatsapp_access_token [placeholder]"),
    "an empty file": ({"intake/whatsapp_app_secret": "\n"}, "intake/whatsapp_app_secret [missing]"),
    "the simulator's number": (
        {"notifier/whatsapp_phone_number_id": "106540352242922"},
        "notifier/whatsapp_phone_number_id [demo_number]",
    ),
    "a phone number for its id": ({"notifier/whatsapp_phone_number_id": "+62 351 123"}, "notifier/whatsapp_phone_number_id [no_number]"),
    "a street to be filled in": ({"intake/office_address": "<ganti ini dengan alamat>"}, "intake/office_address [no_street]"),
    "no street": ({"intake/office_address": "Caruban"}, "intake/office_address [no_street]"),
    "a phone of zeros": ({"intake/office_phone": "0000 000 000"}, "intake/office_phone [no_phone]"),
    "a phone that counts up": ({"intake/office_phone": "1234567"}, "intake/office_phone [no_phone]"),
    "the simulator of WhatsApp": (
        {"intake/whatsapp_url": "http://whatsapp:8111"},
        "intake/whatsapp_url [demo_address]",
    ),
    "its hosts of media": ({"intake/whatsapp_media_hosts": '["whatsapp:8111"]'}, "intake/whatsapp_media_hosts [demo_address]"),
    "the simulator of the court": (
        {"notifier/court_endpoints": json.dumps([{"court": "x", "url": "http://court:8112/callbacks", "secret": webhook_key("a")}])},
        "notifier/court_endpoints [demo_address]",
    ),
    "the demo's key of the court": (
        {"intake/court_secrets": json.dumps({"PA.Kab.Mn": [webhook_key("demo-")]})},
        "intake/court_secrets [demo_key]",
    ),
    "a court's key that is too short": (
        {"intake/court_secrets": '{"PA.Kab.Mn": ["whsec_Y2hhbmdlbWU="]}'},
        "intake/court_secrets [court_key_weak]",
    ),
    "no JSON": ({"intake/court_secrets": "PA.Kab.Mn"}, "intake/court_secrets [no_json]"),
    "a court with a field that nobody knows": (
        {"notifier/court_endpoints": json.dumps([{"court": "x", "url": "https://pa.go.id/x", "secret": webhook_key("a"), "key": "a"}])},
        "notifier/court_endpoints.0.key [setting_refused]",
    ),
    "a check page on this host": ({"issuance/check_base_url": "http://127.0.0.1:8103"}, "issuance/check_base_url [no_https]"),
    "a check page on localhost": ({"issuance/check_base_url": "https://localhost:8103"}, "issuance/check_base_url [not_public]"),
    "a check page inside": ({"issuance/check_base_url": "https://192.168.1.5"}, "issuance/check_base_url [not_public]"),
    "a check page of a book": ({"issuance/check_base_url": "https://cek.example.com"}, "issuance/check_base_url [not_public]"),
    "another root than the one that was looked up": ({"authority_sha256": "0" * 64}, "authority_sha256 [fingerprint_differs]"),
    "no fingerprint": ({"authority_sha256": "ya"}, "authority_sha256 [no_fingerprint]"),
    "genuine by somebody's word": ({"authority_sha256": None, "issuance/signer_genuine": "true"}, "authority_sha256 [missing]"),
    "what is left of a demo": ({"demo/register.csv": ""}, "demo [demo_left_over]"),
    "no certificate": ({"issuance/signer/signer.pem": "changeme"}, "issuance/signer/signer.pem [no_certificate]"),
    "no key": ({"issuance/signer/signer-key.pem": "changeme"}, "issuance/signer/signer-key.pem [no_private_key]"),
}


@pytest.mark.parametrize("what", BAD)
def test_production_refuses(what: str, installation: Installation, filled: dict[str, str]) -> None:
    changes, sentence = BAD[what]
    installation.write({name: text for name, text in {**filled, **changes}.items() if text is not None})
    refused = installation.prepare_here(PROFILE="production")
    assert refused.code == 1
    assert sentence in refused.said
    assert len(refused.said.splitlines()) == 2, "one thing is wrong, and one is said"


def test_a_state_that_was_brought_back_without_its_variables_does_not_serve_as_localhost(
    installation: Installation, filled: dict[str, str]
) -> None:
    installation.write(filled)
    refused = installation.prepare_here(PROFILE="production", DESK_HOST="", FRONT_DOOR_TLS="")
    assert refused.code == 1
    assert [line.split()[:2] for line in refused.said.splitlines()[1:]] == [[name, "[variable_missing]"] for name in WRITTEN]
    assert installation.prepare_here(PROFILE="production").code == 0


def test_production_refuses_the_demos_certificate(production: Production, tmp_path: Path) -> None:
    ensure_demo_ca(tmp_path / "ca", now=now())
    refused = production({f"issuance/signer/{file.name}": file.read_text() for file in (tmp_path / "ca").glob("*.pem")})
    assert refused.code == 1
    assert "issuance/signer/signer.pem [demo_certificate]" in refused.said
    assert APP_SECRET not in refused.said, "a secret is repeated"


def test_documents_are_genuine_by_the_chain_alone(installation: Installation, production: Production) -> None:
    genuine = installation.state / "issuance" / "signer_genuine"
    assert production({"authority_sha256": None}).code == 0
    assert genuine.read_text() == "false", "nobody looked up the root"
    assert not genuine.with_name("officer_name").exists()
    assert production().code == 0
    assert genuine.read_text() == "true"


def test_nothing_of_the_demo_starts_beside_production(installation: Installation, production: Production) -> None:
    assert production().code == 0
    refused = installation.prepare(COMPOSE_PROFILES="demo")
    assert refused.code == 1
    assert "COMPOSE_PROFILES [demo_in_production]" in refused.said


def test_production_refuses_a_certificate_that_has_expired_and_a_key_that_is_another_ones(
    production: Production, authority: dict[str, str]
) -> None:
    expired = authority_files(timedelta(days=-1))
    assert "signer.pem [certificate_expired]" in production(expired).said
    other = production(authority | {"issuance/signer/signer-key.pem": key_pem("somebody")})
    assert other.code == 1
    assert "signer-key.pem [key_of_another]" in other.said


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("issuance/signer/signer.pem", "expired", "certificate_expired"),
        ("issuance/signer/signer.pem", "", "missing"),
        ("issuance/signer/signer-key.pem", "half a fi", "no_private_key"),
        ("front-door/cert.pem", "expired", "certificate_expired"),
    ],
)
def test_an_office_that_ran_starts_without_what_it_can_not_sign_with(
    name: str, text: str, code: str, installation: Installation, filled: dict[str, str]
) -> None:
    door = {"front-door/cert.pem": certificate("tls", "OSD G2", host="cek.madiunkab.go.id"), "front-door/key.pem": key_pem("tls")}
    installation.write({**filled, **door})
    assert installation.prepare_here(PROFILE="production").code == 0
    expired = authority_files(timedelta(days=-1)) | {"front-door/cert.pem": certificate("tls", "OSD G2", timedelta(days=-1))}
    installation.write({name: expired[name] if text == "expired" else text})
    started = installation.prepare_here()
    assert started.code == 0
    assert f"{name} [{code}]" in started.said
    assert (installation.state / "issuance" / "signer_genuine").read_text() == "true", "what a new one follows from is kept"
    installation.write({"intake/whatsapp_access_token": "changeme"})
    refused = installation.prepare_here()
    assert refused.code == 1
    assert "whatsapp_access_token [placeholder]" in refused.said
    assert code not in refused.said, "what keeps it from starting stands alone"


def test_the_demo_is_never_genuine(demo: Installation) -> None:
    genuine = demo.state / "issuance" / "signer_genuine"
    genuine.write_text("true")
    assert demo.prepare().code == 0
    assert genuine.read_text() == "false"


def test_an_officer_who_was_added_stays_and_gets_in(
    installation: Installation, production: Production, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert production().code == 0
    clients = ["deploy.compose.clients", str(installation.state)]
    added = installation.run([*clients, "add", "petugas-07", "tasks:read", "tasks:decide", "files:read"])
    assert added.code == 0
    key = added.said.split()[0]
    assert installation.prepare().code == 0
    for service, scopes in {"verification": {"tasks:read", "tasks:decide"}, "intake": {"files:read"}}.items():
        client = Authenticator(settings_of(installation, service, monkeypatch).api_keys).client(f"Bearer {key}")
        assert (client.name, set(client.scopes)) == ("petugas-07", scopes)
    assert "petugas-07" not in (installation.state / "issuance" / "api_keys").read_text(), "nothing there is opened by these scopes"
    assert "petugas-07" in installation.run([*clients, "list"]).said
    assert installation.run([*clients, "remove", "petugas-07"]).code == 0
    assert installation.prepare().code == 0
    with pytest.raises(Unauthorized):
        Authenticator(settings_of(installation, "verification", monkeypatch).api_keys).client(f"Bearer {key}")


def test_a_client_entered_by_hand_stays_too(demo: Installation) -> None:
    file = demo.state / "intake" / "api_keys"
    row = {"name": "kiosk-01", "sha256": "0" * 64, "scopes": ["requests:write"]}
    file.write_text(json.dumps([*json.loads(file.read_text()), row]))
    assert demo.prepare().code == 0
    assert row in json.loads(file.read_text())
    assert demo.run(["deploy.compose.clients", str(demo.state), "remove", "kiosk-01"]).code == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["add", "Petugas 1", "tasks:read"], "bukan nama"),
        (["add", "petugas-01", "tasks:all"], "tidak ada cakupan tasks:all"),
        (["add", "verification", "files:read"], "sudah ada"),
        (["remove", "nobody"], "tidak ada nobody"),
        (["add", "petugas-01"], "cara pakai:"),
    ],
)
def test_a_client_that_can_not_be_is_refused(words: list[str], sentence: str, demo: Installation) -> None:
    refused = demo.run(["deploy.compose.clients", str(demo.state), *words])
    assert refused.code
    assert sentence in refused.said


def test_a_cluster_stays_one_when_nobody_names_its_nodes(demo: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied = Installation(tmp_path / "state")
    shutil.copytree(demo.state, copied.state)
    monkeypatch.setenv("RABBITMQ_NODES", "rabbitmq:5672,rabbitmq-2:5672")
    monkeypatch.setenv("MONGO_MEMBERS", "mongo:27017,mongo-2:27017")
    assert copied.prepare_here().code == 0
    monkeypatch.delenv("RABBITMQ_NODES")
    monkeypatch.delenv("MONGO_MEMBERS")
    assert copied.prepare_here().code == 0
    assert "@rabbitmq:5672,rabbitmq-2:5672/" in (copied.state / "intake" / "amqp_url").read_text()
    for file in ("intake/mongo_url", "operator/mongo_url", "operator/backup_mongo_url"):
        assert "@mongo:27017,mongo-2:27017/?" in (copied.state / file).read_text(), file
    assert (copied.state / "operator/rabbitmq_api_url").read_text().endswith("@rabbitmq:15672,rabbitmq-2:15672")
    conf = (copied.state / "rabbitmq" / "adminduk.conf").read_text().splitlines()
    assert "cluster_formation.classic_config.nodes.2 = rabbit@rabbitmq-2" in conf
    assert "load_definitions = /etc/rabbitmq/adminduk/definitions.json" in conf
    assert "cluster" not in (demo.state / "rabbitmq" / "adminduk.conf").read_text(), "one alone looks for nobody"


def test_the_cache_that_is_asked_for_reaches_mongodb_where_there_is_room(installation: Installation) -> None:
    name, variables = "MONGO_CACHE_GB", {"PROFILE": "demo", "MONGO_MEMORY": "8G"}
    refused = installation.prepare_here(**variables, MONGO_CACHE_GB="5")
    assert (refused.code, f"{name} [cache_wrong] bukan angka dari 0.25 sampai 4 " in refused.said) == (1, True), refused.said
    assert installation.prepare_here(**variables, MONGO_CACHE_GB="4").code == 0
    assert f'--wiredTigerCacheSizeGB "${{{name}:-0.5}}"' in (installation.state / "mongo" / "start.sh").read_text()
    assert str(installation.services(**variables, MONGO_CACHE_GB="4")["mongo"]["environment"][name]) == "4"
