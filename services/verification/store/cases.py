"""Cases as documents and in a unit of work. All personal data is in `personal`; dates without a time are ISO text.

A request of a court case has a small document beside its case, in `requests`: the number of its events counts there, as their subject is
the request. Of a case that is one request the case's own document counts them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from services.verification.domain.answers import AnswerLine, UnclearAnswer
from services.verification.domain.case import Case, CaseState
from services.verification.domain.documents import CaseDocument
from services.verification.domain.finding import Finding, Severity
from services.verification.domain.recording import AwaitedChange
from services.verification.domain.register import Family
from services.verification.domain.rules import Basis, People, RegisterChange
from services.verification.store.registry import family_doc, family_from
from services.verification.store.schema import CASES, REQUESTS
from services.verification.store.submissions import date_from, personal_doc, submission_doc, submission_from
from shared.mongo import ChangeTracker, Doc, DocumentMapping, Mongo, fields_of, reachable


def finding_doc(finding: Finding) -> Doc:
    """Return the document of a finding, for a case or a task."""
    return {"code": finding.code, "field": finding.field, "severity": finding.severity.value}


def finding_from(doc: Doc) -> Finding:
    """Read a finding from its document."""
    return Finding(code=doc["code"], field=doc["field"], severity=Severity(doc["severity"]))


def _to_doc(case: Case) -> Doc:
    return {
        "receipt": case.first.receipt,
        "channel": case.first.channel,
        "service": case.first.service,
        "requests": [submission_doc(submission) for submission in case.submissions],
        "traceparents": [submission.traceparent for submission in case.submissions],  # beside: older releases know each field of a request
        "state": case.state.value,
        "round": case.round,
        "opened_at": case.opened_at,
        "findings": [finding_doc(finding) for finding in case.findings],
        "reasons": [finding_doc(finding) for finding in case.reasons],
        "task_id": case.task_id,
        "officer_id": case.officer_id,
        "returned_by": case.returned_by,
        "first_officer_id": case.first_officer_id,
        "decided_at": case.decided_at,
        "documents": [_document_doc(document) for document in case.documents],
        "issued_at": case.issued_at,
        "conflict_at": case.conflict_at,
        "link_granted": case.link_granted,
        "personal": {
            "requests": [personal_doc(submission) for submission in case.submissions],
            "note": case.note,
            "abouts": [document.about for document in case.documents],
            "change": _change_doc(case.change) if case.change else None,
            **({"unclear": [_unclear_doc(answer) for answer in case.unclear]} if case.unclear else {}),
        },
    }


def _from_doc(doc: Doc) -> Case:
    personal = doc["personal"]
    many = len(doc["requests"])
    traces = (*doc.get("traceparents", ()), *many * ("",))[:many]  # older releases write rows without them
    return Case(
        id=doc["_id"],
        submissions=tuple(submission_from(*parts) for parts in zip(doc["requests"], personal["requests"], traces, strict=True)),
        state=CaseState(doc["state"]),
        opened_at=doc["opened_at"],
        findings=tuple(map(finding_from, doc["findings"])),
        reasons=tuple(map(finding_from, doc["reasons"])),
        round=doc["round"],
        task_id=doc["task_id"],
        officer_id=doc["officer_id"],
        returned_by=doc["returned_by"],
        first_officer_id=doc.get("first_officer_id"),
        decided_at=doc["decided_at"],
        note=personal["note"],
        documents=tuple(CaseDocument(**row, about=about) for row, about in zip(doc["documents"], personal["abouts"], strict=True)),
        issued_at=doc["issued_at"],
        change=_change(personal["change"]) if personal["change"] else None,
        conflict_at=doc["conflict_at"],
        link_granted=doc["link_granted"],
        unclear=tuple(map(_unclear_from, personal.get("unclear", ()))),
    )


def _unclear_doc(answer: UnclearAnswer) -> Doc:
    return {
        "lines": [fields_of(line) for line in answer.lines],
        "numbers": sorted(answer.numbers),
        "village_code": answer.village_code,
        "names": [[nik, name] for nik, name in answer.names.items()],
    }


def _unclear_from(doc: Doc) -> UnclearAnswer:
    lines = tuple(AnswerLine(**line) for line in doc["lines"])
    return UnclearAnswer(lines, frozenset(doc["numbers"]), doc["village_code"], MappingProxyType(dict(doc["names"])))


def _document_doc(document: CaseDocument) -> Doc:
    doc = fields_of(document)
    del doc["about"]  # it has a person's or a family's number inside
    return doc


def _change_doc(awaited: AwaitedChange) -> Doc:
    change = awaited.change
    return {
        "families": [family_doc(family) | {"_id": family.kk_number, "version": family.edition} for family in change.families],
        "before": [family_doc(family) | {"_id": family.kk_number, "version": family.edition} for family in awaited.before],
        "basis": fields_of(change.basis) | {"on": change.basis.on.isoformat()},
        "born": list(change.born),
        "died": list(change.died),
        "died_on": change.died_on.isoformat() if change.died_on else None,
        "died_in": change.died_in,
        "moved_out": list(change.moved_out),
        "moved_in": list(change.moved_in),
        "abroad": change.abroad,
        "cardless": list(change.cardless),
    }


def _change(doc: Doc) -> AwaitedChange:
    basis = Basis(**(doc["basis"] | {"on": date_from(doc["basis"]["on"])}))
    families = tuple(map(family_from, doc["families"]))
    died_on = date_from(doc["died_on"]) if doc.get("died_on") else None
    moved = {name: tuple(doc.get(name, ())) for name in ("moved_out", "moved_in", "cardless")}  # older changes lack them
    abroad = bool(doc.get("abroad", False))
    change = RegisterChange(families, basis, tuple(doc["born"]), tuple(doc["died"]), died_on, doc.get("died_in"), abroad=abroad, **moved)
    return AwaitedChange(change, tuple(map(family_from, doc["before"])))


CASE: Final[DocumentMapping[Case]] = DocumentMapping(collection=CASES, key=lambda case: case.id, to_doc=_to_doc, from_doc=_from_doc)


_AWAITING: Final = (CaseState.APPROVED, CaseState.UNRECORDED)
"""States of cases whose change the register does not know yet."""


@dataclass(frozen=True, slots=True)
class CourtRequest:
    """One request of a court case."""

    id: str
    case_id: str


REQUEST: Final[DocumentMapping[CourtRequest]] = DocumentMapping(
    collection=REQUESTS,
    key=lambda request: request.id,
    to_doc=lambda request: {"case_id": request.case_id},
    from_doc=lambda doc: CourtRequest(doc["_id"], doc["case_id"]),
)


class MongoCases:
    """The cases of a unit of work; implements `ports.Cases`."""

    def __init__(self, unit: ChangeTracker) -> None:
        self._unit = unit

    async def find(self, case_id: str) -> Case | None:
        case = await self._unit.find(CASE, case_id)
        await self._prefetch_requests([case] if case else [])
        return case

    async def get(self, case_id: str) -> Case:
        case = await self._unit.get(CASE, case_id)
        await self._prefetch_requests([case])
        return case

    async def prefetch(self, case_ids: Iterable[str]) -> None:
        """Read cases in one query, and one more for the requests of those that are a court's."""
        ids = list(dict.fromkeys(case_ids))
        await self._unit.prefetch(CASE, ids)
        held: list[Case] = []
        for case_id in ids:
            case = await self._unit.find(CASE, case_id)
            held += [case] if case is not None else []
        await self._prefetch_requests(held)

    def put(self, case: Case) -> None:
        if self._version(CASE, case.id):
            self._unit.save(CASE, case)
        else:
            self._unit.add(CASE, case)
        for request_id in _court_requests(case):
            if not self._version(REQUEST, request_id):
                self._unit.add(REQUEST, CourtRequest(request_id, case.id))

    async def newcomers(self, people: People) -> tuple[Family, ...]:
        """Return those who come into the register by approved cases that wait for documents, and may be who is asked for."""
        if not people.newcomers:
            return ()
        ways: list[Doc] = [
            {"personal.change.moved_in": {"$in": list(people.niks)}},
            {"personal.change.families._id": {"$in": list(people.kk_numbers)}},
            {"personal.change.families.members.born_on": {"$in": [each.born_on.isoformat() for each in people.alike]}},
        ]
        found = await self._unit.find_many(CASE, {"state": {"$in": [state.value for state in _AWAITING]}, "$or": ways})
        waiting = ((case.id, case.change) for case in found if case.state in _AWAITING and case.change is not None)
        return tuple(family for case_id, awaited in waiting for family in awaited.newcomers(case_id))

    async def _prefetch_requests(self, cases: Sequence[Case]) -> None:
        awaited = [each for case in cases for submission in case.submissions for each in submission.case_requests if each != case.id]
        await self._unit.prefetch(REQUEST, [*(request_id for case in cases for request_id in _court_requests(case)), *awaited])

    def _version(self, mapping: DocumentMapping[Case] | DocumentMapping[CourtRequest], key: str) -> int:
        try:
            return self._unit.version(mapping, key)
        except LookupError:  # it was never looked for: it is new
            return 0


class MongoCaseReader:
    """Plain reads of the collection `cases`; implements `ports.CaseReader`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._cases = mongo.collection(database, CASES)

    async def opened(self, limit: int) -> tuple[str, ...]:
        with reachable():
            rows = await self._cases.find({"state": CaseState.OPENED.value}, {"_id": 1}).sort("_id", 1).limit(limit).to_list(None)
        return tuple(row["_id"] for row in rows)

    async def unrecorded(self, after: str | None, limit: int) -> tuple[Case, ...]:
        wanted = {"state": CaseState.UNRECORDED.value} | ({"_id": {"$gt": after}} if after else {})
        with reachable():
            return tuple(map(_from_doc, await self._cases.find(wanted).sort("_id", 1).limit(limit).to_list(None)))


def _court_requests(case: Case) -> list[str]:
    return [submission.request_id for submission in case.submissions if submission.request_id != case.id]
