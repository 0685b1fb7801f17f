"""The installer: every answer that can't be right is refused by its code and sentence, and nothing is written then."""

import io
import stat
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.compose.questions import questions
from deploy.compose.refusals import sentences
from deploy.install import environment
from deploy.install.__main__ import main
from services.issuance.adapters.demo_ca import ensure_demo_ca
from shared.clock import now
from tests.support.office_answers import HOST, answers, certificate, key_pem, webhook_key, write_answers

Install = Callable[..., int]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "compose"


@pytest.fixture
def install(folder: Path, tmp_path: Path) -> Install:
    def run(changes: Mapping[str, str | None] | None = None) -> int:
        folder.mkdir(exist_ok=True)
        return main([str(folder), "--offline", "--answers", str(write_answers(tmp_path / "berkas", changes))])

    return run


def test_answers_become_the_state_and_the_variables(install: Install, folder: Path) -> None:
    assert install() == 0
    state = folder / "state"
    assert (state / "profile").read_text() == "production", "in the state, and in no shell"
    for question in questions().values():
        assert all((state / file).read_text().strip() for file in question.files), question.name
    modes = {stat.S_IMODE(file.stat().st_mode) for file in [folder / ".env", *(each for each in state.rglob("*") if each.is_file())]}
    assert modes == {0o600}
    variables = (folder / ".env").read_text()
    assert f"DESK_HOST={HOST}\n" in variables
    assert "FRONT_DOOR_TLS=tls /etc/front-door/cert.pem /etc/front-door/key.pem\n" in variables
    assert not {line.partition("=")[0] for line in variables.splitlines()} & environment.KEPT_IN_STATE


def test_what_stood_in_the_variables_stays_but_for_the_demos_words(install: Install, folder: Path) -> None:
    folder.mkdir()
    (folder / ".env").write_text("IMAGE=adminduk:9.9.9\nPROFILE=demo\nCOMPOSE_PROFILES=demo,backup\nDESK_HOST=old\n")
    assert install() == 0
    lines = (folder / ".env").read_text().splitlines()
    assert lines[:2] == ["IMAGE=adminduk:9.9.9", "COMPOSE_PROFILES=backup"]
    assert not [line for line in lines if "demo" in line or "old" in line]


def test_a_second_installation_on_the_host_keeps_its_port_without_tls(install: Install, folder: Path) -> None:
    folder.mkdir()
    (folder / ".env").write_text("COMPOSE_PROJECT_NAME=kedua\nHTTP_PORT=8081\n")
    assert install({"public_url": f"https://{HOST}:8444"}) == 0
    lines = (folder / ".env").read_text().splitlines()
    assert {"COMPOSE_PROJECT_NAME=kedua", "HTTP_PORT=8081", "DESK_PORT=8444"} < set(lines)


def test_a_verify_token_is_made_and_the_check_page_is_where_the_public_pages_are(install: Install, folder: Path) -> None:
    assert install({"whatsapp_verify_token": None, "check_base_url": None}) == 0
    assert len((folder / "state/intake/whatsapp_verify_token").read_text()) > 30
    assert (folder / "state/issuance/check_base_url").read_text() == f"https://{HOST}"


def test_what_is_left_out_later_stays_as_it_was(install: Install, folder: Path) -> None:
    assert install({"whatsapp_verify_token": None}) == 0
    token = (folder / "state/intake/whatsapp_verify_token").read_text()
    only = {name: None for name in questions() if name != "office_phone"}
    assert install({**only, "office_phone": "(0351) 000-9876"}) == 0
    assert (folder / "state/intake/office_phone").read_text() == "(0351) 000-9876"
    assert (folder / "state/intake/whatsapp_verify_token").read_text() == token


