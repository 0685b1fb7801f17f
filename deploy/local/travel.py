"""A way through the running system from outside: its places, one HTTP client, and who hears of each step."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

import httpx

from deploy.local.parts import Part

KEPT_SECONDS: Final = 2.0  # an idle connection is used again; less than a server keeps one, so that none is used while it is being closed
ANSWER_SECONDS: Final = 60.0  # the longest a step may take on a machine that also does other work

Tell = Callable[[str, str], None]
"""Called with who acts and what happens, as it happens."""


class JourneyError(Exception):
    """A step did not bring what it should; says which and what came instead."""


@dataclass(frozen=True)
class Places:
    """Where the journeys go, and the key of an officer, who looks things up, links phones to persons and decides."""

    intake: str
    verification: str
    issuance: str
    whatsapp: str
    court: str
    api_key: str = field(repr=False)

    @classmethod
    def of(cls, parts: Sequence[Part], api_key: str) -> "Places":
        """Return the places of a running stack."""
        urls = {part.name: part.url for part in parts}
        return cls(urls["intake"], urls["verification"], urls["issuance"], urls["whatsapp"], urls["court"], api_key)


class Travel:
    """One journey under way: an HTTP client, and who is told about the steps."""

    def __init__(self, places: Places, tell: Tell) -> None:
        self.places = places
        self.tell = tell
        kept = httpx.Limits(keepalive_expiry=KEPT_SECONDS)
        self.http = httpx.AsyncClient(timeout=ANSWER_SECONDS + 30, trust_env=False, limits=kept)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def call(self, method: str, url: str, **options: Any) -> Any:
        """Make one HTTP call and return the decoded JSON.

        Raises:
            JourneyError: the answer is no success.
        """
        answer = await self.http.request(method, url, **options)
        if answer.is_error:
            raise JourneyError(f"{method} {httpx.URL(url).path}: {answer.status_code} {answer.text[:500]}")
        return answer.json()

    async def request(self, receipt: str) -> dict[str, Any]:
        """Return how a request stands, by intake."""
        found: dict[str, Any] = await self.call("GET", f"{self.places.intake}/v1/requests/{receipt}", headers=self.key)
        return found

    async def fetch(self, paper: Mapping[str, Any], *, expected_sha256: str) -> bytes:
        """Return the bytes that issuance serves, compared with the hash that the recipient has.

        Raises:
            JourneyError: they are not the same bytes.
        """
        url = f"{self.places.issuance}/v1/documents/{paper['document_id']}/content"
        answer = await self.http.get(url, headers=self.key)
        found = hashlib.sha256(answer.content).hexdigest()
        if answer.is_error or found != expected_sha256:
            raise JourneyError(f"document {paper['number']}: served {answer.status_code} with sha256 {found}, expected {expected_sha256}")
        return answer.content

    async def documents(self, receipt: str) -> list[dict[str, Any]]:
        """Return the documents of a request, by issuance."""
        page = await self.call("GET", f"{self.places.issuance}/v1/documents", params={"receipt": receipt}, headers=self.key)
        found: list[dict[str, Any]] = page["documents"]
        return found

    async def link(self, phone: str, nik: str) -> None:
        """Have the counter link a phone to the person who stands there."""
        await self.call("POST", f"{self.places.intake}/v1/people/links", json={"phone": phone, "nik": nik}, headers=self.key)
        self.tell("counter", "has looked at the KTP-el: this phone is that person's")

    async def check(self, url: str) -> None:
        """Open the public check page.

        Raises:
            JourneyError: it does not vouch for the document.
        """
        answer = await self.http.get(url)
        if answer.status_code != httpx.codes.OK:
            raise JourneyError(f"the check page answers {answer.status_code}")

    @property
    def key(self) -> dict[str, str]:
        """The header that says who calls."""
        return {"Authorization": f"Bearer {self.places.api_key}"}
