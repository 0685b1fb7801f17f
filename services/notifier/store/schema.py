"""The documents in MongoDB, and the indexes with the queries that need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pymongo import IndexModel

from services.notifier.domain.broadcast import BroadcastState
from services.notifier.domain.facts import NoticeKind
from services.notifier.domain.job import OPEN, Job, JobState, Progress
from services.notifier.domain.message import (
    Button,
    CourtCallback,
    DocumentFile,
    DocumentMessage,
    Message,
    RecordOnly,
    Reply,
    ReplyRow,
    Template,
)
from services.notifier.domain.news import RecipientState
from services.notifier.domain.tries import Try
from shared.mongo import Doc, DocumentMapping, fields_of
from shared.values import Channel

JOBS: Final = "jobs"
LANES: Final = "lanes"
STATUSES: Final = "early_statuses"
SENDER: Final = "sender"
BROADCAST_ROWS: Final = "broadcasts"
RECIPIENT_ROWS: Final = "broadcast_recipients"
CONTACT_ROWS: Final = "news_contacts"
HEALTH_ROWS: Final = "number_health"

OPEN_STATES: Final = sorted(OPEN)
RECIPIENT_DAYS: Final = 365  # who got which broadcast may be asked for a year; then only the numbers are kept
STATUS_DAYS: Final = 30  # a status whose message we never sent (another system on the number) tells nothing after that

INDEXES: Final[Mapping[str, Sequence[IndexModel]]] = {
    JOBS: (
        # The head of a lane: the open job with the lowest order.
        IndexModel([("lane", 1), ("order", 1)], name="lane_head", partialFilterExpression={"state": {"$in": OPEN_STATES}}),
        # What waits for the person to write, of one lane: read when they do.
        IndexModel([("lane", 1)], name="held", partialFilterExpression={"state": JobState.HELD.value}),
        # A status without our callback data, and statuses that came before our own record.
        IndexModel([("provider_ids", 1)], name="by_a_provider_id", partialFilterExpression={"provider_ids": {"$gt": ""}}),
        # The list, newest first, of all or of one state; counting by state.
        IndexModel([("created_at", -1), ("_id", -1)], name="newest"),
        IndexModel([("state", 1), ("created_at", -1), ("_id", -1)], name="newest_of_state"),
        # Search by request, case, receipt, document number, reference or effect key, also by their beginning.
        IndexModel([("refs", 1)], name="by_ref"),
        # How many messages of broadcasts are in flight; when the last one ended.
        IndexModel(
            [("kind", 1), ("state", 1)],
            name="broadcasts_on_the_way",
            partialFilterExpression={"kind": NoticeKind.BROADCAST.value, "state": {"$in": OPEN_STATES}},
        ),
        # Those that were accepted and of which WhatsApp has said nothing yet.
        IndexModel(
            [("kind", 1), ("progress", 1), ("done_at", 1)],
            name="broadcasts_unheard",
            partialFilterExpression={"kind": NoticeKind.BROADCAST.value, "state": JobState.DONE.value},
        ),
        IndexModel([("kind", 1), ("done_at", -1)], name="broadcasts_done", partialFilterExpression={"kind": NoticeKind.BROADCAST.value}),
        # What was said to one person, newest first.
        IndexModel([("lane", 1), ("created_at", -1), ("_id", -1)], name="of_person"),
    ),
    LANES: (
        # The dispatcher: lanes with something to do, longest waiting first.
        IndexModel([("channel", 1), ("due_at", 1)], name="due", partialFilterExpression={"due_at": {"$exists": True}}),
    ),
    STATUSES: (
        # One row per message and status; the sweep reads the latest, the rest is forgotten after STATUS_DAYS.
        IndexModel([("kept_at", 1)], name="forget", expireAfterSeconds=STATUS_DAYS * 86400),
    ),
    SENDER: (),
    BROADCAST_ROWS: (
        IndexModel([("made_at", -1), ("_id", -1)], name="newest"),
        IndexModel([("made_at", 1)], name="running", partialFilterExpression={"state": BroadcastState.RUNNING.value}),
        # The two that are compared.
        IndexModel([("trial.trial_id", 1)], name="of_trial", partialFilterExpression={"trial.trial_id": {"$gt": ""}}),
        # Who was invited to a trip, to be told that it moved.
        IndexModel([("about", 1)], name="about", partialFilterExpression={"about": {"$gt": ""}}),
    ),
    RECIPIENT_ROWS: (
        # Who is next, and how many of a list are in which state, and why.
        IndexModel([("broadcast_id", 1), ("state", 1), ("why", 1), ("_id", 1)], name="of_broadcast"),
        # How many people were told in the last 24 hours.
        IndexModel([("moved_at", 1)], name="told_lately", partialFilterExpression={"state": RecipientState.QUEUED.value}),
        IndexModel([("listed_at", 1)], name="expiry", expireAfterSeconds=RECIPIENT_DAYS * 86400),
    ),
    CONTACT_ROWS: (
        IndexModel([("address", 1)], name="by_address", partialFilterExpression={"address": {"$gt": ""}}),
        # How many want news and how many stopped it, and who stopped last.
        IndexModel([("agreed", 1), ("changed_at", -1)], name="by_wish"),
    ),
    HEALTH_ROWS: (),
}


def status_key(provider_id: str, progress: Progress) -> str:
    """Return the key of a kept status."""
    return f"{provider_id}:{progress}"


def _file_to_doc(file: DocumentFile | None) -> Doc | None:
    return None if file is None else {"document_id": file.document_id, "sha256": file.sha256, "file_name": file.file_name}


def _file_from_doc(doc: Doc) -> DocumentFile:
    return DocumentFile(doc["document_id"], doc["sha256"], doc["file_name"])


def message_to_doc(message: Message) -> Doc:
    """Return a message as a document, tagged with its shape."""
    match message:
        case Reply():
            return {
                "shape": "reply",
                "text": message.text,
                "buttons": [fields_of(each) for each in message.buttons],
                "rows": [fields_of(each) for each in message.rows],
                "list_title": message.list_title,
            }
        case DocumentMessage():
            return {"shape": "document", "file": _file_to_doc(message.file), "caption": message.caption}
        case Template():
            return {
                "shape": "template",
                "name": message.name,
                "language": message.language,
                "parameters": list(message.parameters),
                "file": _file_to_doc(message.file),
            }
        case CourtCallback():
            return {
                "shape": "callback",
                "court": message.court,
                "reference": message.reference,
                "type": message.type,
                "occurred_at": message.occurred_at,
                "data": dict(message.data),
            }
        case RecordOnly():
            return {"shape": "nothing"}


def message_from_doc(doc: Doc) -> Message:
    """Return the message of a document."""
    match doc["shape"]:
        case "reply":
            rows = tuple(ReplyRow(**each) for each in doc.get("rows", ()))  # absent: stored before 0.4
            return Reply(doc["text"], tuple(Button(**each) for each in doc["buttons"]), rows, doc.get("list_title", ""))
        case "document":
            return DocumentMessage(_file_from_doc(doc["file"]), doc["caption"])
        case "template":
            return template_from_doc(doc)
        case "callback":
            return CourtCallback(doc["court"], doc["reference"], doc["type"], doc["occurred_at"], tuple(doc["data"].items()))
        case _:
            return RecordOnly()


def template_from_doc(doc: Doc) -> Template:
    """Return the template of a document."""
    file = doc["file"]
    return Template(doc["name"], doc["language"], tuple(doc["parameters"]), None if file is None else _file_from_doc(file))


def job_to_doc(job: Job) -> Doc:
    """Return a job, without `_id`, `version` and `seq`."""
    return {
        "channel": str(job.channel),
        "kind": str(job.kind),
        "lane": job.lane,
        "order": job.order,
        "address": job.address,
        "message": message_to_doc(job.message),
        "created_at": job.created_at,
        "next_at": job.next_at,
        "correlation_id": job.correlation_id,
        "causation_id": job.causation_id,
        "traceparent": job.traceparent,
        "request_id": job.request_id,
        "refs": list(job.refs),
        "fallback": None if job.fallback is None else message_to_doc(job.fallback),
        "template_since": job.template_since,
        "state": str(job.state),
        "attempt": job.attempt,
        "failures": job.failures,
        "waits": job.waits,
        "media_id": job.media_id,
        "provider_ids": list(job.provider_ids),
        "progress": str(job.progress),
        "maybe_duplicate": job.maybe_duplicate,
        "reason": job.reason,
        "done_at": job.done_at,
        "history": [{"attempt": each.attempt, "at": each.at, "result": each.result} for each in job.history],
        "note": job.note,
        "known_at": job.known_at,
    }


def job_from_doc(doc: Mapping[str, Any]) -> Job:
    """Return the job of a document."""
    return Job(
        key=doc["_id"],
        channel=Channel(doc["channel"]),
        kind=NoticeKind(doc["kind"]),
        lane=doc["lane"],
        order=doc["order"],
        address=doc["address"],
        message=message_from_doc(doc["message"]),
        created_at=doc["created_at"],
        next_at=doc["next_at"],
        correlation_id=doc["correlation_id"],
        causation_id=doc["causation_id"],
        traceparent=doc["traceparent"],
        request_id=doc["request_id"],
        refs=tuple(doc["refs"]),
        fallback=None if doc["fallback"] is None else template_from_doc(doc["fallback"]),
        template_since=doc["template_since"],
        state=JobState(doc["state"]),
        attempt=doc["attempt"],
        failures=doc["failures"],
        waits=doc["waits"],
        media_id=doc["media_id"],
        provider_ids=tuple(doc["provider_ids"]),
        progress=Progress(doc["progress"]),
        maybe_duplicate=doc["maybe_duplicate"],
        reason=doc["reason"],
        done_at=doc["done_at"],
        history=tuple(Try(each["attempt"], each["at"], each["result"]) for each in doc["history"]),
        note=doc.get("note"),
        known_at=doc.get("known_at", doc["created_at"]),  # absent: written before 0.7, when nothing was known of lost numbers
    )


JOB: Final[DocumentMapping[Job]] = DocumentMapping(JOBS, lambda job: job.key, job_to_doc, job_from_doc)
