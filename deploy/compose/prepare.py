"""`python -m deploy.compose.prepare FOLDER`: every secret and every file that compose mounts, made once and kept.

One folder per process, so that a container sees its own secrets only. Run again it changes nothing but what is missing. The first time
`PROFILE` says what this is for and is kept. `demo` makes up all that the outside would give (WhatsApp, the court, the signer); with
`production` it names what is still to be filled in and what can't be right, and nothing starts until all of it is (`deploy.install` asks
for it).
"""

import json
import os
import sys
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from errno import ENOSPC
from pathlib import Path
from secrets import token_bytes, token_hex
from typing import Final

from deploy import mongodb
from deploy.compose import alarms, clients, health, memory, production
from deploy.compose.passwords import DATABASE_USERS, database_password
from deploy.compose.questions import questions
from deploy.compose.refusals import Fault, Refusal
from deploy.keys import (
    COURT,
    GENERAL_COURT,
    INSTAGRAM_NODE,
    KEY_BYTES,
    OWNER_ONLY,
    PAGE_NODE,
    PHONE_NUMBER_ID,
    Keys,
    keep_secret,
    load_keys,
    write_secret,
)
from deploy.rabbitmq import formation
from shared.clock import now
from shared.messaging.layout.definitions import hash_password, passwords_for, render_whole
from shared.messaging.layout.model import OPERATOR, product

SERVICE_UID: Final = 10001  # as in deploy/images/Dockerfile
SERVER_UID: Final = 999  # of mongodb and rabbitmq in their official images
FRONT_DOOR_UID: Final = 0  # Caddy's image has no user of its own; without capabilities root reads what is root's alone
WATCH_UID: Final = 65534  # of Prometheus and Alertmanager in their official images
FRONT_DOOR: Final = "front-door"
VHOST: Final = "adminduk"
BROKER_ADMINISTRATOR: Final = "topology"
"""Brings the layout into a running RabbitMQ by its management API, which is in the containers' network alone."""
DEMO, PRODUCTION = "demo", "production"
DEMO_FAMILIES: Final = 1000
DEMO_SEED: Final = 3519
START_MONGOD: Final = f"""#!/bin/bash
# Runs mongod as the image would, without what may hold personal data in its log (deploy/mongodb.py).
set -- docker-entrypoint.sh mongod {" ".join(mongodb.FLAGS)} --bind_ip_all --keyFile /etc/mongo/keyfile \\
  --wiredTigerCacheSizeGB "${{MONGO_CACHE_GB:-0.5}}"
{mongodb.FILTERED}
"""


class RefusedError(Exception):
    """What was asked for would break what is there."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))


def main(words: list[str]) -> int:
    """Make what is missing; say what only people can give, and what they gave that can't be right."""
    if len(words) != 1:
        sys.stderr.write("usage: python -m deploy.compose.prepare FOLDER\n")
        return 2
    try:
        return _prepared(Path(words[0]))
    except RefusedError as error:
        sys.stderr.write(f"prepare: {error}\n")
    except OSError as error:
        if error.errno != ENOSPC:
            raise
        sys.stderr.write(f"prepare: {Fault('state_full', words[0]).of('STATE')}\n")
    return 1


def _prepared(folder: Path) -> int:
    profile = keep_profile(folder, os.environ.get("PROFILE", ""))
    keys = load_keys(folder / "keys")
    if profile == PRODUCTION:  # its officers and adapters are added by name: deploy.compose.clients
        keys = replace(keys, clients={name: key for name, key in keys.clients.items() if name in (*DATABASE_USERS, OPERATOR)})
    database_password(folder, mongodb.ADMINISTRATOR)
    _servers(folder)
    _services(folder, keys)
    _operator(folder, keys)
    problems: list[Refusal] = [*alarms.write_watch(folder), *memory.refusals()]
    if profile == PRODUCTION:
        problems += [*production.keep_variables(folder), *production.problems(folder)]
    else:
        _demo(folder, keys)
    if not problems:
        production.write_genuine(folder)
    for name, uid in (
        ("mongo", SERVER_UID),
        ("rabbitmq", SERVER_UID),
        (FRONT_DOOR, FRONT_DOOR_UID),
        (alarms.FOLDER, WATCH_UID),
        *((each, SERVICE_UID) for each in (*DATABASE_USERS, OPERATOR, DEMO)),
    ):
        _give(folder / name, uid)
    return _told(profile, [(problem, production.can_wait(folder, problem)) for problem in problems])


def _told(profile: str, problems: Sequence[tuple[Refusal, bool]]) -> int:
    """Say what is wrong; 1 where something of it keeps all of it from starting, and not only what needs it (ADR 67)."""
    refused = [problem for problem, can_wait in problems if not can_wait]
    if refused:
        sys.stderr.write(f"prepare: {profile} belum dapat dimulai; dalam folder state (STATE):\n")
    elif problems:
        sys.stderr.write(f"prepare: {profile} dimulai tanpa yang ini, yang harus segera diganti (docs/operations/kunci.md):\n")
    sys.stderr.writelines(f"  {problem}\n" for problem in refused or [problem for problem, _ in problems])
    return 1 if refused else 0


