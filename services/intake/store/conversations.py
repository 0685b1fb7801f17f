"""The collection `conversations`: the chat of each contact, with its draft."""

from __future__ import annotations

from typing import Final

from services.intake.domain.chat import Conversation, Draft, Stage
from services.intake.store.parts import attachments_from
from shared.mongo import Doc, DocumentMapping, fields_of
from shared.values import KkNumber, Nik


def _conversation_to(conversation: Conversation) -> Doc:
    draft = conversation.draft
    return {
        "stage": conversation.stage.value,
        "touched_at": conversation.touched_at,
        "outreach_source": conversation.outreach_source,
        "unmoved": list(conversation.unmoved),
        "draft": None
        if draft is None
        else {
            "service": draft.service,
            "began_at": draft.began_at,
            "nik": draft.nik.text if draft.nik else None,
            "kk_number": draft.kk_number.text if draft.kk_number else None,
            "attachments": [fields_of(file) for file in draft.attachments],
            "outreach_source": draft.outreach_source,
            "needs_selfie": draft.needs_selfie,
        },
    }


def _conversation_from(doc: Doc) -> Conversation:
    draft = doc["draft"]
    return Conversation(
        contact_id=doc["_id"],
        stage=Stage(doc["stage"]),
        touched_at=doc["touched_at"],
        outreach_source=doc.get("outreach_source"),
        unmoved=tuple(doc.get("unmoved", ())),
        draft=None
        if draft is None
        else Draft(
            service=draft["service"],
            began_at=draft["began_at"],
            nik=Nik(draft["nik"]) if draft["nik"] else None,
            kk_number=KkNumber(draft["kk_number"]) if draft["kk_number"] else None,
            attachments=attachments_from(draft["attachments"]),
            outreach_source=draft["outreach_source"],
            needs_selfie=draft.get("needs_selfie", False),  # absent: begun before 0.2
        ),
    )


CONVERSATIONS: Final[DocumentMapping[Conversation]] = DocumentMapping(
    "conversations", lambda conversation: conversation.contact_id, _conversation_to, _conversation_from
)
