"""An operator's command while a server is down says so in one line, and what to do."""

import subprocess
import sys

import pytest

from deploy.local.parts import ROOT

NOWHERE = "127.0.0.1:1"


@pytest.mark.parametrize("command", ["list", "conservation"])
def test_without_mongodb_it_says_so_in_one_line(amqp_url: str, command: str) -> None:
    done = run(command, {"AMQP_URL": amqp_url, "MONGO_URL": f"mongodb://somebody:secret@{NOWHERE}/?directConnection=true"})
    (line,) = done.stderr.splitlines()
    why = "ServerSelectionTimeoutError"
    assert (done.returncode, line) == (1, f"admin: MongoDB tidak menjawab di {NOWHERE} ({why}). Apakah berjalan? Alamatnya MONGO_URL")


def test_without_rabbitmq_it_says_so_in_one_line(mongo_url: str) -> None:
    done = run("list", {"AMQP_URL": f"amqp://somebody:secret@{NOWHERE}/x", "MONGO_URL": mongo_url})
    (line,) = done.stderr.splitlines()
    assert (done.returncode, line) == (1, f"admin: RabbitMQ tidak menjawab di {NOWHERE}. Apakah berjalan? Alamatnya AMQP_URL")


def run(command: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "shared.messaging.admin", command]
    environment = {"PATH": "/usr/bin:/bin", **environment}
    return subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=90)
