"""What tasks of an older release have in another form: the terms that they are found by, which their cases tell."""

from __future__ import annotations

from collections.abc import Sequence

from services.verification.domain.rules import Application
from services.verification.domain.search import search_terms
from services.verification.store.cases import CASE
from services.verification.store.schema import CASES, TASKS
from shared.mongo import Doc, Mongo
from shared.refill import Refill, Unreadable, readable


def refills_of(mongo: Mongo, database: str) -> tuple[Refill, ...]:
    """Return them."""
    cases = mongo.collection(database, CASES)

    async def fields(rows: Sequence[Doc]) -> list[Doc | Unreadable]:
        keys = sorted({row["case_id"] or row["request_id"] for row in rows})
        known = {doc["_id"]: doc async for doc in cases.find({"_id": {"$in": keys}})}

        def terms(row: Doc) -> Doc:
            case = CASE.from_doc(known[row["case_id"] or row["request_id"]])
            return {"personal.search_terms": list(search_terms(Application(case.submissions)))}

        return [readable(terms, row) for row in rows]

    return (Refill("search_terms.2", TASKS, fields),)
