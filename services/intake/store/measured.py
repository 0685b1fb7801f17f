"""The collection `measured_posts`: how often each post of the office's accounts had been shown when its numbers came last."""

from __future__ import annotations

from typing import Final

from services.intake.domain.outreach.measured import MeasuredPost
from shared.mongo import DocumentMapping

MEASURED: Final[DocumentMapping[MeasuredPost]] = DocumentMapping(
    "measured_posts",
    lambda post: post.publication,
    lambda post: {"source": post.source, "seen": post.seen, "at": post.at},
    lambda doc: MeasuredPost(doc["_id"], doc["source"], doc["seen"], doc["at"]),
)
