"""What the installer asks outside: the clock, DNS, Meta, and the webhook as Meta reaches it."""

import hashlib
import hmac
import io
import json
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from deploy.compose.certificates import read
from deploy.compose.questions import questions
from deploy.install.__main__ import main
from deploy.install.environment import TLS_FILES
from deploy.install.neighbours import OTHERS, is_taken
from deploy.install.reach import World, addresses
from deploy.keys import write_secret
from shared.clock import WIB, now
from tests.support.office_answers import APP_SECRET, HOST, TOKEN, answers, certificate, key_pem, write_answers

PUBLIC = "203.0.113.7"  # of a book (RFC 5737)
GLOBAL = "1.1.1.1"


@dataclass
class Outside:
    """Meta, or a server of ours, as a web server on this host."""

    status: int = 200
    body: str = json.dumps({"display_phone_number": "+62 812-3456-7890"})
    clock_off: timedelta = timedelta()
    says_date: str = ""
    echo: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def serve(outside: Outside, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            outside.asked.append((self.path, self.headers.get("Authorization", "")))
            body = "".join(parse_qs(urlsplit(self.path).query).get("hub.challenge", ())) if outside.echo else outside.body
            self.send_response_only(outside.status)
            self.send_header("Date", outside.says_date or format_datetime(now() + outside.clock_off, usegmt=True))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    def run(outside: Outside, address: str = GLOBAL, **changes: str | None) -> tuple[int, str]:
        with serve(outside) as meta:
            world = World(meta=meta, lookup=lambda _: [address] if address else [], taken=lambda _: False, mail=lambda *_, **__: ())
            code = main([str(tmp_path), "--answers", str(write_answers(tmp_path / "berkas", changes))], world)
        return code, capsys.readouterr().err

    return run


def test_meta_is_asked_with_the_token_and_a_proof_of_the_secret(install: Callable[..., tuple[int, str]]) -> None:
    outside = Outside()
    assert install(outside) == (0, "")
    ((path, authorization),) = outside.asked
    assert authorization == f"Bearer {TOKEN}"
    assert parse_qs(urlsplit(path).query)["appsecret_proof"] == [hmac.new(APP_SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()]
    assert TOKEN not in path


REFUSED = json.dumps({"error": {"code": 190, "message": f"Bad token {TOKEN}"}})


@pytest.mark.parametrize(
    ("outside", "address", "sentence"),
    [
        (Outside(status=401, body=REFUSED), GLOBAL, "whatsapp_access_token [token_refused] ditolak Meta (401, kode 190)."),
        (Outside(status=502, body="bad gateway"), GLOBAL, "whatsapp_access_token [token_refused] ditolak Meta (502)."),
        (Outside(body='{"display_phone_number": "+62 899"}'), GLOBAL, "whatsapp_number [number_differs] bukan nomor dari"),
        (Outside(clock_off=timedelta(hours=1)), GLOBAL, "jam [clock_off] jam komputer ini meleset -3"),
        (Outside(), "", "public_url [name_unknown] pakdeon.madiunkab.go.id tidak ada di DNS."),
        (Outside(), "10.0.0.5", "check_base_url [name_not_public] cek.madiunkab.go.id dalam DNS bukan alamat publik"),
        (Outside(), PUBLIC, "public_url [name_not_public]"),
    ],
    ids=["token", "gateway", "number", "clock", "no name", "inside", "a book's address"],
)
def test_what_is_wrong_outside_is_said(
    outside: Outside, address: str, sentence: str, install: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    code, said = install(outside, address)
    assert code == 1
    assert sentence in said
    assert TOKEN not in said
    assert APP_SECRET not in said
    assert not (tmp_path / "state").exists(), "nothing is written"


def test_a_person_answers_again_what_is_refused_outside_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    right = answers(tmp_path) | {
        "tls": "otomatis",
        "tls_email": "tik@madiunkab.go.id",
        "check_base_url": "",
        "public_url": f"https://{HOST}",
    }
    asked = [name for name in questions() if name in right and name not in ("tls_certificate", "tls_key")]
    wrong = {"public_url": f"https://salah.{HOST}"}
    lines = [*({**right, **wrong}[name] for name in asked), right["public_url"], ""]  # the second of those refused follows the first
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))
    monkeypatch.setattr("getpass.getpass", input)
    with serve(Outside()) as meta:
        world = World(meta=meta, lookup=lambda name: [] if "salah" in name else [GLOBAL], taken=lambda _: False, mail=lambda *_, **__: ())
        assert main([str(tmp_path)], world) == 0
    said = capsys.readouterr()
    assert said.err.count("[name_unknown]") == 2
    assert said.out.partition("Yang lain sudah diterima.")[2].count("\n> ") == 2
    assert (tmp_path / "state/issuance/check_base_url").read_text() == f"https://{HOST}"


def test_a_clock_that_is_off_is_mended_and_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    right, outside = answers(tmp_path), Outside(clock_off=timedelta(hours=1))
    lines = iter([right[name] for name in questions() if name in right])

    def typed(prompt: str = "") -> str:
        if "Perbaiki itu" in prompt:
            outside.clock_off = timedelta()
            return ""
        return next(lines)

    monkeypatch.setattr("builtins.input", typed)
    monkeypatch.setattr("getpass.getpass", typed)
    with serve(outside) as meta:
        assert main([str(tmp_path)], World(meta=meta, lookup=lambda _: [GLOBAL], taken=lambda _: False, mail=lambda *_, **__: ())) == 0
    assert "jam [clock_off]" in capsys.readouterr().err


def test_meta_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serve(Outside()) as gone:
        pass
    assert (
        main(
            [str(tmp_path), "--answers", str(write_answers(tmp_path / "berkas"))],
            World(meta=gone, lookup=lambda _: [GLOBAL], taken=lambda _: False),
        )
        == 1
    )
    assert "whatsapp_access_token [meta_unreachable] Meta tidak terjangkau dari sini (ConnectError)." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("outside", "said"),
    [
        (Outside(echo=True), ""),
        (Outside(status=403, body="Halaman tidak ditemukan."), "public_url [webhook_wrong] webhook menjawab 403,"),
        (Outside(echo=True, clock_off=timedelta(hours=1)), "jam [clock_off] jam komputer ini meleset -3"),
    ],
    ids=["ours", "another's", "clock"],
)
def test_an_installation_that_runs_is_looked_at_as_meta_does(
    outside: Outside, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serve(outside) as address:
        write_secret(tmp_path / "state/intake/public_url", address)
        write_secret(tmp_path / "state/intake/whatsapp_verify_token", "word")
        assert main([str(tmp_path), "check"], World(meta=address)) == int(bool(said))
    assert said in capsys.readouterr().err
    assert outside.asked[0][0].startswith("/v1/webhooks/whatsapp?hub.mode=subscribe&hub.verify_token=word&")
    assert main([str(tmp_path), "check"], World(meta=address)) == 1
    assert "public_url [webhook_unreachable] webhook tidak terjangkau dari sini (ConnectError)." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("date", "is_off"),
    [("Mon, 01 Jan 2001 00:00:00 -0000", 1), ("Mon, 01 Jan 2001 00:00:00 GMT, Mon, 01 Jan 2001 00:00:00 GMT", 1), ("today", 0)],
)
def test_a_proxy_that_tells_the_time_in_its_own_way_breaks_nothing(
    date: str, is_off: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serve(Outside(echo=True, says_date=date)) as address:
        write_secret(tmp_path / "state/intake/public_url", address)
        write_secret(tmp_path / "state/intake/whatsapp_verify_token", "word")
        assert main([str(tmp_path), "check"], World(meta=address)) == is_off
    assert ("[clock_off]" in capsys.readouterr().err) == bool(is_off)


def test_nothing_is_looked_at_where_nothing_is_installed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "check"]) == 1
    assert "[no_file]" in capsys.readouterr().err


