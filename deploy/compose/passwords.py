"""The passwords of MongoDB's users: made once, in the state.

Loads nothing more: the step that starts with the database is waited for.
"""

from pathlib import Path
from secrets import token_urlsafe
from typing import Final

from deploy.keys import KEY_BYTES, keep_secret

DATABASE_USERS: Final = ("intake", "verification", "issuance", "notifier")


def database_password(folder: Path, user: str) -> str:
    """Return the MongoDB password of a user: made at the first call, then kept."""
    return keep_secret(password_file(folder, user), token_urlsafe(KEY_BYTES))


def password_file(folder: Path, user: str) -> Path:
    """Return where the MongoDB password of a user lies."""
    return folder / "passwords" / f"mongo_password_{user}"
