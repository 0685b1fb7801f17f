"""Sessions of made-up people at the desk of a running system, as verification would give them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import httpx
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pymongo import MongoClient
from pymongo.collection import Collection

from deploy.local.stack import Stack
from services.verification.store.schema import STAFF_SESSIONS
from shared.web.desk.session import JWKS, StaffMember
from tests.support.sessions import SessionIssuer


@dataclass(frozen=True)
class StackSessions(SessionIssuer):
    """Signs with the system's own key, which all services believe; each session lies where verification looks whether it was ended."""

    client: MongoClient[dict[str, Any]] | None = None
    kept: Collection[dict[str, Any]] | None = None

    @classmethod
    def of(cls, stack: Stack) -> Self:
        """The sessions of this system; `close` them."""
        key = load_pem_private_key(stack.keys.desk_session_keys.encode(), password=None)
        if not isinstance(key, EllipticCurvePrivateKey):
            raise TypeError("sessions are signed with another kind of key")
        part = stack.part("verification")
        published = httpx.get(f"{part.url}{JWKS}", trust_env=False, timeout=60).json()
        client = MongoClient[dict[str, Any]](part.environment["MONGO_URL"])
        return cls(key, published["keys"][0]["kid"], client, client[part.environment["MONGO_DATABASE"]][STAFF_SESSIONS])

    def token(self, member: StaffMember) -> str:
        """Sign, and keep the session."""
        if self.kept is not None:
            self.kept.update_one({"_id": member.session_id}, {"$set": {"ended_at": None}}, upsert=True)
        return super().token(member)

    def close(self) -> None:
        """Close the connection."""
        if self.client is not None:
            self.client.close()
