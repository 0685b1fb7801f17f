"""Which services an officer is given: the groups of their account, less what they ask for."""

import pytest

from services.verification.domain.officer import narrowed, skilled
from shared.reference.catalogue import catalogue


def test_groups_stand_for_their_services_and_none_for_all() -> None:
    found = skilled({"ktp", "kia"}, catalogue())
    assert found is not None
    assert {"ktp_hilang", "kia_rusak"} <= found
    assert {catalogue().services[code].group for code in found} == {"ktp", "kia"}
    assert skilled((), catalogue()) is None


def test_groups_that_the_catalogue_dropped_leave_nobody_without_work() -> None:
    assert skilled({"ships"}, catalogue()) is None


@pytest.mark.parametrize(
    ("own", "asked", "given"),
    [
        (None, None, None),
        (None, {"a"}, {"a"}),
        ({"a", "b"}, None, {"a", "b"}),
        ({"a", "b"}, {"b", "c"}, {"b"}),
        ({"a"}, {"c"}, set()),
    ],
)
def test_who_asks_gets_less_never_more(own: set[str] | None, asked: set[str] | None, given: set[str] | None) -> None:
    def frozen(codes: set[str] | None) -> frozenset[str] | None:
        return None if codes is None else frozenset(codes)

    assert narrowed(frozen(own), frozen(asked)) == frozen(given)
