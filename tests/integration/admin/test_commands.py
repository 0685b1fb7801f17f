"""The operator's commands as they are called, with the users and the rights of production, and passwords in files alone."""

from __future__ import annotations

import asyncio
import io
import os
import re
import stat
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from deploy import mongodb
from deploy.admin import backups, source
from deploy.admin.__main__ import main
from deploy.local.database import MongoNode
from services.verification.adapters.registry_csv import write_families
from shared.audit import AuditEntry, AuditLog
from shared.clock import now
from shared.contracts.registry import SERVICES
from shared.messaging.operations import accounting
from shared.mongo import Mongo
from tests.support import families
from tests.support.servers import Broker
from tests.support.vhosts import Vhost

ENV = "DESK_HOST=pakdeon.contoh.go.id\nIMAGE=adminduk:0.3.0\n"
PASSWORDS = {name: f"word-of-{name}" for name in (*SERVICES, mongodb.OPERATOR, mongodb.BACKUP)}


class Operator:
    """Somebody at a terminal. What the commands need lies in files, as in a container."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.secrets = folder / "state" / "operator"
        self.secrets.mkdir(parents=True)
        (folder / "state" / "profile").write_text("production")
        (folder / "state" / "compose.env").write_text("DESK_HOST=lama.contoh.go.id\n")  # what an earlier restore left
        (folder / ".env").touch(mode=0o600)
        (folder / ".env").write_text(ENV)
        self.set(
            backup_mongo_url=mongodb.url_for(url, mongodb.BACKUP, PASSWORDS[mongodb.BACKUP], "admin"),
            mongo_url=mongodb.url_for(url, mongodb.OPERATOR, PASSWORDS[mongodb.OPERATOR], "admin"),
            backup_target=str(folder / "target"),
            backup_recipients_file=str(folder / "recipients"),
            backup_state=str(folder / "state"),
            backup_variables=str(folder / ".env"),
            backup_scratch=str(folder),
        )

    def set(self, **values: str) -> None:
        for name, value in values.items():
            (self.secrets / name).write_text(value)

    def says(self, *words: str, given: str = "") -> tuple[int, str]:
        """Run a command; its exit code and what it printed."""
        environment: Mapping[str, str] = {"PATH": os.environ["PATH"], "SECRETS_DIR": str(self.secrets)}
        command = [sys.executable, "-m", "deploy.admin", *words]
        done = subprocess.run(command, env=environment, input=given, capture_output=True, text=True, timeout=120, check=False)
        return done.returncode, done.stdout + done.stderr

    def does(self, *words: str, given: str = "") -> tuple[int, str]:
        """The same in this process: a new one takes longer to begin than most commands to end."""
        said = io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(said):
            patch.setenv("SECRETS_DIR", str(self.secrets))
            patch.setattr(sys, "stdin", io.StringIO(given))
            code = backups.main(words)
        return code, said.getvalue()


@pytest.fixture
def operator(private_mongo: MongoNode, tmp_path: Path) -> Any:
    """At a MongoDB with the users of production, in which no service was started yet."""
    with MongoClient[dict[str, Any]](private_mongo.url) as client:
        mongodb.make_users(client, PASSWORDS, {name: name for name in SERVICES})
        yield Operator(tmp_path, private_mongo.url)
        for name in SERVICES:
            client.drop_database(name)


async def _filled(url: str) -> None:
    """What a service writes: an account of one request, a row of who saw whom."""
    mongo = Mongo.connect(url)
    await accounting.register(mongo, "intake", (accounting.by_state("requests", "requests", finished=["done"], parked=[], in_flight=[]),))
    await mongo.collection("intake", "requests").insert_one({"_id": "r1", "state": "done"})
    log = AuditLog(mongo, "intake", "intake")
    await log.prepare()
    await mongo.transact(lambda session: log.append([AuditEntry("s-1", "chat.seen", now(), about="chat/1")], session))
    await mongo.close()


def test_an_operator_backs_up_tries_it_and_brings_it_back(operator: Operator, private_mongo: MongoNode) -> None:
    asyncio.run(_filled(private_mongo.url))
    assert operator.says("backup", "now")[1].startswith("admin: setting_missing: Pengaturan ini belum diisi.")
    assert operator.does("backup", "key", "--out", str(operator.folder / "identity"))[0] == 0
    assert "key_exists" in operator.does("backup", "key", "--out", str(operator.folder / "identity"))[1]
    identity = (operator.folder / "identity").read_text()
    assert operator.does("backup", "now")[0] == 0
    assert operator.does("backup", "verify")[0] == 0
    code, told = operator.does("backup", "status")
    assert (code, re.sub(r"\d+", "N", told)) == (0, "full_age_seconds N\ncopy_age_seconds N\n"), told
    code, told = operator.does("drill", "--key", "-", given=identity)
    assert (code, "cadangan ini baik" in told) == (0, True), told
    code, told = operator.does("restore", "databases", "--key", str(operator.folder / "identity"))
    assert (code, "restore_not_empty" in told) == (1, True), told
    with MongoClient[dict[str, Any]](private_mongo.url) as client:
        assert not [name for name in client.list_database_names() if name.startswith(mongodb.DRILL)]
        client.drop_database("intake")
        assert operator.does("restore", "databases", "--key", "-", given=identity)[0] == 0
        assert client["intake"]["requests"].find_one() == {"_id": "r1", "state": "done"}
    assert operator.says("numbers", "audit") == (0, "0 nomor dalam 0 deret; 0 tanpa dokumen\n")
    code, told = operator.does("restore", "state", "--key", "-", "--into", str(operator.folder / "new"), given=identity)
    back = operator.folder / "new" / "operator" / "mongo_url"
    assert (code, back.read_text()) == (0, (operator.secrets / "mongo_url").read_text()), told
    variables = operator.folder / "new" / "compose.env"
    assert (variables.read_text(), stat.S_IMODE(variables.stat().st_mode)) == (ENV, 0o600), "as it was, beside what is there"
    assert "state_not_empty" in operator.does("restore", "state", "--key", "-", "--into", str(operator.folder / "new"), given=identity)[1]


def test_an_operator_loads_the_register(
    operator: Operator, private_mongo: MongoNode, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    file = operator.folder / "penduduk.csv"
    write_families(file, [families.family()])
    monkeypatch.setenv("MONGO_URL", (operator.secrets / "mongo_url").read_text())
    assert main(["registry", "import", str(file)]) == 0
    assert "1 keluarga dimuat" in capfd.readouterr().out
    with MongoClient[dict[str, Any]](private_mongo.url) as client:
        assert client["verification"]["families"].count_documents({}) == 1


def test_whoever_backs_up_changes_nothing(operator: Operator) -> None:
    url = (operator.secrets / "backup_mongo_url").read_text()
    with MongoClient[dict[str, Any]](url) as client:
        assert client["intake"]["requests"].find_one() is None
        assert client["local"]["oplog.rs"].find_one() is not None
        for write in (client["intake"]["requests"].insert_one, client["admin"]["x"].insert_one, client["other"]["x"].insert_one):
            with pytest.raises(OperationFailure, match="not authorized"):
                write({"_id": 1})
        with pytest.raises(OperationFailure, match="not authorized"):
            client["other"]["x"].find_one()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"backup_target": "ftp://somewhere/else"}, "target_unknown"),
        ({"backup_target": "some/folder"}, "target_unknown"),
        ({"backup_target": "/proc/nowhere"}, "target_refused"),
        ({"backup_target": "sftp://backup@127.0.0.1/x"}, "setting_missing"),
        ({"backup_target": "s3://bucket/x"}, "setting_missing"),
        ({"backup_mongo_url": "mongodb://backup:wrong@{host}/?authSource=admin"}, "database_refused"),
        ({"backup_mongo_url": "mongodb://127.0.0.1:1/"}, "database_unreachable"),
        ({"recipients": "changeme"}, "recipients_wrong"),
    ],
)
def test_what_can_not_be_is_said_in_a_sentence(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], changed: dict[str, str], code: str
) -> None:
    recipients = changed.pop("recipients", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p")
    (operator.folder / "recipients").write_text(recipients)
    host = operator.url.rpartition("@")[2].partition("/")[0]
    operator.set(**{name: value.replace("{host}", host) for name, value in changed.items()})
    monkeypatch.setenv("SECRETS_DIR", str(operator.secrets))
    if code == "database_unreachable":
        monkeypatch.setattr(source, "SELECTION_MS", 300)
    assert backups.main(["backup", "now"]) == 1
    assert capsys.readouterr().err.startswith(f"admin: {code}: ")


def test_a_word_that_is_no_command_brings_the_list_of_them(operator: Operator) -> None:
    code, told = operator.says("backups")
    assert (code, "restore state|databases|broker, drill" in told) == (2, True), told


def test_the_layout_is_brought_into_the_broker_with_the_passwords_that_there_are(
    broker: Broker, vhost: Vhost, operator: Operator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {"SECRETS_DIR": str(operator.secrets), "BROKER_PASSWORDS": str(operator.folder / "passwords")}
    for name, value in {**names, "RABBITMQ_API_URL": broker.api_url, "AMQP_VHOST": vhost.name, "AMQP_URL": vhost.url}.items():
        monkeypatch.setenv(name, value)
    assert main(["topology", "check"]) == 1
    assert main(["topology", "apply", "--no-users"]) == 0
    assert main(["topology", "check"]) == 0
    assert "antrean dan semua di sekitarnya ada" in capsys.readouterr().out
    assert not list(operator.secrets.glob("amqp_password*")), "no password is made where nobody looks for it"
