"""Jobs and times for the unit tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from services.notifier.domain.facts import NoticeKind
from services.notifier.domain.job import Job
from services.notifier.domain.message import DocumentFile, DocumentMessage, Template
from services.notifier.domain.policy import SendPolicy
from shared.values import Channel

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
POLICY = SendPolicy()
FILE = DocumentFile("document-1", "0" * 64, "KK.pdf")


def after(**delta: float) -> datetime:
    return AT + timedelta(**delta)


def make_job(**changes: Any) -> Job:
    values: dict[str, Any] = {
        "key": "document:document-1",
        "channel": Channel.WHATSAPP,
        "kind": NoticeKind.DOCUMENT,
        "lane": "whatsapp:6281234567890",
        "order": "1",
        "address": "6281234567890",
        "message": DocumentMessage(FILE, "Kartu Keluarga"),
        "created_at": AT,
        "next_at": AT,
        "correlation_id": "request-1",
        "request_id": "request-1",
        "refs": ("document:document-1", "request-1"),
        "fallback": Template("dokumen_terbit", "id", ("Kartu Keluarga", "MDN-7K4Q-9F2X"), FILE),
        **changes,
    }
    return Job(**values)
