"""The survey's collections: invitations, counts by month and service and by year and village, free words. No row leads to another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from services.intake.domain.survey.counting import SurveyRemark, SurveyTally, VillageTally
from services.intake.domain.survey.invitations import InvitationState, SurveyInvitation
from services.intake.store.parts import known
from shared.mongo import Collection, Doc, DocumentMapping, Mongo, fields_of, reachable

_MONTHS: Final = 12


def _invitation_to(invitation: SurveyInvitation) -> Doc:
    fields = {name: value for name, value in fields_of(invitation).items() if name != "request_id"}
    return {**fields, "state": invitation.state.value}


def _invitation_from(doc: Doc) -> SurveyInvitation:
    return SurveyInvitation(**{**known(SurveyInvitation, doc), "request_id": doc["_id"], "state": InvitationState(doc["state"])})


def _tally_to(tally: SurveyTally) -> Doc:
    return {**fields_of(tally), "values": {element: list(counts) for element, counts in tally.values.items()}}


def _tally_from(doc: Doc) -> SurveyTally:
    values = {element: tuple(counts) for element, counts in doc["values"].items()}
    return SurveyTally(**{**known(SurveyTally, doc), "values": values})


def _village_from(doc: Doc) -> VillageTally:
    values = {element: tuple(counts) for element, counts in doc["values"].items()}
    return VillageTally(doc["year"], doc["village"], doc["answered"], values)


def _remark_to(remark: SurveyRemark) -> Doc:
    return {
        "month": remark.month,
        "service": remark.service,
        "text": remark.text,
        "topics": list(remark.topics),
        "month_ended_at": _month_end(remark.month),
    }


def _remark_from(doc: Doc) -> SurveyRemark:
    return SurveyRemark(doc["_id"], doc["month"], doc["service"], doc["text"], tuple(doc["topics"]))


def _month_end(month: str) -> datetime:
    """Return when a month ended: words are forgotten by it, for a moment of their own would tell whose they are."""
    year, number = int(month[:4]), int(month[5:])
    return datetime(year + number // _MONTHS, number % _MONTHS + 1, 1, tzinfo=UTC)


SURVEY_INVITATIONS: Final[DocumentMapping[SurveyInvitation]] = DocumentMapping(
    "survey_invitations", lambda invitation: invitation.request_id, _invitation_to, _invitation_from
)
SURVEY_TALLIES: Final[DocumentMapping[SurveyTally]] = DocumentMapping("survey_tallies", lambda tally: tally.key, _tally_to, _tally_from)
SURVEY_VILLAGES: Final[DocumentMapping[VillageTally]] = DocumentMapping(
    "survey_villages",
    lambda tally: tally.key,
    lambda tally: {**fields_of(tally), "values": {element: list(counts) for element, counts in tally.values.items()}},
    _village_from,
)
SURVEY_REMARKS: Final[DocumentMapping[SurveyRemark]] = DocumentMapping(
    "survey_remarks", lambda remark: remark.remark_id, _remark_to, _remark_from
)


class MongoSurveyReader:
    """Implements `ports.SurveyReader`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._invitations: Collection = mongo.collection(database, SURVEY_INVITATIONS.collection)
        self._tallies: Collection = mongo.collection(database, SURVEY_TALLIES.collection)
        self._villages: Collection = mongo.collection(database, SURVEY_VILLAGES.collection)
        self._remarks: Collection = mongo.collection(database, SURVEY_REMARKS.collection)
        self._conversations: Collection = mongo.collection(database, "conversations")

    async def invitation(self, digest: str) -> SurveyInvitation | None:
        with reachable():
            doc = await self._invitations.find_one({"digest": digest}) if digest else None
        return None if doc is None else _invitation_from(doc)

    async def tallies(self, first: str, last: str) -> Sequence[SurveyTally]:
        with reachable():
            docs = await self._tallies.find({"month": {"$gte": first, "$lte": last}}).sort("_id", 1).to_list(None)
        return [_tally_from(doc) for doc in docs]

    async def villages(self, year: str) -> Sequence[VillageTally]:
        with reachable():
            docs = await self._villages.find({"_id": {"$gte": f"{year}.", "$lt": f"{year}.~"}}).to_list(None)
        return [_village_from(doc) for doc in docs]

    async def remarks(self, first: str, last: str, service: str, topic: str, limit: int) -> Sequence[SurveyRemark]:
        query: Doc = {"month": {"$gte": first, "$lte": last}}
        query |= ({"service": service} if service else {}) | ({"topics": topic} if topic else {})
        with reachable():
            docs = await self._remarks.find(query).sort([("month", -1), ("_id", 1)]).limit(limit).to_list(None)
        return [_remark_from(doc) for doc in docs]

    async def due(self, at: datetime, limit: int) -> Sequence[str]:
        query = {"state": InvitationState.DUE.value, "due_at": {"$lte": at}}
        with reachable():
            docs = await self._invitations.find(query, {"_id": 1}).sort("due_at", 1).limit(limit).to_list(None)
        return [doc["_id"] for doc in docs]

    async def left(self, at: datetime, limit: int) -> Sequence[str]:
        with reachable():
            docs = await self._conversations.find({"survey.until": {"$type": "date", "$lte": at}}, {"_id": 1}).limit(limit).to_list(None)
        return [doc["_id"] for doc in docs]
