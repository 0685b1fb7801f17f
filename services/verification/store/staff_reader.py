"""Lists of accounts and sessions. Plain reads; accounts are paged by name, so that pages do not shift while people come and go."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import orjson

from services.verification.domain.staff.account import AccountState, StaffAccount
from services.verification.domain.staff.session import StaffSession
from services.verification.ports.staff import StaffPage, StaffQuery, StaffShow
from services.verification.store.schema import SIGN_IN_TRIES, STAFF, STAFF_SESSIONS
from services.verification.store.staff import account_from, search_terms, session_from
from shared.errors import BadInput, FieldProblem
from shared.mongo import Doc, Mongo, aggregate, reachable

_STATES: Mapping[StaffShow, AccountState] = {
    StaffShow.INVITED: AccountState.INVITED,
    StaffShow.ACTIVE: AccountState.ACTIVE,
    StaffShow.LOCKED: AccountState.LOCKED,
    StaffShow.LEFT: AccountState.LEFT,
}


class MongoStaffReader:
    """Plain reads of the collections of accounts; implements `ports.staff.StaffReader`."""

    def __init__(self, mongo: Mongo, database: str) -> None:
        self._staff = mongo.collection(database, STAFF)
        self._sessions = mongo.collection(database, STAFF_SESSIONS)
        self._tries = mongo.collection(database, SIGN_IN_TRIES)

    async def page(self, query: StaffQuery) -> StaffPage:
        """Return one page, by name.

        Raises:
            BadInput: `cursor_malformed`.
        """
        conditions: list[Doc] = [{}]
        if query.show in _STATES:
            conditions.append({"state": _STATES[query.show].value})
        if query.role:
            conditions.append({"posting.roles": query.role})
        conditions += [{"personal.search_terms": {"$regex": f"^{word}"}} for word in search_terms(query.text or "")]
        if query.after is not None:
            name, account_id = _read_cursor(query.after)
            conditions.append({"$or": [{"personal.name": {"$gt": name}}, {"personal.name": name, "_id": {"$gt": account_id}}]})
        rows = self._staff.find({"$and": conditions}).sort([("personal.name", 1), ("_id", 1)]).limit(query.limit + 1)
        with reachable():
            found = [account_from(doc) for doc in await rows.to_list(None)]
        accounts = tuple(found[: query.limit])
        return StaffPage(accounts, _cursor(accounts[-1]) if len(found) > query.limit else None)

    async def counts(self) -> Mapping[str, int]:
        with reachable():
            rows = await aggregate(self._staff, [{"$group": {"_id": "$state", "count": {"$sum": 1}}}])
        return {row["_id"]: row["count"] for row in rows}

    async def names(self, account_ids: Collection[str]) -> Mapping[str, str]:
        if not account_ids:
            return {}
        with reachable():
            rows = await self._staff.find({"_id": {"$in": sorted(account_ids)}}, {"personal.name": 1}).to_list(None)
        return {row["_id"]: row["personal"]["name"] for row in rows}

    async def logins(self) -> Mapping[str, str]:
        with reachable():
            rows = await self._staff.find({"state": {"$ne": AccountState.LEFT.value}}, {"personal.login": 1}).to_list(None)
        return {row["_id"]: row["personal"]["login"] for row in rows}

    async def sessions(self, account_id: str, *, at: datetime) -> Sequence[StaffSession]:
        wanted = {"account_id": account_id, "ended_at": None, "ends_at": {"$gt": at}}
        with reachable():
            return [session_from(doc) for doc in await self._sessions.find(wanted).sort("started_at", -1).limit(50).to_list(None)]

    async def renew(self, session_id: str, *, at: datetime, idle: timedelta) -> StaffSession | None:
        wanted = {"_id": session_id, "ended_at": None, "ends_at": {"$gt": at}, "seen_at": {"$gt": at - idle}}
        with reachable():
            doc = await self._sessions.find_one_and_update(wanted, {"$max": {"seen_at": at}})
        return session_from(doc) if doc else None

    async def is_alive(self, session_id: str) -> bool:
        with reachable():
            return await self._sessions.find_one({"_id": session_id, "ended_at": None}, {"_id": 1}) is not None

    async def paused(self, keys: Iterable[str], *, at: datetime) -> Mapping[str, datetime]:
        with reachable():
            rows = await self._tries.find({"_id": {"$in": list(keys)}, "paused_until": {"$gt": at}}).to_list(None)
        return {row["_id"]: row["paused_until"] for row in rows}


def _cursor(account: StaffAccount) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([account.name, account.id])).decode()


def _read_cursor(text: str) -> tuple[str, str]:
    try:
        found = orjson.loads(base64.urlsafe_b64decode(text))
    except (binascii.Error, ValueError):
        found = None
    match found:
        case [str(name), str(account_id)]:
            return name, account_id
    raise BadInput("cursor_malformed", problems=[FieldProblem("after", "cursor_malformed")])
