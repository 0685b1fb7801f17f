"""The collection `conversations`: the chat of each contact, with its draft."""

from __future__ import annotations

from typing import Final

from services.intake.domain.assistance import Assistance, ChatOfficer, Hold, WaitingReason
from services.intake.domain.chat import AskedQuestion, Conversation, Draft, Source, Stage
from services.intake.domain.pace import SenderPace
from services.intake.domain.survey.talking import SurveyTalk
from services.intake.store.parts import attachments_from, known
from shared.mongo import Doc, DocumentMapping, fields_of


def _conversation_to(conversation: Conversation) -> Doc:
    draft = conversation.draft
    return {
        "stage": conversation.stage.value,
        "touched_at": conversation.touched_at,
        "unmoved": list(conversation.unmoved),
        "sources": [{"wamid": source.wamid, "paths": list(source.paths)} for source in conversation.sources],
        "pace": fields_of(conversation.pace),
        "assistance": _assistance_to(conversation.assistance),
        "offered": conversation.offered,
        "choices": list(conversation.choices),
        "preview": conversation.preview,
        "draft": None if draft is None else draft_to(draft),
        "parked": [draft_to(each) for each in conversation.parked],
        "expired": conversation.expired,
        "unclear": conversation.unclear,
        "asked": fields_of(conversation.asked) if conversation.asked else None,
        "survey": {**fields_of(conversation.survey), "answers": list(conversation.survey.answers)} if conversation.survey else None,
    }


def _assistance_to(assistance: Assistance) -> Doc:
    hold = assistance.hold
    return {
        "waiting_since": assistance.waiting_since,
        "reason": assistance.reason.value if assistance.reason else None,
        "hold": {**fields_of(hold), "officer": fields_of(hold.officer)} if hold else None,
        "misread": assistance.misread,
        "idle": assistance.idle,
        "answer_by": assistance.answer_by,
        "is_quiet": assistance.is_quiet,
    }


def _assistance_from(doc: Doc) -> Assistance:
    hold = doc.get("hold")
    return Assistance(
        waiting_since=doc.get("waiting_since"),
        reason=WaitingReason(doc["reason"]) if doc.get("reason") else None,
        hold=Hold(**{**known(Hold, hold), "officer": ChatOfficer(**hold["officer"])}) if hold else None,
        misread=doc.get("misread", 0),
        idle=doc.get("idle", 0),  # absent, as what follows: written before 0.6
        answer_by=doc.get("answer_by"),
        is_quiet=doc.get("is_quiet", False),
    )


def draft_to(draft: Draft) -> Doc:
    """Return the document of a draft."""
    return {
        "service": draft.service,
        "began_at": draft.began_at,
        "form_version": draft.form_version,
        "answers": dict(draft.answers),
        "attachments": [fields_of(file) for file in draft.attachments],
        "closed": list(draft.closed),
        "given": list(draft.given),
        "outreach_source": draft.outreach_source,
        "needs_selfie": draft.needs_selfie,
        "mends": draft.mends,
        "reasons": list(draft.reasons),
        "is_reminded": draft.is_reminded,
        "loose": [fields_of(file) for file in draft.loose],
        "flaws_told": list(draft.flaws_told),
    }


def _conversation_from(doc: Doc) -> Conversation:
    draft = draft_from(doc["draft"])
    return Conversation(
        contact_id=doc["_id"],
        stage=Stage(doc["stage"]) if draft is not None else Stage.MENU,
        touched_at=doc["touched_at"],
        unmoved=tuple(doc.get("unmoved", ())),
        sources=tuple(Source(source["wamid"], tuple(source["paths"])) for source in doc.get("sources", ())),
        pace=SenderPace(**known(SenderPace, doc.get("pace") or {})),
        assistance=_assistance_from(doc.get("assistance") or {}),  # absent: written before 0.4
        offered=doc.get("offered", ""),
        choices=tuple(doc.get("choices", ())),
        preview=doc.get("preview", ""),
        draft=draft,
        parked=tuple(each for each in map(draft_from, doc.get("parked", ())) if each is not None),  # absent: written before 0.6
        expired=doc.get("expired", ""),
        unclear=doc.get("unclear", ""),
        asked=AskedQuestion(**doc["asked"]) if doc.get("asked") else None,
        survey=_survey_from(doc["survey"]) if doc.get("survey") else None,
    )


def _survey_from(survey: Doc) -> SurveyTalk:
    return SurveyTalk(**{**known(SurveyTalk, survey), "answers": tuple(survey["answers"])})


def draft_from(draft: Doc | None) -> Draft | None:
    """Read a draft; None also for one begun before 0.3, whose answers had another shape: such a chat is at the menu again."""
    if draft is None or "answers" not in draft:
        return None
    return Draft(
        service=draft["service"],
        began_at=draft["began_at"],
        form_version=draft["form_version"],
        answers=draft["answers"],
        attachments=attachments_from(draft["attachments"]),
        closed=tuple(draft["closed"]),
        given=tuple(draft["given"]),
        outreach_source=draft["outreach_source"],
        needs_selfie=draft["needs_selfie"],
        mends=draft["mends"],
        reasons=tuple(draft["reasons"]),
        is_reminded=draft.get("is_reminded", False),
        loose=attachments_from(draft.get("loose", [])),
        flaws_told=tuple(draft.get("flaws_told", ())),  # absent: begun before photos were judged
    )


CONVERSATIONS: Final[DocumentMapping[Conversation]] = DocumentMapping(
    "conversations", lambda conversation: conversation.contact_id, _conversation_to, _conversation_from
)
