"""What the probes of containers say: that it answers, that it waits for something, that it hangs, that nobody listens."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from deploy.compose import health, ready
from shared.clock import now

PROGRAM = Path(ready.__file__)
OK = b"HTTP/1.1 200 OK\r\n\r\n{}"
ENDS = (b"\r\n\r\n", b"admin\0\0")  # of a request over HTTP, of a hello to MongoDB
WAITS = b'HTTP/1.1 503 Service Unavailable\r\n\r\n{"ready":false,"checks":{"broker":{"ok":false}}}'


@contextmanager
def listening(*answers: bytes | None) -> Iterator[int]:
    """A server that gives each caller the next answer; None: takes the call and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept: list[socket.socket] = []

        def serve() -> None:
            for answer in answers:
                kept.append(server.accept()[0])
                if answer is not None:
                    asked = b""
                    while not asked.endswith(ENDS):  # the shell writes line by line
                        asked += kept[-1].recv(4096)
                    kept[-1].sendall(answer)
                    kept[-1].close()

        thread = Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()
    for connection in kept:
        connection.close()


def asked(port: int, *beat: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-IS", str(PROGRAM), str(port), *beat], capture_output=True, text=True, check=False, timeout=30)
    return done.returncode, done.stdout


def test_a_process_that_is_ready() -> None:
    with listening(OK, OK) as port:
        assert asked(port) == (0, "")


def test_a_process_that_waits_for_something_lives() -> None:
    with listening(OK, WAITS) as port:
        code, said = asked(port)
    assert code == 1
    assert said.startswith('not ready "ready":false,"checks":{"broker"')


def test_a_process_that_takes_the_call_and_says_nothing_hangs() -> None:
    with listening(None) as port:
        assert asked(port) == (1, "hung\n")


def test_a_process_that_answers_and_no_longer_does_what_it_is_there_for_hangs(tmp_path: Path) -> None:
    beat = tmp_path / "beat"
    with listening(OK, OK) as port:
        assert asked(port, str(beat), "3600") == (0, ""), "it has just begun"
    beat.touch()
    os.utime(beat, (now().timestamp(),) * 2)
    with listening(OK, OK) as port:
        assert asked(port, str(beat), "3600") == (0, "")
    os.utime(beat, (0, 0))
    with listening(OK, OK) as port:
        assert asked(port, str(beat), "3600") == (1, "hung\n")


def test_a_process_that_does_not_listen_yet_does_not_hang() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert asked(port) == (1, "not listening\n")


@pytest.mark.parametrize(("script", "port"), [(health.MONGO, "27017"), (health.RABBITMQ, "15672")], ids=["MongoDB", "RabbitMQ"])
def test_the_servers_probes(script: str, port: str) -> None:
    def run(there: int, seconds: int = 20) -> tuple[int, str]:
        here = script.replace("/5672", f"/{there}").replace(f"/{port}", f"/{there}").replace("-t 4", f"-t {seconds}")
        done = subprocess.run(["bash", "-c", here], capture_output=True, text=True, check=False, timeout=30)
        return done.returncode, done.stdout

    with listening(*[None] * (2 if port == "15672" else 1)) as there:
        assert run(there, seconds=1) == (1, "hung\n")
    before = [None] if port == "15672" else []  # that AMQP is listened for is enough
    with listening(*before, b"HTTP/1.1 200 OK\r\n") as there:
        assert run(there) == (0, "")
    with socket.create_server(("127.0.0.1", 0)) as server:
        gone = server.getsockname()[1]
    assert run(gone) == (1, "")
