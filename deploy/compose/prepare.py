"""`python -m deploy.compose.prepare FOLDER`: every secret and every file that compose mounts, made once and kept.

One folder per process, so that a container sees its own secrets only. Run again it changes nothing but what is missing. With
`PROFILE=production` the keys of the outside (WhatsApp, the court, the signer) are not made up: it says which files to fill in.
"""

import json
import os
import sys
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from secrets import token_bytes, token_urlsafe
from typing import Final

from deploy.local.keys import COURT, GRAPH_VERSION, KEY_BYTES, OWNER_ONLY, PHONE_NUMBER_ID, Keys, load_keys, write_secret
from shared.messaging.definitions import passwords_for, render_whole
from shared.messaging.layout import product

SERVICE_UID: Final = 10001  # as in deploy/images/Dockerfile
SERVER_UID: Final = 999  # of mongodb and rabbitmq in their official images
VHOST: Final = "adminduk"
DATABASE_USERS: Final = ("intake", "verification", "issuance", "notifier")
FROM_OUTSIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "intake": ("whatsapp_app_secret", "whatsapp_verify_token", "whatsapp_access_token", "court_secrets"),
    "notifier": ("whatsapp_access_token", "whatsapp_phone_number_id", "court_endpoints"),
    "issuance": ("signer/signer.pem", "signer/signer-key.pem", "signer/ca.pem"),
}
"""What only the office, Meta and the court can give."""


def main(words: list[str]) -> int:
    """Make what is missing; list what only people can give."""
    if len(words) != 1:
        sys.stderr.write("usage: python -m deploy.compose.prepare FOLDER\n")
        return 2
    folder = Path(words[0])
    production = os.environ.get("PROFILE") == "production"
    keys = load_keys(folder / "keys")
    database_password(folder, "admin")
    _servers(folder)
    _services(folder, keys)
    if not production:
        _demo(folder, keys)
    for name, uid in (("mongo", SERVER_UID), ("rabbitmq", SERVER_UID), *((each, SERVICE_UID) for each in (*DATABASE_USERS, "demo"))):
        _give(folder / name, uid)
    missing = [f"{service}/{name}" for service, names in FROM_OUTSIDE.items() for name in names if not (folder / service / name).exists()]
    for name in missing:
        sys.stderr.write(f"fill in {folder / name}\n")
    return 1 if missing else 0


def _keep(file: Path, text: str) -> str:
    if not file.exists():
        write_secret(file, text)
    return file.read_text()


def _servers(folder: Path) -> None:
    _keep(folder / "mongo" / "keyfile", b64encode(token_bytes(KEY_BYTES * 8)).decode())
    layout = product()
    passwords = passwords_for([user.name for user in layout.users], folder / "passwords")
    write_secret(folder / "rabbitmq" / "definitions.json", json.dumps(render_whole(layout, VHOST, passwords), indent=2))
    write_secret(folder / "rabbitmq" / "adminduk.conf", "load_definitions = /etc/rabbitmq/adminduk/definitions.json\n")


def _services(folder: Path, keys: Keys) -> None:
    passwords = passwords_for(DATABASE_USERS, folder / "passwords")
    for name in DATABASE_USERS:
        password = database_password(folder, name)
        _keep(folder / name / "amqp_url", f"amqp://{name}:{passwords[name]}@rabbitmq:5672/{VHOST}")
        _keep(folder / name / "mongo_url", f"mongodb://{name}:{password}@mongo:27017/?replicaSet=rs0&authSource={name}")
        write_secret(folder / name / "api_keys", keys.api_keys(name))
    _keep(folder / "intake" / "issuance_api_key", keys.clients["intake"])
    _keep(folder / "verification" / "intake_api_key", keys.clients["verification"])
    _keep(folder / "notifier" / "issuance_api_key", keys.clients["notifier"])


def _demo(folder: Path, keys: Keys) -> None:
    from services.issuance.wiring import make_demo_ca  # noqa: PLC0415 - the demo alone needs it
    from services.verification.wiring import registry  # noqa: PLC0415 - as above

    court = {"court": COURT, "url": "http://court:8112/callbacks", "secret": keys.court_callback_secret}
    made = {
        "intake/whatsapp_app_secret": keys.whatsapp_app_secret,
        "intake/whatsapp_verify_token": keys.whatsapp_verify_token,
        "intake/whatsapp_access_token": keys.whatsapp_access_token,
        "intake/whatsapp_api_url": f"http://whatsapp:8111/{GRAPH_VERSION}",
        "intake/whatsapp_media_hosts": json.dumps(["whatsapp:8111"]),
        "intake/court_secrets": json.dumps({COURT: [keys.court_decision_secret]}),
        "notifier/whatsapp_access_token": keys.whatsapp_access_token,
        "notifier/whatsapp_phone_number_id": PHONE_NUMBER_ID,
        "notifier/whatsapp_url": "http://whatsapp:8111",
        "notifier/court_endpoints": json.dumps([court]),
        "demo/whatsapp/app_secret": keys.whatsapp_app_secret,
        "demo/whatsapp/access_token": keys.whatsapp_access_token,
        "demo/whatsapp/verify_token": keys.whatsapp_verify_token,
        "demo/whatsapp/phone_number_id": PHONE_NUMBER_ID,
        "demo/whatsapp/webhook_url": "http://intake:8101/v1/webhooks/whatsapp",
        "demo/whatsapp/public_url": "http://whatsapp:8111",
        "demo/court/court_code": COURT,
        "demo/court/decision_secret": keys.court_decision_secret,
        "demo/court/callback_secret": keys.court_callback_secret,
        "demo/court/decisions_url": "http://intake:8101/v1/court/decisions",
    }
    for name, text in made.items():
        _keep(folder / name, text)
    make_demo_ca(["--out", str(folder / "issuance" / "signer")])
    register = folder / "demo" / "register.csv"
    if not register.exists():
        registry(["generate", "--families", "1000", "--seed", "3519", "--out", str(register)])


def database_password(folder: Path, user: str) -> str:
    """The MongoDB password of a user: made at the first call, then kept."""
    return _keep(folder / "passwords" / f"mongo_password_{user}", token_urlsafe(KEY_BYTES))


def _give(folder: Path, uid: int) -> None:
    if os.geteuid() != 0:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, uid, uid)
        path.chmod(OWNER_ONLY | 0o100 if path.is_dir() else 0o400)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
