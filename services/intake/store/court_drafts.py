"""The collection `court_drafts`: decisions that clerks of a court have begun to type. Paths have dots, so they lie as rows."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from services.intake.domain.clerk import CourtDraft
from services.intake.store.parts import attachments_from
from shared.mongo import Doc, DocumentMapping, fields_of


def _draft_to(draft: CourtDraft) -> Doc:
    return {
        "court": draft.court,
        "kind": draft.kind,
        "clerk": draft.clerk,
        "clerk_name": draft.clerk_name,
        "touched_at": draft.touched_at,
        "values": [{"path": path, "text": text} for path, text in draft.values.items()],
        "rows": dict(draft.rows),
        "number": draft.version,
        "page": draft.page,
        "file": fields_of(draft.file) if draft.file else None,
        "corrects": draft.corrects,
        "sent_case": draft.sent_case,
    }


def draft_from(doc: Doc) -> CourtDraft:
    """Read a draft."""
    return CourtDraft(
        draft_id=doc["_id"],
        court=doc["court"],
        kind=doc["kind"],
        clerk=doc["clerk"],
        clerk_name=doc["clerk_name"],
        touched_at=doc["touched_at"],
        values=MappingProxyType({row["path"]: row["text"] for row in doc["values"]}),
        rows=MappingProxyType(dict(doc["rows"])),
        version=doc["number"],
        page=doc["page"],
        file=next(iter(attachments_from([doc["file"]])), None) if doc["file"] else None,
        corrects=doc["corrects"],
        sent_case=doc["sent_case"],
    )


COURT_DRAFTS: Final[DocumentMapping[CourtDraft]] = DocumentMapping("court_drafts", lambda draft: draft.draft_id, _draft_to, draft_from)