@pytest.mark.parametrize("days", [20, -1])
def test_a_token_can_be_changed_while_the_certificate_ends_soon_or_has_ended(days: int, install: Install, folder: Path) -> None:
    assert install() == 0
    soon = certificate("Kepala Dinas", "OSD G2", timedelta(days=days))
    (folder / "state/issuance/signer/signer.pem").write_text(soon)
    only = {name: None for name in questions() if name != "whatsapp_access_token"}
    assert install({**only, "whatsapp_access_token": "EAAGm0PX4ZCpsBAKZCx1dZBTqk8NEWER"}) == 0
    assert (folder / "state/notifier/whatsapp_access_token").read_text() == "EAAGm0PX4ZCpsBAKZCx1dZBTqk8NEWER"
    assert (folder / "state/issuance/signer/signer.pem").read_text().strip() == soon.strip()


def test_who_gets_the_letters_stands_in_the_variables_and_is_known_the_next_time(install: Install, folder: Path) -> None:
    assert install() == 0
    lines = (folder / ".env").read_text().splitlines()
    assert [line for line in lines if line.startswith("ALARM_")] == [
        "ALARM_MAIL_TO=kepala@madiunkab.go.id,tik@madiunkab.go.id",
        "ALARM_MAIL_FROM=alarm@madiunkab.go.id",
        "ALARM_SMTP=surel.madiunkab.go.id:587",
        "ALARM_SMTP_USER=alarm@madiunkab.go.id",
    ]
    assert (folder / "state/watch/smtp_password").read_text() == "kata sandi surel"
    assert install(dict.fromkeys(questions())) == 0
    assert (folder / ".env").read_text().splitlines() == lines


def test_letters_are_for_who_wants_them(install: Install, folder: Path) -> None:
    assert install({name: None for name in questions() if name.startswith("alarm_")}) == 0
    assert "ALARM_" not in (folder / ".env").read_text()
    assert not (folder / "state/watch").exists()


def test_without_files_the_certificate_comes_by_itself(install: Install, folder: Path) -> None:
    changes = {"tls": "otomatis", "tls_email": "tik@madiunkab.go.id", "tls_certificate": None, "tls_key": None}
    assert install(changes) == 0
    assert "FRONT_DOOR_TLS=tls tik@madiunkab.go.id\n" in (folder / ".env").read_text()
    assert not (folder / "state/front-door").exists()
    assert install(dict.fromkeys(questions())) == 0, "and is known the next time"


