"""A right run in small: a journey of each channel with all that it left in the databases. Tests of the judge change one thing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from shared.clock import now
from tests.chaos.history import Effect, History
from tests.chaos.world import DOCUMENT_ISSUED, DOCUMENT_VOIDED, Doc, World

ADAPTER, CHAT, COURT = "adapter-1", "whatsapp-1", "court-1"
PHONE: Final = "6281299900001"
NIK: Final = "3519015708850001"
KK: Final = "3519012304120001"
CASE_NUMBER: Final = "417/Pdt.G/2026/PA.Kab.Mn"
NAME: Final = "SITI AMINAH"
CONFIRMED: Final = "wamid.confirmed"
DAY: Final = "24112026"
COUNTED_ON: Final = "2026-11-24"


@dataclass
class Specimen:
    """The history and the world of the right run, to be changed."""

    history: History
    world: World
    contents: dict[str, bytes] = field(default_factory=dict)
    """The bytes of each file, for a database that holds them."""

    def request(self, key: str) -> Doc:
        """The first request of a journey."""
        return self.one("intake", "requests", f"{key}.request")

    def document(self, key: str) -> Doc:
        """The document of it."""
        return self.one("issuance", "documents", f"{key}.request.kk")

    def job(self, key: str) -> Doc:
        """The notice with the document."""
        return self.one("notifier", "jobs", f"document:{key}.request.kk")

    def one(self, service: str, collection: str, key: str) -> Doc:
        """One row."""
        return next(row for row in self.world.of(service, collection) if row["_id"] == key)

    def effect(self, key: str) -> Effect:
        """What the world saw of a journey's document."""
        return next(effect for effect in self.history.effects.values() if effect.key == f"document:{key}.request.kk")

    def give_up_document(self, key: str) -> None:
        """Let the document of a journey be given up before its issue: told, and its request and case ended with it."""
        request_id, document, request = f"{key}.request", self.document(key), self.request(key)
        told = next(row for row in self.world.outbox["issuance"] if row["aggregate"] == f"documents/{document['_id']}")
        told.update(type=DOCUMENT_VOIDED, data=None)
        document.update(state="void", reason="sheet_unprintable", pdf=None)
        self.one("verification", "cases", request_id)["state"] = "void"
        steps = [step for step in request["timeline"] if step["state"] in {"submitted", "approved"}]
        request.update(state="void", document_numbers=[], timeline=[*steps, {"state": "void", "at": steps[-1]["at"]}])
        self.job(key)["message"] = {"shape": "reply"}
        seen = {name: effect for name, effect in self.history.effects.items() if effect is self.effect(key)}
        self.history.effects |= {name: replace(effect, sha256=None, document_id=None) for name, effect in seen.items()}
        self.history.served_bytes[:] = [served for served in self.history.served_bytes if served.document_id != document["_id"]]


