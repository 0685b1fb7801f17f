"""Of which releases a broker is worked with."""

import pytest

from shared.messaging.broker.version import is_supported


@pytest.mark.parametrize("said", ["3.10.8", "3.13.7", "4.0.5", "4.1.0-rc.1", "5.0", ""])
def test_the_layout_works_on(said: str) -> None:
    assert is_supported(said)


@pytest.mark.parametrize("said", ["3.9.29", "3.8.9", "2.8.7"])
def test_the_layout_does_not_work_on(said: str) -> None:
    """No delivery limit and no dead letters at least once: what fails would go round for ever, or be lost."""
    assert not is_supported(said)
