"""An address as it counts: of IPv6 one customer, who has more addresses than anybody can count."""

import pytest

from shared.web.callers import counted_address


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_counts_as_that_of_one_customer(address: str, counted: str) -> None:
    assert counted_address(address) == counted
