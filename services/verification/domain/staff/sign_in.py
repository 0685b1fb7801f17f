"""The moment between the two steps of a sign-in: the password was right, the code has not come yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

CODE_WITHIN: Final = timedelta(minutes=10)  # a phone is found and unlocked


@dataclass(frozen=True, slots=True)
class PasswordStep:
    """A password that was right. `id` is the digest of what the browser holds; `key` is that of the name's tries."""

    id: str
    account_id: str
    key: str
    expires_at: datetime


def normal_code(text: str) -> str:
    """Return a code without what people type between its digits."""
    return "".join(filter(str.isalnum, text))
