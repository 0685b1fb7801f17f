"""Prometheus, Alertmanager and the checks beside a local run: the same rules as in production, on this machine's own programs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from deploy.local.parts import ROOT, SERVICES, Part
from deploy.local.ports import HOST
from deploy.local.programs import MissingServerError, find_alertmanager, find_prometheus
from deploy.local.settings import LocalSettings
from deploy.watch.config import Asked, Mail, Pace, alertmanager, broker, prometheus

RULES: Final = ROOT / "deploy" / "watch"
_MAIL_TO, _MAIL_FROM = "kantor@contoh.invalid", "alarm@contoh.invalid"


def pace(settings: LocalSettings) -> Pace:
    """Return how often to look: as in production, or as often as the settings say, letters included."""
    seconds = settings.watch_seconds
    usual = Pace()
    if seconds == usual.scrape:
        return usual
    return Pace(scrape=seconds, judge=seconds, gather=seconds, gather_more=seconds * 2, repeat=usual.repeat)


def watching_parts(
    settings: LocalSettings, state: Path, operator: Mapping[str, str], rules: Path = RULES, *, has_broker: bool
) -> tuple[Part, ...]:
    """Write what both programs are told; return them and the checks.

    Args:
        settings: Ports and pace.
        state: Folder of the run.
        operator: What the operator's commands need.
        rules: Folder of `limits.yaml` and `rules.yaml`.
        has_broker: Whether the broker is ours, and so tells of its queues.

    Raises:
        MissingServerError: a program is not here.
    """
    programs = find_prometheus(), find_alertmanager()
    if programs[0] is None or programs[1] is None:
        raise MissingServerError("alarms need Prometheus: sudo apt-get install prometheus prometheus-alertmanager")
    folder = state / "watch"
    folder.mkdir(parents=True, exist_ok=True)
    asked = _asked(settings, has_broker=has_broker)
    files = [str(rules / name) for name in ("limits.yaml", "rules.yaml")]
    (folder / "prometheus.yml").write_text(prometheus(asked, files, f"{HOST}:{settings.alertmanager_port}", pace(settings)))
    mail = Mail(_MAIL_TO, _MAIL_FROM, settings.alarm_smtp, is_secured=False) if settings.alarm_smtp else None
    (folder / "alertmanager.yml").write_text(alertmanager(mail, pace(settings)))
    resend = f"--rules.alert.resend-delay={round(4 * settings.watch_seconds)}s"  # as Prometheus' own minute is to its 15 s
    return (
        _server("alertmanager", programs[1], settings.alertmanager_port, folder, "--storage.path", "--cluster.listen-address="),
        _server(
            "prometheus",
            programs[0],
            settings.prometheus_port,
            folder,
            "--storage.tsdb.path",
            resend,
        ),
        _checks(settings, operator),
    )


def _asked(settings: LocalSettings, *, has_broker: bool) -> Sequence[Asked]:
    ports = {name: getattr(settings, f"{name}_port") for name in (*SERVICES, "checks", "alertmanager", "prometheus")}
    found = [Asked(name, (f"{HOST}:{port}",)) for name, port in ports.items()]
    if settings.backup_metrics_port:
        found.append(Asked("backup", (f"{HOST}:{settings.backup_metrics_port}",)))
    return [*found, *(broker((f"{HOST}:{settings.rabbitmq_metrics_port}",)) if has_broker else ())]


def _server(name: str, program: Path, port: int, folder: Path, storage: str, *more: str) -> Part:
    arguments = (f"--config.file={folder / name}.yml", f"{storage}={folder / name}", f"--web.listen-address={HOST}:{port}", *more)
    return Part(name, "", arguments, port, "/-/ready", {}, program)


def _checks(settings: LocalSettings, operator: Mapping[str, str]) -> Part:
    environment = {
        **operator,
        "HOST": HOST,
        "PORT": str(settings.checks_port),
        "CHECK_OFTEN": str(15 / settings.watch_seconds),
        "CLOCK_URL": f"http://{HOST}:{settings.whatsapp_port}/",
    }
    return Part("checks", "deploy.watch.checks", (), settings.checks_port, "/metrics", environment)


def told_by(part: Part, settings: LocalSettings) -> Part:
    """Return a part that knows where Prometheus is, where it is a service."""
    if part.name not in SERVICES:
        return part
    where = {"PROMETHEUS_URL": f"http://{HOST}:{settings.prometheus_port}", "GAUGES_SECONDS": str(min(10, settings.watch_seconds))}
    return replace(part, environment={**part.environment, **where})
