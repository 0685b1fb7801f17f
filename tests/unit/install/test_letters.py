"""Letters of alarms: the installer talks with the mail server as Alertmanager will, and writes none."""

import ssl
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest

from deploy.install.letters import refusals
from tests.support.office_answers import certificate, key_pem

HOST = "localhost"


@dataclass
class Server:
    """A mail server on this host. `refuses`: the words after which it says no."""

    refuses: tuple[str, ...] = ()
    tls: ssl.SSLContext | None = None
    heard: list[str] = field(default_factory=list)

    def answers(self, line: str) -> list[str]:
        self.heard.append(line)
        if line.startswith(self.refuses or "\0"):
            return ["550 no"]
        word = line.partition(" ")[0].upper()
        if word == "EHLO":
            return ["250-here", *(["250-STARTTLS"] if self.tls else []), "250 AUTH PLAIN"]
        return {"AUTH": ["235 welcome"], "STARTTLS": ["220 begin"], "QUIT": ["221 bye"]}.get(word, ["250 ok"])


@contextmanager
def serve(server: Server) -> Iterator[str]:
    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline().decode().strip():
                self.wfile.write("".join(f"{each}\r\n" for each in server.answers(line)).encode())
                if line == "STARTTLS" and server.tls:
                    self.connection = server.tls.wrap_socket(self.connection, server_side=True)
                    self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)

        def finish(self) -> None:
            for each in (self.rfile, self.wfile, self.connection):
                each.close()

    class Quiet(ThreadingTCPServer):  # waits for who still talks
        def handle_error(self, request: object, client_address: object) -> None:
            """A certificate that is refused ends the talk."""

    with Quiet(("127.0.0.1", 0), Handler) as here:
        Thread(target=here.serve_forever, daemon=True).start()
        yield f"{HOST}:{here.server_address[1]}"
        here.shutdown()


def asked(server: Server, *, has_tls: bool = False, **changes: str) -> list[str]:
    with serve(server) as address:
        answers = {
            "alarm_mail_to": "kepala@kab.go.id,tik@kab.go.id",
            "alarm_mail_from": "alarm@kab.go.id",
            "alarm_smtp": address,
            "alarm_smtp_user": "alarm",
            "alarm_smtp_password": "kata sandi",
        }
        return [str(each) for each in refusals(answers | changes, has_tls=has_tls)]


def test_it_is_asked_whether_it_takes_letters_of_this_sender_to_these_and_gets_none() -> None:
    server = Server()
    assert asked(server) == []
    greeted, login, sender, *others = server.heard
    assert greeted.startswith("ehlo ")
    assert b64decode(login.split()[-1]) == b"\0alarm\0kata sandi"
    assert sender.startswith("mail FROM:<alarm@kab.go.id>")
    assert others[:3] == ["rcpt TO:<kepala@kab.go.id>", "rcpt TO:<tik@kab.go.id>", "rset"]


@pytest.mark.parametrize(
    ("refuses", "sentence"),
    [
        ("AUTH", "alarm_smtp_user [mail_login_refused] ditolak server surel (550)."),
        ("mail", "alarm_mail_from [mail_address_refused] tidak diterima server surel (550)."),
        ("rcpt TO:<tik", "alarm_mail_to [mail_address_refused] tidak diterima server surel (tik@kab.go.id, 550)."),
    ],
)
def test_what_it_refuses_is_said(refuses: str, sentence: str) -> None:
    [said] = asked(Server((refuses,)))
    assert said.startswith(sentence)


def test_a_server_that_is_not_there_is_said() -> None:
    [said] = asked(Server(), alarm_smtp=f"{HOST}:1")
    assert said.startswith("alarm_smtp [mail_unreachable] tidak terjangkau dari sini (ConnectionRefusedError).")


def test_a_password_goes_over_tls_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [said] = asked(Server(), has_tls=True)
    assert "[mail_without_tls]" in said
    pem, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    pem.write_text(certificate("surel", "surel", host=HOST))
    key.write_text(key_pem("surel"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem, key)
    server = Server(tls=tls)
    [said] = asked(server, has_tls=True)
    assert "[mail_certificate_refused]" in said
    assert not [line for line in server.heard if line.startswith("AUTH")]
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    assert asked(server, has_tls=True) == []


def test_nobody_is_asked_where_nobody_is_to_be_written_to() -> None:
    assert list(refusals({"alarm_mail_to": ""}, has_tls=True)) == []
