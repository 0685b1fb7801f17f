"""The schema of intake's database: each collection with its indexes, and the query that needs each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from services.intake.domain.drafts import DRAFT_LIFETIME
from shared.mongo import IndexModel
from shared.mongo.unused import UnusedFiles

DRAFT_KEPT_SECONDS: Final = int(DRAFT_LIFETIME.total_seconds())
INVITATION_KEPT_SECONDS: Final = 365 * 24 * 3600  # after its link ended: nobody rests longer than that between two surveys
REMARK_KEPT_SECONDS: Final = 2 * 365 * 24 * 3600  # words of this year and the last, which the next report compares
BEGINNING: Final = datetime.fromtimestamp(0, UTC)
"""Before every moment: `$gt` it is "a moment", which the planner finds within a partial index."""
UNREAD_KEPT_SECONDS: Final = 365 * 24 * 3600  # unknown shapes wait for a release that knows them

# Partial indexes say `$gt: ""` for "a text": the planner sees that an equality is within it, and of `$type: "string"` it does not.
INDEXES: Final[Mapping[str, Sequence[IndexModel]]] = {
    "webhook_log": (
        # The jobs look for what is new, the oldest first; handled items leave this index.
        IndexModel([("state", 1), ("kind", 1), ("arrival", 1)], name="new", partialFilterExpression={"state": "new"}),
        # The chat worker takes all new messages of one sender in the order in which they were sent.
        IndexModel(
            [("sender", 1), ("sent_at", 1), ("arrival", 1)],
            name="new_of_sender",
            partialFilterExpression={"state": "new", "kind": "message"},
        ),
        # Parked items: the list of them, and one that an operator decides about.
        IndexModel([("stuck_id", 1)], name="by_stuck_id", partialFilterExpression={"state": "parked"}),
        # Sparse: what is not handled yet, nearly all that is written here, has no place in them, and none to leave.
        IndexModel([("expires_at", 1)], name="expiry", expireAfterSeconds=0, sparse=True),
        # The log of a chat, the newest first; a file of it; and the words that citizens wrote.
        IndexModel(
            [("chat.contact_id", 1), ("received_at", -1), ("_id", -1)],
            name="of_chat",
            partialFilterExpression={"chat.contact_id": {"$gt": ""}},
        ),
        IndexModel([("chat.file_id", 1)], name="by_chat_file", partialFilterExpression={"chat.file_id": {"$gt": ""}}),
        IndexModel([("chat.said", "text")], name="words", default_language="none"),
        # What was not understood, grouped by its wording: all that the page needs stands in the index. Few messages are in it.
        IndexModel(
            [("chat.wording", 1), ("received_at", -1), ("chat.contact_id", 1)],
            name="not_understood",
            partialFilterExpression={"chat.wording": {"$gt": ""}},
        ),
        IndexModel([("kept_at", 1)], name="expiry_of_unread", expireAfterSeconds=UNREAD_KEPT_SECONDS, sparse=True),
    ),
    "senders": (
        IndexModel([("until", 1)], name="expiry", expireAfterSeconds=24 * 3600),  # leases: a day after the last one nobody asks
    ),
    "contacts": (
        # Each message finds its contact by phone, by BSUID, or by both.
        IndexModel([("wa_id", 1)], name="by_wa_id", unique=True, partialFilterExpression={"wa_id": {"$gt": ""}}),
        IndexModel([("bsuid", 1)], name="by_bsuid", unique=True, partialFilterExpression={"bsuid": {"$gt": ""}}),
        # A counter looks for whose account is linked to a person, and revokes a link. Most contacts have none.
        IndexModel([("links.nik", 1)], name="by_linked_person", partialFilterExpression={"links.nik": {"$gt": ""}}),
        # An officer looks for a chat by the name that the person goes by.
        IndexModel([("name_words", 1)], name="by_name_words"),
        IndexModel([("links.link_id", 1)], name="by_link", partialFilterExpression={"links.link_id": {"$gt": ""}}),
        # Photos of one stay while another one of the same person has something open. Most were never merged.
        IndexModel([("merged_into", 1)], name="by_merged_into", partialFilterExpression={"merged_into": {"$gt": ""}}),
    ),
    "audiences": (
        IndexModel([("found_at", 1)], name="found"),  # the job looks for those that are not
    ),
    "dockets": (),
    "visit_days": (
        IndexModel([("expires_at", 1)], name="expiry", expireAfterSeconds=0),  # a month after the day
    ),
    "conversations": (
        # The sweeper looks for drafts that nobody came back to.
        IndexModel([("touched_at", 1)], name="drafts", partialFilterExpression={"draft.service": {"$type": "string"}}),
        IndexModel([("touched_at", 1)], name="parked_drafts", partialFilterExpression={"parked.service": {"$type": "string"}}),
        # The desk's list: who waits for a person, the longest first; what an officer has; the rest, the latest first.
        IndexModel(
            [("assistance.waiting_since", 1), ("_id", 1)],
            name="waiting",
            partialFilterExpression={"assistance.waiting_since": {"$type": "date"}},
        ),
        IndexModel(
            [("assistance.hold.officer.staff_id", 1), ("touched_at", -1)],
            name="held_by",
            partialFilterExpression={"assistance.hold.officer.staff_id": {"$gt": ""}},
        ),
        IndexModel([("touched_at", -1), ("_id", -1)], name="latest"),
        # Half sheets of whoever went away.
        IndexModel([("survey.until", 1)], name="surveys", partialFilterExpression={"survey.until": {"$type": "date"}}),
        # Whom an officer did not answer in time.
        IndexModel([("assistance.answer_by", 1)], name="promised", partialFilterExpression={"assistance.answer_by": {"$type": "date"}}),
    ),
    "village_drafts": (
        IndexModel([("village", 1), ("touched_at", -1)], name="of_village"),  # what its registrars have begun
        IndexModel([("draft.attachments.file_id", 1)], name="by_file"),  # the sweeper asks whether an upload is used
        IndexModel([("touched_at", 1)], name="expiry", expireAfterSeconds=DRAFT_KEPT_SECONDS),
    ),
    "court_drafts": (
        IndexModel([("court", 1), ("touched_at", -1)], name="of_court"),  # what its clerks have begun
        IndexModel([("file.file_id", 1)], name="by_file", partialFilterExpression={"file.file_id": {"$gt": ""}}),
        IndexModel([("touched_at", 1)], name="expiry", expireAfterSeconds=DRAFT_KEPT_SECONDS),
    ),
    "chat_entries": (
        IndexModel([("contact_id", 1), ("at", -1), ("_id", -1)], name="of_chat"),
        IndexModel([("text", "text")], name="words", default_language="none"),
        IndexModel([("expires_at", 1)], name="expiry", expireAfterSeconds=0),
    ),
    "chat_visitors": (
        IndexModel([("contact_id", 1), ("seen_until", 1)], name="of_chat"),
        IndexModel([("seen_until", 1)], name="expiry", expireAfterSeconds=24 * 3600),  # until then a chat may be handed over to them
    ),
    "requests": (
        IndexModel([("receipt", 1)], name="receipt", unique=True),  # status by receipt; two requests never share one
        IndexModel([("origin.contact_id", 1), ("_id", -1)], name="by_contact"),  # "status", and doubles of one person
        IndexModel([("origin.address", 1), ("_id", -1)], name="of_adapter", partialFilterExpression={"channel": "adapter"}),  # its list
        IndexModel([("state", 1), ("_id", -1)], name="by_state"),  # the list, narrowed by state, and the tally
        IndexModel([("attachments.file_id", 1)], name="by_file"),  # the sweeper asks whether an upload is used
        # Those that have ended and have their files still, the longest first.
        IndexModel([("files_since", 1), ("_id", 1)], name="files_since", partialFilterExpression={"files_since": {"$gt": BEGINNING}}),
        # Complaints, by the request that they are about.
        IndexModel([("form.answers.receipt", 1)], name="about", partialFilterExpression={"form.answers.receipt": {"$gt": ""}}),
        # A paper that another family sent before.
        IndexModel([("attachments.sent_sha256", 1), ("_id", -1)], name="by_content"),
        # Who is to be reminded of a day on which they come, or an officer comes.
        IndexModel([("remind_of", 1)], name="remind_of", partialFilterExpression={"remind_of": {"$gt": ""}}),
        IndexModel([("looks_bands", 1), ("_id", -1)], name="by_looks", partialFilterExpression={"looks_bands": {"$gt": ""}}),
        # What a village filed, for its registrars.
        IndexModel([("origin.village", 1), ("_id", -1)], name="of_village", partialFilterExpression={"origin.village": {"$gt": ""}}),
        IndexModel([("case_id", 1)], name="of_case", partialFilterExpression={"case_id": {"$gt": ""}}),  # the list by case
        IndexModel([("search_terms", 1)], name="search_terms"),  # by numbers of persons and cards, and by beginnings of names
        IndexModel([("document_numbers", 1)], name="by_number", partialFilterExpression={"document_numbers": {"$gt": ""}}),
    ),
    "cases": (
        IndexModel([("key", 1)], name="decision", unique=True),  # one case per decision, however its number is written
        IndexModel([("court", 1), ("_id", -1)], name="of_court"),  # what a court has sent, for its clerks
        IndexModel([("court", 1), ("terms", 1)], name="terms"),  # by NIK and by beginnings of names
        # The sweeper asks whether an upload is used.
        IndexModel([("decision.file.file_id", 1)], name="by_file", partialFilterExpression={"decision.file.file_id": {"$gt": ""}}),
    ),
    "survey_invitations": (
        IndexModel([("due_at", 1)], name="due", partialFilterExpression={"state": "due"}),  # whom the job asks
        IndexModel([("contact_id", 1), ("asked_at", 1)], name="of_contact"),  # whether a person was asked a short time ago
        IndexModel([("digest", 1)], name="by_link", unique=True, partialFilterExpression={"digest": {"$gt": ""}}),
        IndexModel([("expires_at", 1)], name="expiry", expireAfterSeconds=INVITATION_KEPT_SECONDS),
    ),
    "survey_tallies": (
        IndexModel([("month", 1)], name="by_month"),  # the report of some months
    ),
    "survey_villages": (),
    "survey_remarks": (
        IndexModel([("month", -1), ("_id", 1)], name="by_month"),  # the words of some months, whatever the filter: few hundred a month
        IndexModel([("month_ended_at", 1)], name="expiry", expireAfterSeconds=REMARK_KEPT_SECONDS),
    ),
    "sent_messages": (),
    "register_state": (),
    "retention_clock": (),
    "word_book": (),
    "tries": (
        IndexModel([("expires_at", 1)], name="expiry", expireAfterSeconds=0),  # a stretch is over: nobody is paused by it any more
    ),
    "sources": (
        IndexModel([("order", -1)], name="latest"),  # the list at the desk, the newest first
        IndexModel([("terms", 1)], name="terms"),  # its search
        IndexModel([("ads", 1)], name="by_ad", partialFilterExpression={"ads": {"$gt": ""}}),  # an advertisement that somebody came by
        IndexModel([("place", 1), ("village", 1), ("account", 1)], name="of_place"),  # the one that registrars or a court hand out
        # The link that people of a source pass on.
        IndexModel(
            [("told_on_from", 1), ("service", 1), ("village", 1)], name="told_on", partialFilterExpression={"told_on_from": {"$gt": ""}}
        ),
    ),
    "source_trials": (),
    "trips": (
        IndexModel([("order", -1)], name="latest"),  # the list at the desk, the latest day first
        IndexModel([("stops.village", 1), ("order", -1)], name="of_village"),  # and those that went to one village
    ),
    "pieces": (
        IndexModel([("order", -1)], name="latest"),  # the list at the desk, the newest first
        IndexModel([("village", 1), ("kind", 1)], name="of_village"),  # which villages have a poster
        IndexModel([("account", 1)], name="by_account"),  # the accounts that were named before
    ),
    "bundles": (
        # The job takes the one that waits the longest.
        IndexModel([("leased_until", 1)], name="waiting", partialFilterExpression={"state": "waiting"}),
        IndexModel([("expires_at", 1)], name="expired"),  # whose file is to go
    ),
    "measured_posts": (
        IndexModel([("source", 1)], name="of_source"),  # whether a platform tells how often a source is seen
    ),
    "funnel_steps": (
        # What is not in the cells yet; what is leaves this index.
        IndexModel([("is_new", 1)], name="new", partialFilterExpression={"is_new": True}),
    ),
    "funnel_cells": (
        # Every question first asks which tables of its days and months there are, and whether those that it holds are still the same.
        IndexModel([("_id", 1), ("version", 1)], name="versions"),
    ),
    "funnel_state": (),
    "funnel_salts": (
        IndexModel([("expires_at", 1)], name="expiry", expireAfterSeconds=0),  # from then on no mark leads back to anybody
    ),
    "files.files": UnusedFiles.indexes(),
}
