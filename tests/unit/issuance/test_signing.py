"""When nothing can be signed."""

from datetime import timedelta

import pytest

from services.issuance.domain.signing import CERTIFICATE_EXPIRED, CERTIFICATE_UNREADABLE, why_unsigned
from shared.clock import now

AT = now()


@pytest.mark.parametrize(
    ("days", "failure", "why"),
    [
        (1, "", ""),
        (0, "", CERTIFICATE_EXPIRED),
        (-1, "", CERTIFICATE_EXPIRED),
        (None, "", ""),
        (None, CERTIFICATE_UNREADABLE, CERTIFICATE_UNREADABLE),
        (-1, CERTIFICATE_UNREADABLE, CERTIFICATE_UNREADABLE),
        (None, "renderer_start_failed", ""),
    ],
)
def test_a_certificate_that_is_over_or_can_not_be_read_signs_nothing(days: int | None, failure: str, why: str) -> None:
    until = None if days is None else AT + timedelta(days=days)
    assert why_unsigned(until, failure, AT) == why
