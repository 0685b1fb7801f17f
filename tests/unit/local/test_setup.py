"""What is said where something can't be installed, and which port is in the way."""

import socket
from pathlib import Path

import pytest

from deploy.local import ports, setup
from deploy.local.ports import PortTakenError, free_ports, is_free, require_free
from deploy.local.programs import MissingServerError, find_rabbitmq
from deploy.local.settings import LocalSettings


def test_without_rabbitmq_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MissingServerError) as raised:
        find_rabbitmq(str(tmp_path / "rabbitmq-server"))
    for way in ("apt-get install rabbitmq-server", "docker run", "AMQP_URL=", "MONGO_URL="):
        assert way in str(raised.value)


def test_another_rabbitmq_is_named_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "rabbitmq-server"
    other.touch(mode=0o755)
    monkeypatch.setenv("RABBITMQ_SERVER", str(other))
    assert find_rabbitmq() == other
    with pytest.raises(MissingServerError):
        find_rabbitmq(str(tmp_path / "none"))


def test_where_nothing_can_be_installed_the_command_to_do_it_by_hand_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "install", lambda _packages: None)
    with pytest.raises(MissingServerError, match="apt-get install rabbitmq-server"):
        setup.ensure("run", LocalSettings(rabbitmq_server=str(tmp_path / "none")))


def test_servers_that_are_given_need_no_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "install", lambda packages: pytest.fail(f"installs {packages}"))
    setup.ensure("run", LocalSettings(rabbitmq_server=str(tmp_path / "none"), amqp_url="amqp://there/", mongo_url="mongodb://there/"))


def test_a_taken_port_is_named_with_its_holder() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not is_free(port)
        with pytest.raises(PortTakenError, match=rf"port {port} \(INTAKE_PORT\) is taken by .+: stop it, or set INTAKE_PORT"):
            require_free({"INTAKE_PORT": port})
    assert is_free(port)


def test_all_that_are_taken_are_named_at_once() -> None:
    with socket.socket() as first, socket.socket() as second:
        for taken in (first, second):
            taken.bind(("127.0.0.1", 0))
            taken.listen()
        (free,) = free_ports(1)
        asked = {"INTAKE_PORT": first.getsockname()[1], "COURT_PORT": second.getsockname()[1], "DESK_PORT": free}
        with pytest.raises(PortTakenError) as told:
            require_free(asked)
    assert [line.split(" is taken")[0] for line in str(told.value).splitlines()] == [
        f"port {asked['INTAKE_PORT']} (INTAKE_PORT)",
        f"port {asked['COURT_PORT']} (COURT_PORT)",
    ]


def test_free_ports_are_all_different() -> None:
    assert len(set(free_ports(20))) == 20


def test_a_port_is_given_once(monkeypatch: pytest.MonkeyPatch) -> None:
    (first,) = free_ports(1)
    monkeypatch.setattr(ports, "PORTS", range(first, first + 1))
    with pytest.raises(OSError, match="no 1 free ports"):
        free_ports(1)