SHORT_KEY = '{"PA.Kab.Mn": ["whsec_Y2hhbmdlbWU="]}'
DEMO_COURT = f'{{"PA.Kab.Mn": ["{webhook_key("demo-")}"]}}'
SIMULATED = f'[{{"court": "x", "url": "http://court:8112/callbacks", "secret": "{webhook_key("a")}"}}]'
UNTOLD = f'[{{"court": "PA.Kab.Mn", "url": "https://pa.example.go.id/kabar", "secret": "{webhook_key("a")}"}}]'
BAD: Mapping[str, tuple[str, str | None, str]] = {
    "nothing said": ("whatsapp_access_token", None, "missing"),
    "an address without TLS": ("public_url", "http://pakdeon.madiunkab.go.id", "no_https"),
    "this host": ("check_base_url", "https://localhost:8443", "not_public"),
    "an address inside": ("check_base_url", "https://192.168.1.5", "not_public"),
    "an address of a book": ("public_url", "https://cek.example.com", "not_public"),
    "the demo's secret": ("whatsapp_app_secret", "demo-1234567890abcdef12345678", "demo_key"),
    "changeme": ("whatsapp_verify_token", "changeme", "placeholder"),
    "a long changeme": ("whatsapp_access_token", "change-me-please-1234567", "placeholder"),
    "a key held down": ("whatsapp_access_token", "x" * 40, "placeholder"),
    "the simulator's id": ("whatsapp_phone_number_id", "106540352242922", "demo_number"),
    "the simulator's number": ("whatsapp_number", "628113519000", "demo_number"),
    "a number for its id": ("whatsapp_phone_number_id", "+62 351 123", "no_number"),
    "a number with a plus": ("whatsapp_number", "+6281234567890", "no_whatsapp_number"),
    "a number with a zero": ("whatsapp_number", "081234567890", "no_whatsapp_number"),
    "a street to be filled in": ("office_address", "<ganti ini dengan alamat>", "no_street"),
    "no street": ("office_address", "Caruban", "no_street"),
    "a phone of zeros": ("office_phone", "0000 000 000", "no_phone"),
    "a phone that counts up": ("office_phone", "1234567", "no_phone"),
    "no JSON": ("court_secrets", "PA.Kab.Mn", "no_json"),
    "JSON of another form": ("court_endpoints", "{}", "no_json"),
    "a court without keys": ("court_secrets", '{"PA.Kab.Mn": []}', "no_court_key"),
    "a court's key that is too short": ("court_secrets", SHORT_KEY, "court_key_weak"),
    "the demo's key of the court": ("court_secrets", DEMO_COURT, "demo_key"),
    "the simulator of the court": ("court_endpoints", SIMULATED, "demo_address"),
    "a court told without TLS": ("court_endpoints", UNTOLD.replace("https", "http"), "no_https"),
    "an address of nobody's court": ("court_endpoints", UNTOLD.replace('"court": "PA.Kab.Mn", ', ""), "no_json"),
    "no fingerprint": ("authority_sha256", "AB:CD", "no_fingerprint"),
    "another root's fingerprint": ("authority_sha256", "0" * 64, "fingerprint_differs"),
    "a NIP with blanks": ("officer_nip", "19700101 199503 1 001", "no_nip"),
    "no receiver of letters": ("alarm_mail_to", "kepala@kab.go.id, tik", "no_email"),
    "no sender of letters": ("alarm_mail_from", "", "missing"),
    "a mail server without a port": ("alarm_smtp", "surel.madiunkab.go.id", "no_mail_server"),
    "a mail user with spaces": ("alarm_smtp_user", "kepala dinas", "no_mail_user"),
    "a mail password to be filled in": ("alarm_smtp_password", "changeme", "placeholder"),
    "another way to TLS": ("tls", "manual", "no_choice"),
    "a file that is not there": ("signer_certificate", "hilang.pem", "no_file"),
    "a question nobody asks": ("whatsapp_tokn", "x", "not_asked"),
}


