"""Accounts, tries and sessions as documents and in a unit of work. What is personal is in `personal`."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from pymongo import DeleteOne, UpdateMany

from services.verification.domain.staff.account import AccountState, Invitation, Posting, StaffAccount
from services.verification.domain.staff.second_factor import SecondFactor
from services.verification.domain.staff.session import StaffSession
from services.verification.domain.staff.sign_in import PasswordStep
from services.verification.domain.staff.tries import SignInTries
from services.verification.store.schema import PASSWORD_STEPS, SIGN_IN_TRIES, STAFF, STAFF_SESSIONS
from shared.mongo import ChangeTracker, Doc, DocumentMapping, fields_of


def _posting_doc(posting: Posting) -> Doc:
    return {"roles": sorted(posting.roles), "area": list(posting.area), "court": posting.court, "groups": sorted(posting.groups)}


def _posting(doc: Doc) -> Posting:
    groups = frozenset(doc.get("groups", ()))  # accounts of before there were groups work on all
    return Posting(frozenset(doc["roles"]), tuple(doc["area"]), doc["court"], groups)


def _factor_doc(factor: SecondFactor | None) -> Doc | None:
    return fields_of(factor) | {"recovery": list(factor.recovery)} if factor else None


def _factor(doc: Doc | None) -> SecondFactor | None:
    return SecondFactor(doc["secret"], doc["last_step"], tuple(doc["recovery"])) if doc else None


def _account_doc(account: StaffAccount) -> Doc:
    return {
        "state": account.state.value,
        "posting": _posting_doc(account.posting),
        "invited_by": account.invited_by,
        "invited_at": account.invited_at,
        "invitation": fields_of(account.invitation) if account.invitation else None,
        "signed_in_at": account.signed_in_at,
        "personal": {
            "login": account.login,
            "name": account.name,
            "search_terms": search_terms(f"{account.name} {account.login}"),
            "password_hash": account.password_hash,
            "factor": _factor_doc(account.factor),
            "pending": _factor_doc(account.pending),
        },
    }


def account_from(doc: Doc) -> StaffAccount:
    """Read an account from its document."""
    personal = doc["personal"]
    return StaffAccount(
        id=doc["_id"],
        login=personal["login"],
        name=personal["name"],
        posting=_posting(doc["posting"]),
        invited_by=doc["invited_by"],
        invited_at=doc["invited_at"],
        state=AccountState(doc["state"]),
        invitation=Invitation(**doc["invitation"]) if doc["invitation"] else None,
        password_hash=personal["password_hash"],
        factor=_factor(personal["factor"]),
        pending=_factor(personal["pending"]),
        signed_in_at=doc["signed_in_at"],
    )


def _session_doc(session: StaffSession) -> Doc:
    return {
        "account_id": session.account_id,
        "posting": _posting_doc(session.posting),
        "started_at": session.started_at,
        "seen_at": session.seen_at,
        "ends_at": session.ends_at,
        "ended_at": session.ended_at,
        "personal": {"login": session.login, "name": session.name, "device": session.device},
    }


def session_from(doc: Doc) -> StaffSession:
    """Read a session from its document."""
    moments = {name: doc[name] for name in ("started_at", "seen_at", "ends_at", "ended_at")}
    return StaffSession(id=doc["_id"], account_id=doc["account_id"], posting=_posting(doc["posting"]), **moments, **doc["personal"])


def _without(part: Any, key: str) -> Doc:
    doc = fields_of(part)
    del doc[key]
    return doc


def _with(doc: Doc, key: str, *names: str) -> dict[str, Any]:
    return {key: doc["_id"], **{name: doc[name] for name in names}}


ACCOUNT: Final[DocumentMapping[StaffAccount]] = DocumentMapping(
    collection=STAFF, key=lambda account: account.id, to_doc=_account_doc, from_doc=account_from
)
SESSION: Final[DocumentMapping[StaffSession]] = DocumentMapping(
    collection=STAFF_SESSIONS, key=lambda session: session.id, to_doc=_session_doc, from_doc=session_from
)
TRIES: Final[DocumentMapping[SignInTries]] = DocumentMapping(
    collection=SIGN_IN_TRIES,
    key=lambda tries: tries.key,
    to_doc=lambda tries: _without(tries, "key"),
    from_doc=lambda doc: SignInTries(**_with(doc, "key", "wrong", "last_at", "paused_until")),
)
STEP: Final[DocumentMapping[PasswordStep]] = DocumentMapping(
    collection=PASSWORD_STEPS,
    key=lambda step: step.id,
    to_doc=lambda step: _without(step, "id"),
    from_doc=lambda doc: PasswordStep(**_with(doc, "id", "account_id", "key", "expires_at")),
)


class MongoStaffAccounts:
    """The accounts of a unit of work; implements `ports.staff.StaffAccounts`."""

    def __init__(self, unit: ChangeTracker) -> None:
        self._unit = unit

    async def get(self, account_id: str) -> StaffAccount:
        return await self._unit.get(ACCOUNT, account_id)

    async def find_by_login(self, login: str) -> StaffAccount | None:
        return await self._unit.find_one_by(ACCOUNT, {"personal.login": login})

    async def find_by_invitation(self, digest: str) -> StaffAccount | None:
        return await self._unit.find_one_by(ACCOUNT, {"invitation.digest": digest})

    def add(self, account: StaffAccount) -> None:
        self._unit.add(ACCOUNT, account)

    def save(self, account: StaffAccount) -> None:
        self._unit.save(ACCOUNT, account)


class MongoSignIns:
    """Tries and half sign-ins of a unit of work; implements `ports.staff.SignIns`."""

    def __init__(self, unit: ChangeTracker) -> None:
        self._unit = unit

    async def tries(self, key: str) -> SignInTries:
        return await self._unit.find(TRIES, key) or SignInTries(key)

    def put_tries(self, tries: SignInTries) -> None:
        if self._unit.version(TRIES, tries.key):
            self._unit.save(TRIES, tries)
        else:
            self._unit.add(TRIES, tries)

    async def find_step(self, step_id: str) -> PasswordStep | None:
        return await self._unit.find(STEP, step_id)

    def add_step(self, step: PasswordStep) -> None:
        self._unit.add(STEP, step)

    def end_step(self, step: PasswordStep) -> None:
        self._unit.defer(PASSWORD_STEPS, DeleteOne({"_id": step.id}))


class MongoStaffSessions:
    """The sessions of a unit of work; implements `ports.staff.StaffSessions`."""

    def __init__(self, unit: ChangeTracker) -> None:
        self._unit = unit

    def add(self, session: StaffSession) -> None:
        self._unit.add(SESSION, session)

    def end(self, account_id: str, *, at: datetime, only: str | None = None, but: str | None = None) -> None:
        wanted: Doc = {"account_id": account_id, "ended_at": None}
        if only is not None:
            wanted["_id"] = only
        elif but is not None:
            wanted["_id"] = {"$ne": but}
        self._unit.defer(STAFF_SESSIONS, UpdateMany(wanted, {"$set": {"ended_at": at}, "$inc": {"version": 1}}))


class MongoStaff:
    """Everything about people who work here; implements `ports.staff.Staff`."""

    def __init__(self, unit: ChangeTracker) -> None:
        self.accounts = MongoStaffAccounts(unit)
        self.sign_ins = MongoSignIns(unit)
        self.sessions = MongoStaffSessions(unit)


def search_terms(text: str) -> list[str]:
    """Return what an account is found by: the words of its names, in small letters."""
    words = "".join(each if each.isalnum() else " " for each in text.lower()).split()
    return sorted(set(words))
