"""What Prometheus and Alertmanager are told, judged by their own programs; and what compose writes for them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from deploy.compose.alarms import write_watch
from deploy.watch.config import Asked, Mail, Pace, alertmanager, broker, prometheus

WATCH = Path(__file__).resolve().parents[3] / "deploy" / "watch"
MAIL = {"ALARM_MAIL_TO": "kepala@kab.go.id, tik@kab.go.id", "ALARM_MAIL_FROM": "alarm@kab.go.id", "ALARM_SMTP": "surel.kab.go.id:587"}


def judged(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_prometheus_takes_what_it_is_told(tmp_path: Path) -> None:
    file = tmp_path / "prometheus.yml"
    asked = [
        Asked("intake", names=("intake", "intake-worker"), port=8101),
        Asked("checks", ("127.0.0.1:8120",)),
        *broker(("rabbitmq:15692",)),
    ]
    file.write_text(prometheus(asked, [str(WATCH / "limits.yaml"), str(WATCH / "rules.yaml")], "127.0.0.1:9093", Pace()))
    judged("promtool", "check", "config", str(file))


@pytest.mark.parametrize(
    "mail",
    [None, Mail("a@b.id", "c@b.id", "mail:25", is_secured=False), Mail("a@b.id", "c@b.id", "mail:587", "me", "/etc/watch/smtp_password")],
    ids=["nobody", "open", "secured"],
)
def test_alertmanager_takes_what_it_is_told(mail: Mail | None, tmp_path: Path) -> None:
    file = tmp_path / "alertmanager.yml"
    file.write_text(alertmanager(mail, Pace()))
    judged("amtool", "check-config", str(file))


@pytest.mark.parametrize(
    ("labels", "receiver"),
    [(["severity=critical"], "office"), (["severity=warning"], "office"), (["severity=info"], "nobody")],
)
def test_what_is_only_to_be_known_is_written_to_nobody(labels: list[str], receiver: str, tmp_path: Path) -> None:
    file = tmp_path / "alertmanager.yml"
    file.write_text(alertmanager(Mail("a@b.id", "c@b.id", "mail:25"), Pace()))
    assert judged("amtool", "config", "routes", "test", f"--config.file={file}", *labels).strip() == receiver


def test_compose_asks_every_copy_and_writes_to_the_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in MAIL.items():
        monkeypatch.setenv(name, text)
    assert list(write_watch(tmp_path)) == []
    told = json.loads((tmp_path / "watch" / "prometheus.yml").read_text())
    by_job = {each["job_name"]: each for each in told["scrape_configs"]}
    assert by_job["intake"]["dns_sd_configs"][0]["names"] == ["intake", "intake-worker", "intake-relay"]
    assert {"backup", "checks", "rabbitmq", "rabbitmq-queues", "alertmanager"} < by_job.keys()
    [letter] = json.loads((tmp_path / "watch" / "alertmanager.yml").read_text())["receivers"][1]["email_configs"]
    assert (letter["to"], letter["require_tls"]) == ("kepala@kab.go.id, tik@kab.go.id", True)
    judged("amtool", "check-config", str(tmp_path / "watch" / "alertmanager.yml"))


def test_each_node_of_a_cluster_is_asked_about_the_queues_that_it_leads(tmp_path: Path) -> None:
    (tmp_path / "rabbitmq_nodes").write_text("rabbitmq:5672,rabbitmq-2:5672")
    assert list(write_watch(tmp_path)) == []
    told = json.loads((tmp_path / "watch" / "prometheus.yml").read_text())
    asked = [each["static_configs"][0]["targets"] for each in told["scrape_configs"] if each["job_name"].startswith("rabbitmq")]
    assert asked == [["rabbitmq:15692", "rabbitmq-2:15692"]] * 2


@pytest.mark.parametrize(
    ("changed", "about", "code"),
    [
        ({"ALARM_MAIL_TO": "kepala"}, "ALARM_MAIL_TO", "no_email"),
        ({"ALARM_MAIL_FROM": ""}, "ALARM_MAIL_FROM", "no_email"),
        ({"ALARM_SMTP": "surel.kab.go.id"}, "ALARM_SMTP", "no_mail_server"),
    ],
)
def test_where_letters_cannot_go_is_refused_and_none_go(
    changed: dict[str, str], about: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in (MAIL | changed).items():
        monkeypatch.setenv(name, text)
    [refusal] = write_watch(tmp_path)
    assert (refusal.about, refusal.code) == (about, code)
    assert "email_configs" not in (tmp_path / "watch" / "alertmanager.yml").read_text()


def test_without_an_address_alarms_stand_on_the_page_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALARM_MAIL_TO", raising=False)
    assert list(write_watch(tmp_path)) == []
    assert json.loads((tmp_path / "watch" / "alertmanager.yml").read_text())["route"]["receiver"] == "nobody"