@pytest.mark.parametrize("what", BAD)
def test_an_answer_that_can_not_be_right_is_refused(what: str, install: Install, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name, text, code = BAD[what]
    assert install({name: text}) == 1
    said = capsys.readouterr()
    assert f"{name} [{code}] " in said.err
    assert len(said.err.splitlines()) == 1, "one thing is wrong, and one is said"
    assert not list(folder.iterdir()), "something is written all the same"


@pytest.fixture(scope="module")
def wrong_pems(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Certificates and keys that can't be right, by name."""
    demo = tmp_path_factory.mktemp("demo")
    ensure_demo_ca(demo, now=now())
    return {
        "text": "changeme",
        "demo": (demo / "signer.pem").read_text(),
        "expired": certificate("Kepala Dinas", "OSD G2", timedelta(days=-1)),
        "expiring": certificate("Kepala Dinas", "OSD G2", timedelta(days=20)),
        "future": certificate("Kepala Dinas", "OSD G2", begins=timedelta(days=2)),
        "other_key": key_pem("somebody"),
        "other_root": certificate("OSD G3", "OSD G3"),
        "door_elsewhere": certificate("tls", "OSD G2", host="lain.go.id"),
        "door_without_names": certificate("tls", "OSD G2"),
        "middle_alone": certificate("OSD G2", "Root"),
    }


@pytest.fixture
def pems(wrong_pems: dict[str, str], tmp_path: Path) -> None:
    """Files of certificates that can't be right."""
    folder = tmp_path / "berkas"
    folder.mkdir()
    for name, text in wrong_pems.items():
        (folder / name).write_text(text)


@pytest.mark.parametrize(
    ("name", "file", "code"),
    [
        ("signer_certificate", "text", "no_certificate"),
        ("signer_certificate", "demo", "demo_certificate"),
        ("signer_certificate", "expired", "certificate_expired"),
        ("signer_certificate", "expiring", "certificate_expiring"),
        ("signer_certificate", "future", "certificate_not_yet"),
        ("signer_key", "text", "no_private_key"),
        ("signer_key", "other_key", "key_of_another"),
        ("signer_authorities", "other_root", "chain_broken"),
        ("signer_authorities", "middle_alone", "root_missing"),
        ("tls_certificate", "door_elsewhere", "certificate_other_name"),
        ("tls_certificate", "door_without_names", "certificate_other_name"),
        ("tls_key", "other_key", "key_of_another"),
    ],
)
@pytest.mark.usefixtures("pems")
def test_a_certificate_that_can_not_be_right_is_refused(
    name: str, file: str, code: str, install: Install, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert install({name: file}) == 1
    assert f"{name} [{code}] " in capsys.readouterr().err
    assert not list(folder.iterdir())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('court_secrets = "{"PA.Kab.Mn": []}"\n', "[no_toml] bukan TOML: Expected newline"),
        (None, "[no_file] tidak dapat dibaca: jawaban.toml tidak ada, dicari di deploy/compose."),
    ],
    ids=["quotes in quotes", "away"],
)
def test_a_file_of_answers_that_can_not_be_read_is_said(
    text: str | None, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if text is not None:
        (tmp_path / "jawaban.toml").write_text(text)
    assert main([str(tmp_path), "--offline", "--answers", str(tmp_path / "jawaban.toml")]) == 1
    assert sentence in capsys.readouterr().err


def test_a_mail_address_is_one(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    assert install({"tls": "otomatis", "tls_email": "tik", "tls_certificate": None, "tls_key": None}) == 1
    assert "tls_email [no_email] bukan alamat surel." in capsys.readouterr().err


def test_the_address_that_is_printed_can_not_change(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    assert install() == 0
    assert install({"check_base_url": "https://lain.madiunkab.go.id"}) == 1
    assert "check_base_url [address_is_printed]" in capsys.readouterr().err


def test_a_state_of_the_demo_is_never_installed_into(install: Install, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "state").mkdir(parents=True)
    (folder / "state" / "profile").write_text("demo")
    assert install() == 1
    assert "PROFILE=production [profile_kept] state ini untuk demo." in capsys.readouterr().err


def test_every_code_has_a_sentence_that_says_what_to_do() -> None:
    for code, sentence in sentences().items():
        assert sentence.endswith((".", "?")), code
        assert code == code.lower()


def test_a_person_is_asked_again_until_it_can_be_right(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.mkdir()
    right = answers(folder)
    wrong = {"office_phone": ["1234567"], "signer_key": ["hilang.pem", "tls-kunci.pem"], "check_base_url": ["https://localhost"]}
    lines = [line for name in questions() if name in right for line in (*wrong.get(name, ()), right[name])]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))
    monkeypatch.setattr("getpass.getpass", input)
    assert main([str(folder), "--offline"]) == 0
    said = capsys.readouterr().out
    refused = [line.split("[")[1].partition("]")[0] for line in said.splitlines() if "  Belum bisa: " in line]
    assert refused == ["not_public", "no_phone", "no_file", "key_of_another"]
    assert "Surel" not in said, "what the answers before it make idle is not asked"
    assert (folder / "state/profile").read_text() == "production"
    monkeypatch.setattr("sys.stdin", io.StringIO("\n" * len(lines)))
    assert main([str(folder), "--offline"]) == 0, "Enter leaves everything as it is"
    assert "Enter: tetap seperti sekarang." in capsys.readouterr().out


def test_who_stops_in_the_middle_has_written_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.mkdir()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"https://{HOST}\n"))
    assert main([str(folder), "--offline"]) == 1
    assert "Berhenti; tidak ada yang ditulis." in capsys.readouterr().err
    assert not list(folder.iterdir())
