"""What a password must be: long, and not one of those that everybody tries first (NIST SP 800-63B, 3.1.1.2). No rule about characters."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from string import digits, punctuation
from typing import Final

SHORTEST: Final = 12  # characters: what is guessed offline in years, not hours
LONGEST: Final = 128  # characters: a sentence fits; hashing more is somebody else's work
_FEWEST: Final = 2  # different characters: one or two keys held down
_NAME_PART: Final = 4  # characters of an account's name from which on it must not be in the password


def problem(password: str, *, login: str, name: str) -> str | None:
    """Return the code of what is wrong with a new password; None where it is good."""
    if len(password) < SHORTEST:
        return "password_short"
    if len(password) > LONGEST:
        return "password_long"
    folded = password.casefold()
    if {folded, folded.strip(digits + punctuation + " ")} & common() or len(set(folded)) <= _FEWEST:
        return "password_common"
    parts = {part for text in (login, name) for part in text.casefold().replace("@", " ").replace(".", " ").split()}
    return "password_tells_name" if any(len(part) >= _NAME_PART and part in folded for part in parts) else None


@cache
def common() -> frozenset[str]:
    """Return the passwords that everybody tries, in lower case."""
    text = files("services.verification").joinpath("domain/data/common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))
