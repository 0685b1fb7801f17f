"""How much of its container's memory MongoDB's cache may take."""

import pytest

from deploy.compose import memory


@pytest.mark.parametrize(
    ("cache", "size", "code"),
    [
        ("0.5", "2g", None),
        ("1", "2g", None),
        ("", "2g", None),
        ("0.25", "512M", None),
        ("1", "2147483648", None),
        ("1.5", "2g", "cache_wrong"),
        ("0,5", "2g", "cache_wrong"),
        ("0.1", "2g", "cache_wrong"),
        ("0.5", "900m", "cache_wrong"),
        ("-1", "2gb", "cache_wrong"),
    ],
)
def test_the_cache_is_a_number_that_leaves_half(monkeypatch: pytest.MonkeyPatch, cache: str, size: str, code: str | None) -> None:
    monkeypatch.setenv("MONGO_CACHE_GB", cache)
    monkeypatch.setenv("MONGO_MEMORY", size)
    assert [each.code for each in memory.refusals()] == ([code] if code else [])
