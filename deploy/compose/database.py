"""`python -m deploy.compose.database FOLDER`: the replica set, an administrator, one user per service.

Runs in the network of the MongoDB container: before there is a user, MongoDB lets its own host make the first one. A service's user may use
its own database only. Idempotent.
"""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.compose.prepare import DATABASE_USERS, database_password
from deploy.local.waiting import wait_until

HERE: Final = "127.0.0.1:27017"
MEMBER: Final = "mongo:27017"  # how the services reach it
START_SECONDS: Final = 60  # a first start makes its files
ADMINISTRATOR: Final = "admin"

Client = MongoClient[dict[str, Any]]


def main(words: list[str]) -> int:
    """Bring the database to where the services can start."""
    folder = Path(words[0])
    password = (folder / "passwords" / f"mongo_password_{ADMINISTRATOR}").read_text()
    with Client(f"mongodb://{HERE}/?directConnection=true", serverSelectionTimeoutMS=1000) as first:
        wait_until(lambda: _primary(first), START_SECONDS, "MongoDB takes writes")
        # Refused once there is a user; whether it is ours shows in the next step.
        with suppress(OperationFailure):
            first.admin.command("createUser", ADMINISTRATOR, pwd=password, roles=["root"])
    with Client(f"mongodb://{HERE}/?directConnection=true", username=ADMINISTRATOR, password=password) as client:
        for name in DATABASE_USERS:
            _user(client, name, database_password(folder, name))
    sys.stdout.write(f"replica set and users {', '.join(DATABASE_USERS)} are in place\n")
    return 0


def _primary(client: Client) -> bool:
    with suppress(PyMongoError):
        if client.admin.command("hello").get("isWritablePrimary"):
            return True
        client.admin.command("replSetInitiate", {"_id": "rs0", "members": [{"_id": 0, "host": MEMBER}]})
    return False


def _user(client: Client, name: str, password: str) -> None:
    roles = [{"role": "dbOwner", "db": name}]
    known = client[name].command("usersInfo", name)["users"]
    client[name].command("updateUser" if known else "createUser", name, pwd=password, roles=roles)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