def keep_profile(folder: Path, asked: str) -> str:
    """Return what this folder is for: as it was said the first time.

    Raises:
        RefusedError: nobody ever said it, or it is another one now.
    """
    file = folder / "profile"
    if not file.exists():
        if asked not in (DEMO, PRODUCTION):
            raise RefusedError(Fault("profile_unsaid").of("PROFILE"))
        write_secret(file, asked)
    kept = file.read_text().strip()
    if asked not in ("", kept):
        raise RefusedError(Fault("profile_kept", kept).of(f"PROFILE={asked}"))
    return kept


def _servers(folder: Path) -> None:
    keep_secret(folder / "mongo" / "keyfile", b64encode(token_bytes(KEY_BYTES * 8)).decode())
    write_secret(folder / "mongo" / "start.sh", START_MONGOD)
    write_secret(folder / "mongo" / "health.sh", health.MONGO)
    write_secret(folder / "rabbitmq" / "health.sh", health.RABBITMQ)
    (folder / FRONT_DOOR).mkdir(parents=True, exist_ok=True)  # mounted, with a certificate or without
    keep_secret(folder / "rabbitmq" / "cookie", token_hex(KEY_BYTES))  # what the nodes of a cluster share
    layout = product()
    passwords = passwords_for([*(user.name for user in layout.users), BROKER_ADMINISTRATOR], folder / "passwords")
    definitions = render_whole(layout, VHOST, passwords)
    definitions["users"].append(
        {
            "name": BROKER_ADMINISTRATOR,
            "password_hash": hash_password(passwords[BROKER_ADMINISTRATOR]),
            "hashing_algorithm": "rabbit_password_hashing_sha256",
            "tags": "administrator",
        }
    )
    definitions["permissions"].append({"user": BROKER_ADMINISTRATOR, "vhost": VHOST, "configure": ".*", "write": ".*", "read": ".*"})
    write_secret(folder / "rabbitmq" / "definitions.json", json.dumps(definitions, indent=2))
    hosts = [host.partition(":")[0] for host in _named(folder, "RABBITMQ_NODES", "").split(",") if host]
    cluster = formation([f"rabbit@{host}" for host in hosts]) if hosts else ""
    write_secret(folder / "rabbitmq" / "adminduk.conf", f"load_definitions = /etc/rabbitmq/adminduk/definitions.json\n{cluster}")


def _services(folder: Path, keys: Keys) -> None:
    passwords = passwords_for(DATABASE_USERS, folder / "passwords")
    for name in DATABASE_USERS:
        password = database_password(folder, name)
        _servers_of(folder / name, f"{name}:{passwords[name]}", f"{name}:{password}", name)
        clients.keep(folder / name / "api_keys", json.loads(keys.api_keys(name)))
    keep_secret(folder / "intake" / "issuance_api_key", keys.clients["intake"])
    keep_secret(folder / "verification" / "intake_api_key", keys.clients["verification"])
    keep_secret(folder / "verification" / "desk_session_keys", keys.desk_session_keys)
    keep_secret(folder / "notifier" / "issuance_api_key", keys.clients["notifier"])
    keep_secret(folder / "notifier" / "intake_api_key", keys.clients["notifier"])


def _servers_of(folder: Path, broker_login: str, database_login: str, database: str) -> None:
    """Write where a process finds its servers: with the nodes of a cluster where they are named, which may change later."""
    amqp = f"amqp://{broker_login}@{_named(folder.parent, 'RABBITMQ_NODES', 'rabbitmq:5672')}/{VHOST}"
    _write_address(folder.parent, "RABBITMQ_NODES", folder / "amqp_url", amqp)
    _write_address(folder.parent, "MONGO_MEMBERS", folder / "mongo_url", _database_url(folder.parent, database_login, database))


def _database_url(state: Path, login: str, database: str) -> str:
    return f"mongodb://{login}@{_named(state, 'MONGO_MEMBERS', 'mongo:27017')}/?replicaSet=rs0&authSource={database}"


def _write_address(state: Path, variable: str, file: Path, address: str) -> None:
    """Write an address: anew where the servers in it are a cluster's, else what stands there stays."""
    (write_secret if _named(state, variable, "") else keep_secret)(file, address)


def _named(state: Path, variable: str, otherwise: str) -> str:
    """Return the nodes of a cluster that a variable names, or named the last time: a start without it takes no cluster apart."""
    file = state / variable.lower()
    if text := os.environ.get(variable, ""):
        write_secret(file, text)
    return file.read_text(encoding="utf-8").strip() if file.exists() else otherwise


