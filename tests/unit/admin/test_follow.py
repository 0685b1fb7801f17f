"""`admin follow`: from lines of logs to what happened, and from a trace to a picture of it."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

import deploy.admin
from deploy.admin import following
from deploy.admin.steps import duration, steps_in, timeline
from deploy.admin.waterfall import waterfall
from services.notifier.domain.facts import NoticeKind
from services.notifier.domain.outcome import Action
from shared.contracts.registry import REGISTRY

REQUEST, ANOTHER = "0192e2b0-7a77-7c3c-9d3f-111122223333", "0192e2b0-7a77-7c3c-9d3f-444455556666"
TRACE, OTHER_TRACE = "a" * 32, "b" * 32


def line(second: float, service: str, event: str, **fields: Any) -> bytes:
    return orjson.dumps({"timestamp": f"2026-11-29T03:00:{second:09.6f}Z", "service": service, "event": event, **fields}) + b"\n"


def emitted(second: float, kind: str, about: str = REQUEST, trace: str = TRACE) -> bytes:
    return line(second, kind.split(".", maxsplit=1)[0], "event.emitted", type=kind, correlation_id=about, trace_id=trace)


LOGS = [
    b"starting\n",
    b"{not json\n",
    emitted(9, "verification.request_approved.v1"),
    b"intake-1  | " + line(1, "intake", "webhook.stored", trace_id=TRACE),
    line(1.1, "intake", "request.answered", method="POST", route="/v1/webhooks/whatsapp", status=200, ms=3.2, trace_id=TRACE),
    line(1.2, "intake", "request.answered", method="POST", route="/v1/webhooks/whatsapp", status=200, ms=3.2, trace_id=OTHER_TRACE),
    emitted(2, "intake.request_submitted.v1"),
    emitted(2.5, "intake.request_submitted.v1", ANOTHER),  # of the same webhook, and another person's
    line(3, "intake", "unit.committed", trace_id=TRACE, ms=2),
    line(
        12,
        "notifier",
        "effect.tried",
        kind="document",
        channel="whatsapp",
        attempt=1,
        action="done",
        reason="accepted",
        ms=20.5,
        correlation_id=REQUEST,
    ),
]


def test_the_steps_of_one_request_are_its_own_and_what_came_before_it_had_an_id() -> None:
    steps = steps_in(LOGS, [REQUEST])
    assert [step.event for step in steps] == ["webhook.stored", "request.answered", "event.emitted", "event.emitted", "effect.tried"]
    assert [step.text for step in steps][2:4] == ["permohonan lengkap dan diterima", "disetujui"]
    assert steps_in(LOGS, ["nobody"]) == []


def test_a_timeline_says_when_where_what_and_how_long_it_took() -> None:
    rows = timeline(steps_in(LOGS, [REQUEST]))
    assert rows[0] == "29-11-2026 (WIB)"
    assert rows[1].split() == ["10:00:01,000", "intake", "pesan", "masuk", "dan", "disimpan"]
    assert rows[4].split()[:3] == ["10:00:09,000", "+7,000", "d"]
    assert rows[5].endswith("dokumen lewat WhatsApp, percobaan 1: diterima [accepted] (20.5 md)")
    assert rows[6] == "Seluruhnya 11,000 d, 5 langkah"


@pytest.mark.parametrize(("seconds", "said"), [(0.0214, "0,021 d"), (61, "1 m 1 d"), (3_700, "1 j 1 m"), (200_000, "2 hari 7 j")])
def test_a_duration_as_people_say_it(seconds: float, said: str) -> None:
    assert duration(timedelta(seconds=seconds)) == said


def test_every_event_that_is_told_of_is_one() -> None:
    words = tomllib.loads((Path(deploy.admin.__file__).parent / "steps.toml").read_text(encoding="utf-8"))
    assert not [kind for kind in words["event"] if REGISTRY.find(kind) is None]
    assert set(words["kind"]) <= set(NoticeKind)
    assert set(words["action"]) == set(Action)


def span(name: str, span_id: str, parent: str, began_ms: int, took_ms: int, **tags: object) -> dict[str, object]:
    references = [{"refType": "CHILD_OF", "traceID": TRACE, "spanID": parent}] if parent else []
    return {
        "operationName": name,
        "spanID": span_id,
        "references": references,
        "startTime": began_ms * 1000,
        "duration": took_ms * 1000,
        "processID": "p1",
        "tags": [{"key": key, "value": value} for key, value in tags.items()],
    }


def test_a_trace_is_drawn_as_a_waterfall() -> None:
    spans = [
        span("send document", "3", "2", 90, 10, error=True),
        span("print kk", "2", "1", 10, 50),
        span("POST /v1/webhooks/whatsapp", "1", "", 0, 5),
        span("handle", "4", "gone", 4, 6),
    ]
    rows = waterfall({"traceID": TRACE, "spans": spans, "processes": {"p1": {"serviceName": "intake", "tags": []}}})
    assert rows[0] == f"Jejak {TRACE}: 100 md, 4 bagian"
    assert [row[46:].rstrip().removesuffix(" intake").rstrip() for row in rows[2:]] == [
        "POST /v1/webhooks/whatsapp",
        "  print kk",
        "    send document",
        "handle",
    ]
    assert rows[3].split()[:2] == ["10.0", "50.0"]
    assert rows[3].count("█") == 12


def test_an_id_needs_no_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "all.log"
    log.write_bytes(b"".join(LOGS))
    assert following.main([REQUEST, str(log)]) == 0
    assert f"jejak {TRACE}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("asked", "code"), [("MDN-7K4Q-9F2A", "receipt_wrong"), (ANOTHER[:-1] + "0", "nothing_logged"), (f"{REQUEST} ", "log_unreadable")]
)
def test_what_can_not_be_followed_says_why(asked: str, code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "all.log"
    if code != "log_unreadable":
        log.write_bytes(b"".join(LOGS))
    assert following.main([asked.strip(), str(log)]) == 1
    assert capsys.readouterr().err.startswith(f"admin: {code}: ")
