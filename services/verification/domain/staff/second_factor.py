"""The code of the second step: TOTP (RFC 6238, 6 digits, 30 s, SHA-1 as every authenticator has it), and recovery codes."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from pyotp import TOTP

STEP_SECONDS: Final = 30
SECRET_BYTES: Final = 20  # 160 bit, as RFC 4226 recommends
RECOVERY_CODES: Final = 10
RECOVERY_BYTES: Final = 10  # 80 bit: a plain digest of it can't be reversed
_DRIFT_STEPS: Final = 1  # a phone's clock may be off by half a minute (RFC 6238, 5.2)


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """The second factor of an account. `last_step` is the time step of the last code that was taken; `recovery` are digests."""

    secret: str
    last_step: int = 0
    recovery: tuple[str, ...] = ()


def accepted(factor: SecondFactor, code: str, *, at: datetime) -> SecondFactor | None:
    """Return the factor after this code, which is never taken again; None where the code is wrong, too old or used."""
    now = int(at.timestamp()) // STEP_SECONDS
    totp = TOTP(factor.secret)
    found = None
    for step in range(now - _DRIFT_STEPS, now + _DRIFT_STEPS + 1):  # no early end: the time tells nothing
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()) and step > factor.last_step:
            found = step
    return replace(factor, last_step=found) if found is not None else None


def recovered(factor: SecondFactor, code: str) -> SecondFactor | None:
    """Return the factor after this recovery code, which is used up; None where there is no such code."""
    digest = digest_of(code)
    left = tuple(each for each in factor.recovery if not hmac.compare_digest(each, digest))
    return replace(factor, recovery=left) if len(left) < len(factor.recovery) else None


def with_recovery(factor: SecondFactor, codes: Sequence[str]) -> SecondFactor:
    """Return the factor with these recovery codes alone."""
    return replace(factor, recovery=tuple(map(digest_of, codes)))


def provisioning_uri(secret: str, login: str, issuer: str) -> str:
    """Return what the QR code holds for an authenticator."""
    return TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def digest_of(code: str) -> str:
    """Return the digest by which a code with enough randomness of its own is kept; blanks, dashes and small letters mean nothing."""
    return hashlib.sha256("".join(filter(str.isalnum, code)).upper().encode()).hexdigest()


def grouped(code: str) -> str:
    """Return a code as people read and type it: in groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