def test_names_are_looked_up_as_programs_do() -> None:
    assert addresses("localhost")
    assert not addresses("no.such.name.invalid")


def test_a_certificate_that_has_ended_today_is_told_from_a_server_that_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    (tmp_path / "cert.pem").write_text(certificate("localhost", "localhost", timedelta(seconds=-60), host="localhost"))
    (tmp_path / "key.pem").write_text(key_pem("localhost"))
    context, trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=tmp_path / "cert.pem")
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with serve(Outside(echo=True), context) as address:
        here = address.replace("127.0.0.1", "localhost")
        refusal, _ = World(meta=here, trust=trust).running(here, "word")
    assert str(refusal).startswith("public_url [certificate_refused] sertifikat TLS-nya ditolak (certificate has expired).")


@pytest.mark.parametrize(
    ("tls_days", "door", "codes"),
    [(25, "berkas", ["certificate_ending"]), (25, "otomatis", []), (15, "otomatis", ["certificate_ending"])],
)
def test_both_certificates_are_told_by_their_end_and_days(
    tls_days: int, door: str, codes: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    door_pem = certificate("localhost", "localhost", timedelta(days=tls_days, hours=1), host="localhost")
    signer_pem = certificate("signer", "authority", timedelta(days=200, hours=1))
    (tmp_path / "cert.pem").write_text(door_pem)
    (tmp_path / "key.pem").write_text(key_pem("localhost"))
    context, trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=tmp_path / "cert.pem")
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    (tmp_path / ".env").write_text(f"FRONT_DOOR_TLS={TLS_FILES if door == 'berkas' else 'tls kantor@madiunkab.go.id'}\n")
    write_secret(tmp_path / "state/issuance/signer/signer.pem", signer_pem)
    with serve(Outside(echo=True), context) as address:
        here = address.replace("127.0.0.1", "localhost")
        write_secret(tmp_path / "state/intake/public_url", here)
        write_secret(tmp_path / "state/intake/whatsapp_verify_token", "word")
        assert main([str(tmp_path), "check"], World(meta=here, trust=trust)) == int(bool(codes))
    told = capsys.readouterr()
    ends = [f"{read(pem)[0].not_valid_after_utc.astimezone(WIB):%d-%m-%Y}" for pem in (signer_pem, door_pem)]
    assert told.out.splitlines()[:2] == [
        f"sertifikat pejabat: sampai {ends[0]}, 200 hari lagi",
        f"sertifikat TLS: sampai {ends[1]}, {tls_days} hari lagi",
    ]
    assert re.findall(r"\[(\w+)\]", told.err) == codes


def test_another_installation_of_the_same_name_is_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(OTHERS, "/opt/adminduk/deploy/compose ")
    assert main([str(tmp_path), "--answers", str(write_answers(tmp_path / "berkas")), "--offline"]) == 1
    assert "COMPOSE_PROJECT_NAME [project_taken] nama proyek ini sudah dipakai pemasangan di /opt/adminduk" in capsys.readouterr().err
    assert not (tmp_path / "state").exists(), "nothing is written"


def test_a_port_that_another_program_has_is_said_before_a_first_installation() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert is_taken(port)
        answers = {"public_url": f"https://contoh.go.id:{port}"}
        first = next(World(taken=is_taken).refusals(answers))
        assert str(first).startswith(f"public_url [port_taken] port {port} di komputer ini sudah dipakai program lain.")
    assert not is_taken(port)
