"""MongoDB as compose runs it: the command that `prepare` wrote, then the users that `database` makes."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import ExecutionTimeout, OperationFailure

from deploy import mongodb
from deploy.compose import database
from deploy.local.ports import free_ports
from deploy.local.processes import Process
from deploy.local.programs import find_mongod
from tests.integration.compose.conftest import Installation
from tests.support.eventually import eventually

Client = MongoClient[dict[str, Any]]
PHONE = "6281234567890"
# What the image's own entry point does in the end, with the places of a container moved here.
ENTRY_POINT = """#!/bin/bash
shift
set -- "${{@/#\\/etc\\/mongo/{state}\\/mongo}}"
exec {mongod} "${{@/--bind_ip_all/--bind_ip=127.0.0.1}}" --port {port} --dbpath {data} --nounixsocket
"""


@pytest.fixture
def mongod(installation: Installation, tmp_path: Path) -> Iterator[tuple[Process, int]]:
    assert installation.prepare(PROFILE="production").code == 1, "nothing is filled in, but the servers have what they need"
    (port,) = free_ports(1)
    entry, data = tmp_path / "bin" / "docker-entrypoint.sh", tmp_path / "data"
    entry.parent.mkdir()
    data.mkdir()
    state = str(installation.state).replace("/", "\\/")
    entry.write_text(ENTRY_POINT.format(state=state, mongod=find_mongod(), port=port, data=data))
    entry.chmod(0o755)
    command = [word.replace("/etc/mongo", str(installation.state / "mongo")) for word in installation.services()["mongo"]["command"]]
    process = Process(
        "MongoDB",
        command,
        pid_file=tmp_path / "pid",
        log=tmp_path / "log",
        env={"PATH": f"{entry.parent}:{os.environ['PATH']}"},
    )
    process.start()
    yield process, port
    process.kill()


def test_the_administrator_gets_another_password_also_when_it_was_cut_off(
    installation: Installation, mongod: tuple[Process, int], capsys: pytest.CaptureFixture[str]
) -> None:
    port = mongod[1]
    here, member = f"mongodb://127.0.0.1:{port}/?directConnection=true", f"127.0.0.1:{port}"
    state = str(installation.state)
    file = installation.state / "passwords" / "mongo_password_admin"
    assert database.main([state], here, member) == 0
    first = file.read_text()
    assert database.main([state, "--new-password"], here, member) == 0
    second = file.read_text()
    assert first != second
    assert "the administrator has another password\n" in capsys.readouterr().out
    with Client(mongodb.url_for(here, "admin", first, "admin")) as client, pytest.raises(OperationFailure, match="Authentication failed"):
        client.admin.command("ping")
    file.rename(file.with_name(f"{file.name}.new"))  # what it left that was ended before its last step
    file.write_text(first)
    assert database.main([state], here, member) == 1
    assert database.main([state, "--new-password"], here, member) == 0
    assert file.read_text() == second
    assert not file.with_name(f"{file.name}.new").exists()


async def test_a_service_gets_in_with_its_file_removes_nothing_and_leaves_no_phone_in_the_log(
    installation: Installation, mongod: tuple[Process, int], capsys: pytest.CaptureFixture[str]
) -> None:
    process, port = mongod
    here = f"mongodb://127.0.0.1:{port}/?directConnection=true"
    for _ in range(2):  # as at the second start
        assert database.main([str(installation.state)], here, f"127.0.0.1:{port}") == 0
    assert "issuance" in capsys.readouterr().out
    assert database.main([str(installation.state.parent / "another")], here, f"127.0.0.1:{port}") == 1
    assert "database [database_of_another] basis data ini dibuat dengan folder state yang lain" in capsys.readouterr().err
    for name in ("issuance", "operator"):
        url = (installation.state / name / "mongo_url").read_text().replace("mongo:27017", f"127.0.0.1:{port}")
        with Client(url) as client:
            documents = client["issuance"]["documents"]
            documents.insert_one({"phone": PHONE})
            with pytest.raises(OperationFailure, match="not authorized"):
                documents.drop()
            with pytest.raises(ExecutionTimeout):
                list(documents.find({"phone": PHONE, "$where": "sleep(300) || true"}).max_time_ms(100))
            assert list(documents.find({"phone": PHONE, "$where": "sleep(150) || true"}))
    with Client(here) as client, pytest.raises(OperationFailure, match="requires authentication"):
        client["issuance"]["documents"].find_one()
    await eventually(lambda: "Plan executor error" in process.log.read_text() or "Interrupted" in process.log.read_text())
    assert PHONE not in process.log.read_text()
    assert "--slowms" in " ".join(mongodb.FLAGS)
