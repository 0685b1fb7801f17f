from __future__ import annotations

import logging
from collections.abc import Iterator

import orjson
import pytest
import structlog

from shared import logs


@pytest.fixture(autouse=True)
def _configured(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    before = structlog.get_config()
    logs.configure("intake", "all", "INFO")
    capsys.readouterr()
    yield
    structlog.configure(**before)  # other tests read what a command prints
    root.handlers[:] = handlers
    root.setLevel(level)


def last(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    line: dict[str, object] = orjson.loads(capsys.readouterr().out.splitlines()[-1])
    return line


def test_a_line_is_one_json_object_with_service_role_and_time(capsys: pytest.CaptureFixture[str]) -> None:
    logs.get("test").info("request.answered", status=200)
    line = last(capsys)
    assert (line["event"], line["service"], line["role"], line["level"], line["status"]) == (
        "request.answered",
        "intake",
        "all",
        "info",
        200,
    )
    assert str(line["timestamp"]).endswith("Z")


@pytest.mark.parametrize(
    "text",
    [
        "3519010101850001",
        "nik=3519014101880002,",
        "wa 6281234567890",
        "+6281234567890",
        "081234567890",
        "wa-6281234567890",
        "siti@example.org",
    ],
)
def test_what_looks_personal_never_reaches_the_log(capsys: pytest.CaptureFixture[str], text: str) -> None:
    logs.get("test").info("thing.happened", detail=f"see {text}", nested={"list": [text], "nik": 1}, name="SITI AMINAH")
    logging.getLogger("library").warning("failed for %s", text)
    out = capsys.readouterr().out
    assert "SITI" not in out
    for part in ("3519010101850001", "3519014101880002", "81234567890", "siti@example.org"):
        assert part not in out
    assert "[personal]" in out


def test_a_line_without_a_person_counts_as_none_whatever_its_shape(capsys: pytest.CaptureFixture[str]) -> None:
    logs.take_masked_count()
    logs.get("test").info("thing.happened", places=("a", "b"), nested={"pairs": [("a", 1)], "more": ("x", ("y",))}, codes=frozenset({"z"}))
    assert last(capsys)["nested"] == {"pairs": [["a", 1]], "more": ["x", ["y"]]}
    assert logs.take_masked_count() == 0
    logs.get("test").info("thing.happened", nested=(("see 3519010101850001",),))
    assert (last(capsys)["nested"], logs.take_masked_count()) == ([["see [personal]"]], 1)


IDS = ("01a20dd7-4e35-76c3-8b79-6a0838ae20b5", "01a20dd7-4e35-76c3-8b79-081234567890", "01a20dd7-4e35-76c3-8b79-628123456789")


@pytest.mark.parametrize("text", ["MDN-7K4Q-9F2X", *IDS, "3519-KK-24112026-0001"])
def test_ids_receipts_and_document_numbers_stay_readable(capsys: pytest.CaptureFixture[str], text: str) -> None:
    logs.get("test").info("thing.happened", id=text)
    assert last(capsys)["id"] == text


def test_a_traceback_is_masked_too(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise ValueError("no such NIK 3519010101850001")

    try:
        fail()
    except ValueError:
        logs.get("test").exception("thing.failed")
    out = capsys.readouterr().out
    assert "ValueError" in out
    assert "3519010101850001" not in out
