"""`python -m deploy.compose.database FOLDER`: the replica set, an administrator, one user per service.

Runs in the network of the MongoDB container: before there is a user, MongoDB lets its own host make the first one. Idempotent.
"""

import sys
from pathlib import Path
from typing import Final

from deploy import mongodb
from deploy.compose.prepare import DATABASE_USERS, database_password

HERE: Final = "mongodb://127.0.0.1:27017/?directConnection=true"
MEMBER: Final = "mongo:27017"  # how the services reach it
START_SECONDS: Final = 60  # a first start makes its files


def main(words: list[str], here: str = HERE, member: str = MEMBER) -> int:
    """Bring the database to where the services can start."""
    folder = Path(words[0])
    url = mongodb.url_for(here, mongodb.ADMINISTRATOR, database_password(folder, mongodb.ADMINISTRATOR), "admin")
    mongodb.make_primary(url, member, START_SECONDS)
    users = (*DATABASE_USERS, mongodb.OPERATOR, mongodb.BACKUP)
    with mongodb.Client(url) as client:
        mongodb.make_users(client, {user: database_password(folder, user) for user in users}, {name: name for name in DATABASE_USERS})
    sys.stdout.write(f"replica set and users {', '.join(users)} are in place\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
