"""`python -m deploy.compose.database FOLDER [--stay | --new-password]`: the replica set, an administrator, one user per service.

Runs in the network of a MongoDB container: before there is a user, MongoDB lets its own host make the first one. Idempotent. With several
members (`MONGO_OTHERS`) it runs beside each of them and stays: whichever is the primary makes the users, and one that comes back empty is
taken in again. With `--new-password` the administrator gets another one, which takes the old one's place in the state.
"""

import os
import sys
from pathlib import Path
from secrets import token_urlsafe
from signal import SIGTERM, sigtimedwait
from typing import Final

from deploy import mongodb
from deploy.compose.passwords import DATABASE_USERS, database_password, password_file
from deploy.compose.refusals import Fault
from deploy.keys import KEY_BYTES, keep_secret

HERE: Final = "mongodb://127.0.0.1:27017/?directConnection=true"
MEMBER: Final = "mongo:27017"  # how the services reach it
START_SECONDS: Final = 60  # a first start makes its files
STAY: Final = "--stay"
NEW_PASSWORD: Final = "--new-password"  # noqa: S105 - a word of the command line
AGAIN_SECONDS: Final = 300


def main(words: list[str], here: str = HERE, member: str = MEMBER) -> int:
    """Bring the database to where the services can start; with `--stay` look again for ever."""
    folder = Path(words[0])
    member = os.environ.get("MONGO_MEMBER", "") or member
    others = _others(os.environ.get("MONGO_OTHERS", ""), member)
    try:
        if NEW_PASSWORD in words:
            _renew(folder, here, member, others)
        _settle(folder, here, member, others)
    except mongodb.ForeignDatabaseError:
        sys.stderr.write(f"{Fault('database_of_another').of('database')}\n")
        return 1
    while STAY in words and sigtimedwait({SIGTERM}, AGAIN_SECONDS) is None:
        _settle(folder, here, member, others)
    return 0


def _others(members: str, member: str) -> list[str]:
    return [each for each in members.strip().split(",") if each and each != member]


def door_to(folder: Path, member: str, others: list[str]) -> str:
    """Return how the primary is found, who makes the users: also by what `prepare` kept of a set, where nobody names its members now."""
    kept = folder / "mongo_members"
    known = others or _others(kept.read_text(encoding="utf-8") if kept.is_file() else "", member)
    return f"mongodb://{','.join((member, *known))}/?replicaSet={mongodb.REPLICA_SET}" if known else ""


def _renew(folder: Path, here: str, member: str, others: list[str]) -> None:
    """Change the administrator's password. It lies beside the old one first: whoever was cut off calls this again."""
    old = database_password(folder, mongodb.ADMINISTRATOR)
    draft = password_file(folder, f"{mongodb.ADMINISTRATOR}.new")
    new = keep_secret(draft, token_urlsafe(KEY_BYTES))
    mongodb.renew_administrator(door_to(folder, member, others) or here, old, new)
    draft.replace(password_file(folder, mongodb.ADMINISTRATOR))
    sys.stdout.write("the administrator has another password\n")


def _settle(folder: Path, here: str, member: str, others: list[str]) -> None:
    password = database_password(folder, mongodb.ADMINISTRATOR)
    url = mongodb.url_for(here, mongodb.ADMINISTRATOR, password, "admin")
    mongodb.make_primary(url, member, START_SECONDS, others)
    if door := door_to(folder, member, others):
        url = mongodb.url_for(door, mongodb.ADMINISTRATOR, password, "admin")
    users = (*DATABASE_USERS, mongodb.OPERATOR, mongodb.BACKUP)
    with mongodb.Client(url) as client:
        mongodb.refuse_foreign(client)
        mongodb.make_users(client, {user: database_password(folder, user) for user in users}, {name: name for name in DATABASE_USERS})
    sys.stdout.write(f"replica set and users {', '.join(users)} are in place\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