def _operator(folder: Path, keys: Keys) -> None:
    """What `deploy.admin` needs."""
    password = database_password(folder, OPERATOR)
    amqp = passwords_for([OPERATOR], folder / "passwords")[OPERATOR]
    _servers_of(folder / OPERATOR, f"{OPERATOR}:{amqp}", f"{OPERATOR}:{password}", "admin")
    keep_secret(folder / OPERATOR / "admin_key", keys.clients[OPERATOR])
    backup = database_password(folder, mongodb.BACKUP)
    copied = _database_url(folder, f"{mongodb.BACKUP}:{backup}", "admin")
    _write_address(folder, "MONGO_MEMBERS", folder / OPERATOR / "backup_mongo_url", copied)
    password = passwords_for([BROKER_ADMINISTRATOR], folder / "passwords")[BROKER_ADMINISTRATOR]
    nodes = ",".join(f"{node.partition(':')[0]}:15672" for node in _named(folder, "RABBITMQ_NODES", "rabbitmq:5672").split(","))
    _write_address(folder, "RABBITMQ_NODES", folder / OPERATOR / "rabbitmq_api_url", f"http://{BROKER_ADMINISTRATOR}:{password}@{nodes}")
    keep_secret(folder / OPERATOR / "amqp_vhost", VHOST)


def _demo(folder: Path, keys: Keys) -> None:
    from services.issuance.adapters.demo_ca import ensure_demo_ca  # noqa: PLC0415 - the demo alone needs it
    from services.verification.adapters.registry_csv import write_families  # noqa: PLC0415 - as above
    from services.verification.adapters.registry_sample import sample_families  # noqa: PLC0415 - as above

    for name, text in _made_up(keys).items():
        keep_secret(folder / name, text)
    here = f"https://localhost:{os.environ.get('DESK_PORT') or 8443}"
    for variable, name in production.VARIABLES.items():
        text = os.environ.get(variable) or ("" if name == "whatsapp_number" else here)
        for file in questions()[name].files:
            write_secret(folder / file, text)
    ensure_demo_ca(folder / "issuance" / "signer", now=now())
    register = folder / DEMO / "register.csv"
    if not register.exists():
        write_families(register, sample_families(DEMO_FAMILIES, DEMO_SEED))


def _made_up(keys: Keys) -> Mapping[str, str]:
    """What the office, Meta and the court would give."""
    return {
        "intake/whatsapp_app_secret": keys.whatsapp_app_secret,
        "intake/whatsapp_verify_token": keys.whatsapp_verify_token,
        "intake/whatsapp_access_token": keys.whatsapp_access_token,
        "intake/whatsapp_phone_number_id": PHONE_NUMBER_ID,
        "intake/whatsapp_url": "http://whatsapp:8111",
        "intake/whatsapp_media_hosts": json.dumps(["whatsapp:8111"]),
        "intake/court_secrets": keys.court_secrets(),
        "notifier/whatsapp_access_token": keys.whatsapp_access_token,
        "notifier/whatsapp_phone_number_id": PHONE_NUMBER_ID,
        "notifier/whatsapp_url": "http://whatsapp:8111",
        "notifier/court_endpoints": keys.court_endpoints("http://court:8112/callbacks"),
        "notifier/social_accounts": keys.social_accounts(),
        "notifier/graph_url": "http://graph:8113",
        "notifier/graph_app_secret": keys.graph_app_secret,
        "notifier/graph_verify_token": keys.graph_verify_token,
        "notifier/post_pictures_url": "http://notifier:8104",
        "demo/graph/app_secret": keys.graph_app_secret,
        "demo/graph/access_token": keys.graph_access_token,
        "demo/graph/webhook_url": "http://notifier:8104/v1/webhooks/meta",
        "demo/graph/public_url": f"http://127.0.0.1:{os.environ.get('GRAPH_PORT') or 8113}",
        "demo/graph/instagram_node": INSTAGRAM_NODE,
        "demo/graph/page_node": PAGE_NODE,
        "demo/whatsapp/app_secret": keys.whatsapp_app_secret,
        "demo/whatsapp/access_token": keys.whatsapp_access_token,
        "demo/whatsapp/verify_token": keys.whatsapp_verify_token,
        "demo/whatsapp/phone_number_id": PHONE_NUMBER_ID,
        "demo/whatsapp/webhook_url": "http://intake:8101/v1/webhooks/whatsapp",
        "demo/whatsapp/public_url": "http://whatsapp:8111",
        "demo/court/court_code": COURT,
        "demo/court/decision_secret": keys.court_decision_secret,
        "demo/court/callback_secret": keys.court_callback_secret,
        "demo/court/general_code": GENERAL_COURT,
        "demo/court/general_decision_secret": keys.general_decision_secret,
        "demo/court/general_callback_secret": keys.general_callback_secret,
        "demo/court/decisions_url": "http://intake:8101/v1/court/decisions",
    }


def _give(folder: Path, uid: int) -> None:
    """Make a folder and all in it one user's alone to read. One that this profile has no use for is not there."""
    if os.geteuid() != 0 or not folder.exists():
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, uid, uid)
        path.chmod(OWNER_ONLY | 0o100 if path.is_dir() else 0o400)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
