"""`python -m tests.containers.drill PROJECT COMPOSE_FILE STATE ADDRESS`: kill and stop each container of a demo that runs, under load.

Messages of citizens come in by the front door all the while, signed as Meta signs them, each again until it is taken. Each container is
killed (SIGKILL to every process in it) and hung (SIGSTOP), one after the other. For each: seconds until Docker calls it healthy and a
message gets through. At the end every message that was answered 200 is accounted for. Needs Docker, root and an idle host; prints a row
for each case and exits with 1 where one was late or the books do not balance.
"""

import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Final

import httpx

from shared.clock import now
from shared.ids import new_id
from tests.containers.project import containers, docker, state

LIMIT_SECONDS: Final = 60.0  # promise I7
GIVE_UP_SECONDS: Final = 180.0
PAUSE_SECONDS: Final = 0.2  # between messages: five a second
PHONE_NUMBER_ID: Final = "106540352242922"
SERVICES: Final = ("intake", "verification", "issuance", "notifier", "rabbitmq", "mongo", "front-door", "watchdog")


@dataclass
class Load:
    """Citizens who write, each a greeting that is answered."""

    address: str
    secret: bytes
    ended: Event = field(default_factory=Event)
    taken: int = 0
    refused: int = 0
    last_taken: float = 0.0

    def run(self) -> None:
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


def strike(container: str, number: signal.Signals) -> None:
    """Signal every process of a container: its own would not hear what stops it."""
    for line in docker("top", container, "-eo", "pid").splitlines()[1:]:
        os.kill(int(line), number)


def recover(container: str, load: Load, began: float, before: str) -> float:
    """Wait until it has started anew, is healthy and a message got through; return the seconds."""
    while time.monotonic() - began < GIVE_UP_SECONDS:
        seen = state(container)
        healthy = seen["StartedAt"] != before and seen["Running"] and seen.get("Health", {}).get("Status") == "healthy"
        if healthy and load.last_taken > began + 1:
            return time.monotonic() - began
        load.ended.wait(0.5)
    return GIVE_UP_SECONDS


def main(words: Sequence[str]) -> int:
    project, compose, folder, address, *only = words
    load = Load(address, (Path(folder) / "intake" / "whatsapp_app_secret").read_bytes().strip())
    writing = Thread(target=load.run, daemon=True)
    writing.start()
    late = []
    for service in only or SERVICES:
        for number in (signal.SIGKILL, signal.SIGSTOP)[: 1 if service == "watchdog" else 2]:  # it has nobody beside it but systemd
            (container, *_) = containers(project, service)
            before, began = state(container)["StartedAt"], time.monotonic()
            strike(container, number)
            seconds = recover(container, load, began, before)
            print(f"{service:<14} {number.name:<8} {seconds:6.1f} s   taken {load.taken}, refused {load.refused}", flush=True)
            late += [service] if seconds > LIMIT_SECONDS else []
            load.ended.wait(10)
    load.ended.set()
    writing.join()
    said = _books(compose)
    print(f"answered 200: {load.taken}; {said}; late: {', '.join(late) or 'none'}")
    return 1 if late or said != "balanced" else 0


def _books(compose: str) -> str:
    """Return conservation's last line, once nothing is on its way any more."""
    said = ""
    for _ in range(12):
        command = ["docker", "compose", "-f", compose, "run", "--rm", "--no-deps", "admin", "conservation"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        said = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else done.stderr[-200:]
        if said == "balanced":
            break
        Event().wait(5)
    return said


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
