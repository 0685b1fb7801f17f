"""The private servers themselves: what every other integration test stands on."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from deploy import mongodb
from deploy.keys import write_secret
from deploy.local.broker import RabbitNode
from deploy.local.database import MongoNode
from deploy.local.ports import PortTakenError, free_ports
from deploy.local.processes import CannotStartError, Process
from deploy.local.programs import find_mongod, find_rabbitmq
from tests.conftest import PrivateBroker
from tests.support.containers import MONGOD_COMMAND
from tests.support.servers import sweep
from tests.support.vhosts import Vhost


def _command_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_text().split("\0")


def _a_transaction_commits(url: str) -> bool:
    with MongoClient[dict[str, Any]](url) as client, client.start_session() as session, session.start_transaction():
        client["probe"]["things"].insert_one({"_id": "one"}, session=session)
    return True


def test_trap_18_the_containers_mongod_is_a_replica_set_that_takes_transactions(tmp_path: Path) -> None:
    """The same mongod arguments as in the container, without the container."""
    (port,) = free_ports(1)
    (tmp_path / "data").mkdir()
    write_secret(tmp_path / "keyfile", "k" * 32)
    own = ["--port", str(port), "--dbpath", str(tmp_path / "data"), "--nounixsocket", "--keyFile", str(tmp_path / "keyfile")]
    mongod = Process(
        "MongoDB",
        [str(find_mongod()), *MONGOD_COMMAND[1:], *own],
        pid_file=tmp_path / "mongod.pid",
        log=tmp_path / "mongod.log",
    )
    url = f"mongodb://admin:secret@127.0.0.1:{port}/?directConnection=true"
    mongod.start()
    try:
        mongodb.make_primary(url, f"127.0.0.1:{port}", 60)
        assert _a_transaction_commits(url)
    finally:
        mongod.kill()


def test_trap_18_a_temporary_server_without_a_replica_set_never_counts_as_ready(tmp_path: Path) -> None:
    """As the image's entrypoint runs one first, whose log says "waiting for connections" too."""
    (port,) = free_ports(1)
    (tmp_path / "data").mkdir()
    mongod = Process(
        "MongoDB",
        [str(find_mongod()), "--port", str(port), "--dbpath", str(tmp_path / "data"), "--nounixsocket", "--bind_ip", "127.0.0.1"],
        pid_file=tmp_path / "mongod.pid",
        log=tmp_path / "mongod.log",
    )
    mongod.start()
    try:
        with pytest.raises(TimeoutError, match="takes writes"):
            mongodb.make_primary(f"mongodb://127.0.0.1:{port}/?directConnection=true", f"127.0.0.1:{port}", timeout_seconds=2)
    finally:
        mongod.kill()


def test_trap_19_the_broker_runs_beside_the_distributions_as_whoever_starts_it(private_broker: PrivateBroker) -> None:
    assert find_rabbitmq() != Path("/usr/sbin/rabbitmq-server"), "Debian's wrapper insists on root or the rabbitmq user"
    node = private_broker.node
    if not isinstance(node, RabbitNode):
        pytest.skip("runs in a container here")
    command = _command_of(node.pid)
    assert "beam" in Path(command[0]).name, "signals reach a shell, not the broker"
    assert str(node.folder) in command[command.index("-home") + 1], "shares the cookie of another node"
    assert not any("/var/lib/rabbitmq" in part for part in command)


def test_trap_19_a_private_node_survives_stop_kill_and_restart_with_its_data(private_broker: PrivateBroker) -> None:
    node, vhost = private_broker.node, private_broker.vhost
    vhost.api.call("PUT", f"/api/queues/{vhost.name}/kept", {"durable": True, "arguments": {"x-queue-type": "quorum"}})
    node.kill()
    assert not node.running
    node.start()
    assert vhost.api.call("GET", f"/api/queues/{vhost.name}/kept")["durable"] is True
    assert vhost.name in node.ctl("list_vhosts")


def test_a_vhost_has_the_policies_and_nothing_else(vhost: Vhost) -> None:
    names = {policy["name"] for policy in vhost.api.call("GET", f"/api/policies/{vhost.name}")}
    assert {"alternate", "work.intake", "intake.retry.5s"} <= names
    assert vhost.api.call("GET", f"/api/queues/{vhost.name}") == []


def test_a_set_made_under_another_port_learns_the_new_one(tmp_path: Path) -> None:
    first, second = (MongoNode(tmp_path, port=port) for port in free_ports(2))
    first.start()
    with MongoClient[dict[str, Any]](first.url) as client:
        client["probe"]["things"].insert_one({"_id": "kept"})
    first.kill()
    second.start()
    try:
        with MongoClient[dict[str, Any]](second.url) as client:
            assert client["probe"]["things"].find_one() == {"_id": "kept"}
    finally:
        second.kill()


def test_a_taken_port_is_named_with_its_setting(tmp_path: Path, mongo_url: str) -> None:
    port = urlsplit(mongo_url).port or 27017
    with pytest.raises(PortTakenError, match=rf"port {port} \(MONGO_PORT\) is taken by .+ set MONGO_PORT to a free port"):
        MongoNode(tmp_path, port=port).start()


def test_a_server_left_by_a_killed_run_is_stopped_by_the_next(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    left, following = MongoNode(tmp_path, port=port), MongoNode(tmp_path, port=port)
    left.start()
    following.start()
    try:
        assert not left.running
        assert following.running
    finally:
        following.kill()


def test_containers_of_a_killed_run_wait_for_docker_to_answer_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    left = tmp_path / "999999999"  # no process has such a number
    left.mkdir()
    (left / "containers.txt").write_text("0123456789ab\n")
    sweep(tmp_path)
    assert left.is_dir(), "else nobody knows of them any more"


def test_fault_injection_is_possible_and_off_again_for_the_next_test(mongo_test_commands: str) -> None:
    with MongoClient[dict[str, Any]](mongo_test_commands) as client:
        client["probe"]["things"].insert_one({})
        client.admin.command("configureFailPoint", "failCommand", mode="alwaysOn", data={"failCommands": ["insert"], "errorCode": 8})
        with pytest.raises(OperationFailure):
            client["probe"].command("insert", "things", documents=[{"_id": 1}])


def test_a_program_that_ends_at_once_is_reported_with_its_last_words(tmp_path: Path) -> None:
    process = Process("Echo", ["sh", "-c", "echo cannot read the key; exit 3"], pid_file=tmp_path / "pid", log=tmp_path / "log")
    process.start()
    with pytest.raises(CannotStartError, match=r"exit code 3(.|\n)+cannot read the key"):
        process.wait_ready(lambda: False, timeout_seconds=10)