class _Builder:
    def __init__(self) -> None:
        self.at = now() - timedelta(seconds=30)
        self.history = History(clock=lambda: self.at)
        self.world = World(self.at + timedelta(seconds=20))
        self.contents: dict[str, bytes] = {}
        for service in ("intake", "verification", "issuance", "notifier"):
            self.world.outbox[service] = []

    def add(self, service: str, collection: str, key: str, /, **fields: Any) -> Doc:
        row = {"_id": key, **fields}
        self.world.rows.setdefault((service, collection), []).append(row)
        return row

    def event(self, service: str, aggregate: str, sequence: int, event_type: str, request_id: str, **rest: Any) -> None:
        row = {
            "_id": f"{event_type}:{aggregate}:{sequence}",
            "aggregate": aggregate,
            "seq": sequence,
            "type": event_type,
            "state": "sent",
            "created_at": self.at,
            "sent_at": self.at + timedelta(milliseconds=20),
            "correlation_id": request_id,
            **rest,
        }
        self.world.outbox[service].append(row)

    def journey(self, key: str, number: int, channel: str, origin: Doc, case_id: str | None = None) -> None:
        """A request that went all the way."""
        request_id, number_text = f"{key}.request", f"3519-KK-{DAY}-{number:04d}"
        issued = "ready" if channel == "adapter" else "issued"
        states = ("submitted", "approved", issued, "delivered")
        timeline: list[Doc] = [
            {"state": state, "at": self.at, "reasons": [], "document_number": number_text if state == issued else None} for state in states
        ]
        self.add(
            "intake",
            "requests",
            request_id,
            receipt=f"MDN-AAAA-000{number}",
            state="delivered",
            channel=channel,
            products=["kk"],
            case_id=case_id,
            document_numbers=[number_text],
            origin=origin,
            timeline=timeline,
            seq=1,
        )
        for step in ("filed", "done"):
            self.add("intake", "funnel_steps", f"{request_id}.{step}", series="figures", step=step, day=COUNTED_ON, count=1)
        self.event("intake", f"requests/{request_id}", 1, "intake.request_submitted.v1", request_id)
        self.case(case_id or request_id, request_id, number_text, "cerai" if channel == "court" else "kk_hilang")
        self.document(request_id, number_text)
        self.notice(request_id, channel)

    def case(self, case_id: str, request_id: str, number: str, service: str) -> None:
        """A case that was approved and whose document was issued; that of a court changed the register."""
        documents = [{"request_id": request_id, "key": "kk", "product": "kk", "number": number}]
        is_court = case_id != request_id
        approved = "verification.request_approved.v1"
        self.add("verification", "cases", case_id, state="issued", service=service, documents=documents, task_id=None, seq=1)
        if is_court:
            self.add("verification", "requests", request_id, case_id=case_id, seq=1)
            self.event("verification", f"requests/{request_id}", 1, approved, request_id)
            self.event("verification", f"cases/{case_id}", 1, "verification.register_changed.v1", request_id)
            self.add("verification", "register_history", case_id, request_id=request_id, case_id=case_id)
            self.add("verification", "families", KK, members=[{"nik": NIK, "closed_on": None}], closed_on=None, pending=None)
        else:
            self.event("verification", f"cases/{case_id}", 1, approved, request_id)

    def document(self, request_id: str, number: str) -> None:
        document_id, content = f"{request_id}.kk", f"%PDF-1.7 {number}".encode()
        sha256, file_id = hashlib.sha256(content).hexdigest(), f"{request_id}.kk.1"
        self.contents[file_id] = content
        self.world.bytes[file_id] = sha256
        self.add(
            "issuance",
            "documents",
            document_id,
            request_id=request_id,
            product="kk",
            documents=1,
            about=hashlib.sha256(request_id.encode()).hexdigest(),
            number=number,
            state="issued",
            attempt=1,
            pdf={"file_id": file_id, "sha256": sha256, "size_bytes": len(content)},
            reason=None,
            seq=1,
        )
        data = {"document_id": document_id, "request_id": request_id, "document_number": number, "sha256": sha256}
        self.event("issuance", f"documents/{document_id}", 1, DOCUMENT_ISSUED, request_id, data=data)
        self.history.served(document_id, sha256, "reader")

    def notice(self, request_id: str, channel: str) -> None:
        document_id = f"{request_id}.kk"
        key, sha256 = f"document:{document_id}", self.world.bytes[f"{document_id}.1"]
        shape = {"adapter": "nothing", "whatsapp": "document", "court": "callback"}[channel]
        self.add(
            "notifier",
            "jobs",
            key,
            state="done",
            kind="document",
            channel=channel,
            request_id=request_id,
            maybe_duplicate=False,
            provider_ids=[],
            reason=None,
            note=None,
            message={"shape": shape},
            seq=0 if channel == "adapter" else 1,
        )
        if channel != "adapter":  # it fetches its own
            self.event("notifier", f"jobs/{key}", 1, "notifier.notice_delivered.v1", request_id)
        if channel == "whatsapp":
            self.history.effect(Effect("whatsapp", f"wamid.{key}", key, self.at, "document", sha256=sha256, document_id=document_id))
        elif channel == "court":
            self.history.effect(Effect("court", key, key, self.at, "document.issued", sha256=sha256, document_id=document_id))


def right() -> Specimen:
    """The run in which every promise was kept: a broker was restarted in it, and a process died and came back."""
    make = _Builder()
    history = make.history
    _adapter(make)
    _chat(make)
    _court(make)
    make.add("intake", "funnel_state", "funnel", generation=2)
    counts = {"places": [], "counts": bytes([3]), "kind": "B"}
    make.add("intake", "funnel_cells", f"2|figures|{COUNTED_ON}", columns={"filed": counts, "done": counts})
    history.personal(PHONE, NIK, NAME, CASE_NUMBER)
    fault = history.fault("broker_restart", "broker")
    history.down("intake")
    make.at += timedelta(seconds=5)
    history.healed(fault)
    history.up("intake")
    make.add("issuance", "counters", f"KK-{DAY}", last=3)
    make.world.balance = {"balanced": True, "accounts": [], "flows": [], "queues": []}
    return Specimen(history, make.world, make.contents)


def _adapter(make: _Builder) -> None:
    history = make.history
    make.journey(ADAPTER, 1, "adapter", {"address": "loket", "reference": ADAPTER})
    history.journey(ADAPTER, "adapter")
    history.asked("adapter", ADAPTER, ADAPTER, files=True)
    history.answered(ADAPTER, None)
    history.answered(ADAPTER, 201, [f"{ADAPTER}.request"])
    history.told(ADAPTER, "MDN-AAAA-0001")
    for state in ("submitted", "ready", "delivered"):
        history.observed("MDN-AAAA-0001", state)
    history.ended(ADAPTER, "delivered")


def _chat(make: _Builder) -> None:
    history = make.history
    make.journey(CHAT, 2, "whatsapp", {"address": PHONE, "reference": None})
    history.journey(CHAT, "whatsapp", PHONE)
    for wamid in ("wamid.hello", CONFIRMED):
        history.asked("whatsapp", wamid, CHAT, files=wamid == CONFIRMED)
        history.answered(wamid, 200)
        make.add("intake", "webhook_log", f"wa:{wamid}", state="handled", kind="message")
    history.told(CHAT, "MDN-AAAA-0002")
    history.ended(CHAT, "delivered")


def _court(make: _Builder) -> None:
    history = make.history
    make.journey(COURT, 3, "court", {"address": "PA.Kab.Mn", "reference": COURT}, case_id="case-1")
    requests = [{"party": "wife", "products": ["kk"], "request_id": f"{COURT}.request", "receipt": "MDN-AAAA-0003"}]
    make.add("intake", "cases", "case-1", decision={"decision_id": COURT}, requests=requests)
    history.journey(COURT, "court")
    history.asked("court", COURT, COURT, files=True)
    history.answered(COURT, 503)
    history.answered(COURT, 200, [f"{COURT}.request"], "case-1")
    history.ended(COURT, "delivered")
