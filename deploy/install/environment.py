"""The variables that compose reads: what is no secret and no setting of a service."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from deploy.compose.questions import questions
from deploy.compose.variables import value_in, value_of

STATE: Final = "state"
VARIABLES: Final = ".env"
HTTP_PORT: Final = 80
MAIL: Final = {
    "alarm_mail_to": "ALARM_MAIL_TO",
    "alarm_mail_from": "ALARM_MAIL_FROM",
    "alarm_smtp": "ALARM_SMTP",
    "alarm_smtp_user": "ALARM_SMTP_USER",
}
"""Who is written to about alarms, and by which server: the variable of each answer."""

TLS_FILES: Final = "tls /etc/front-door/cert.pem /etc/front-door/key.pem"

KEPT_IN_STATE: Final = frozenset({"PROFILE", "PUBLIC_URL", "WHATSAPP_NUMBER", "CHECK_BASE_URL", "DESK_URL"})
"""What the state says from now on; a line of before would be a second word for it."""


def environment(said: Mapping[str, str], before: str) -> str:
    """Return `.env`: ours, and what stood in it of other things."""
    public = urlsplit(said["public_url"])
    ours = {
        "DESK_HOST": public.hostname or "",
        "DESK_BIND": "0.0.0.0",  # noqa: S104 - the front door is for everybody
        "DESK_PORT": str(public.port or 443),
        "HTTP_PORT": str(http_port(before)),
        "FRONT_DOOR_TLS": TLS_FILES if said["tls"] == "berkas" else f"tls {said['tls_email']}",
        **{variable: said[name].replace(" ", "") for name, variable in MAIL.items() if said.get(name)},
    }
    others = [_without_demo(line) for line in before.splitlines() if line.partition("=")[0].strip() not in ours.keys() | KEPT_IN_STATE]
    return "\n".join([*others, *(f"{name}={value}" for name, value in ours.items())]) + "\n"


def http_port(before: str) -> int:
    """Return where the front door sends who comes without TLS to it: port 80, but where `.env` names another (a second installation)."""
    named = value_in(before, "HTTP_PORT")
    return int(named) if named.isdecimal() else HTTP_PORT


def _without_demo(line: str) -> str:
    name, _, value = line.partition("=")
    return line if name.strip() != "COMPOSE_PROFILES" else f"{name}={','.join(each for each in value.split(',') if each != 'demo')}"


def kept(folder: Path) -> Mapping[str, str]:
    """Return what an installation knows already, by question; empty where it knows nothing."""
    known = {}
    for question in questions().values():
        file = folder / STATE / question.files[0] if question.files else None
        known[question.name] = file.read_text(errors="replace").strip() if file and file.is_file() else ""
    known |= {name: value_of(folder / VARIABLES, of) for name, of in MAIL.items()}
    tls = value_of(folder / VARIABLES, "FRONT_DOOR_TLS")
    if tls == TLS_FILES:
        known["tls"] = "berkas"
    elif "@" in tls:
        known |= {"tls": "otomatis", "tls_email": tls.removeprefix("tls ")}
    return known
