"""Citizens who write by the front door, signed as Meta signs them, each again until it is taken."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Final

import httpx

from shared.clock import now
from shared.ids import new_id
from tests.containers.project import Project

PAUSE_SECONDS: Final = 0.2  # between messages: five a second
PHONE_NUMBER_ID: Final = "106540352242922"


@dataclass
class Writing:
    """Each sends a greeting, which is answered. `last_taken`: when one got through (monotonic)."""

    address: str
    secret: bytes = field(repr=False)
    ended: Event = field(default_factory=Event)
    taken: int = 0
    refused: int = 0
    last_taken: float = 0.0

    @classmethod
    def of(cls, project: Project) -> Writing:
        """To a demo that runs."""
        return cls(project.address, project.secret("intake/whatsapp_app_secret").encode())

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Write until the block ends."""
        thread = Thread(target=self._run, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.ended.set()
            thread.join()

    def _run(self) -> None:
        with httpx.Client(verify=False, timeout=15, trust_env=False) as http:  # noqa: S501 - the demo's own authority
            while not self.ended.is_set():
                body = self._message()
                while not self._send(http, body) and not self.ended.is_set():
                    self.refused += 1
                    self.ended.wait(PAUSE_SECONDS)
                self.ended.wait(PAUSE_SECONDS)

    def _send(self, http: httpx.Client, body: bytes) -> bool:
        signature = "sha256=" + hmac.new(self.secret, body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signature}
        try:
            answer = http.post(f"{self.address}/v1/webhooks/whatsapp", content=body, headers=headers)
        except httpx.HTTPError:
            return False
        if answer.status_code != httpx.codes.OK:
            return False
        self.taken += 1
        self.last_taken = time.monotonic()
        return True

    def _message(self) -> bytes:
        who = "628" + str(int(new_id().replace("-", ""), 16))[-10:]
        text = {
            "from": who,
            "id": f"wamid.{new_id()}",
            "timestamp": str(int(now().timestamp())),
            "type": "text",
            "text": {"body": "halo"},
        }
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "628113519000", "phone_number_id": PHONE_NUMBER_ID},
            "contacts": [{"profile": {"name": "Warga"}, "wa_id": who}],
            "messages": [text],
        }
        change = {"field": "messages", "value": value}
        return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}).encode()
