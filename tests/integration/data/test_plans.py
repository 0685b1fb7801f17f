"""What services ask in the course of their work is answered from an index, however much lies there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from pymongo import IndexModel, MongoClient

from services.intake import store as intake
from services.intake import wiring as intake_wiring
from services.intake.domain.contacts import ChatIdentity
from services.intake.domain.file_times import FileTimes
from services.intake.domain.requests import RequestState
from services.intake.ports import CaseSearch, PieceSearch, RequestSearch
from services.intake.store.requests import MongoRequestReader
from services.intake.store.tx import MongoTx
from services.intake.store.uploads import UsedFiles
from services.intake.store.webhook_log import MongoWebhookLog
from services.issuance import store as issuance
from services.issuance import wiring as issuance_wiring
from services.issuance.domain.claim import claim
from services.issuance.domain.document import Document
from services.issuance.domain.products import PRODUCTS
from services.issuance.ports import DocumentQuery
from services.notifier import store as notifier
from services.notifier import wiring as notifier_wiring
from services.notifier.ports.posting import PostQuery
from services.verification import store as verification
from shared.clock import now
from shared.messaging.operations import accounting
from shared.messaging.operations.accounting import AccountSpec
from shared.messaging.transaction.outbox import Outbox
from shared.messaging.transaction.parked import ParkedMessages
from shared.messaging.transaction.runner import INDEXES, UnitOfWork
from shared.mongo import ChangeTracker, Mongo
from shared.mongo.unused import UnusedFiles
from shared.reference.catalogue import catalogue
from shared.values import Channel, Receipt
from tests.support.approvals import approval, order, origin

Ask = Callable[[Mongo, str], Awaitable[Any]]


def intake_tx(mongo: Mongo, database: str) -> MongoTx:
    return MongoTx(
        UnitOfWork(ChangeTracker(mongo, database), service="intake", clock=now), mongo, database, now, catalogue(), timedelta(days=365)
    )


def issuance_tx(mongo: Mongo, database: str) -> issuance.MongoTx:
    return issuance.MongoTx(UnitOfWork(ChangeTracker(mongo, database), service="issuance", clock=now))


def document_about(about: str, *replaces: str) -> Document:
    [document] = claim(approval(order(about=about, replaces=replaces)), PRODUCTS, ["n"], new_token=lambda: "t", origin=origin(), at=now())
    return document


def notifier_tx(mongo: Mongo, database: str) -> notifier.MongoTx:
    work = UnitOfWork(ChangeTracker(mongo, database), service="notifier", clock=now)
    return notifier.MongoTx(work, mongo.collection(database, notifier.JOBS), lambda _: None)


async def files_over(mongo: Mongo, name: str) -> None:
    times = FileTimes(timedelta(days=90), timedelta(days=180))
    ended = {"files_since": now() - timedelta(days=100), "state": "delivered", "receipt": "MDN-7K4Q-9F2X"}
    await mongo.collection(name, "requests").insert_one({**ended, "origin": {"contact_id": "c"}, "person": {"nik": "3519"}})
    for after in (None, (now() - timedelta(days=200), "r-1")):
        await intake.MongoFilesOver(mongo, name).page(now(), times, after, 50)


def clerks(mongo: Mongo, name: str) -> intake.MongoClerkReader:
    return intake.MongoClerkReader(mongo, name, catalogue())


async def unused(mongo: Mongo, name: str) -> None:
    await UnusedFiles(mongo, name, "files", used=UsedFiles(mongo, name).used, age=timedelta(days=7)).sweep()


async def survey(mongo: Mongo, name: str) -> None:
    reader = intake.MongoSurveyReader(mongo, name)
    await reader.due(now(), 5)
    await reader.left(now(), 5)
    await reader.invitation("a" * 64)
    await reader.tallies("2026-01", "2026-11")
    await reader.remarks("2026-01", "2026-11", "kk_hilang", "time", 5)
    await intake_tx(mongo, name).was_surveyed(["a"], now())
    await intake_tx(mongo, name).find_survey_invitation_by("a" * 64)


async def studio(mongo: Mongo, name: str) -> None:
    pieces, bundles = intake.MongoPieceReader(mongo, name), intake.MongoBundles(mongo, name, now)
    await pieces.find("a" * 16)
    await pieces.made_for(["3519072001"], PieceSearch("poster", "kk_hilang", campaign="KK 2026"))
    await bundles.claim(60)
    await bundles.expired()


async def standing(mongo: Mongo, name: str, accounts: Sequence[AccountSpec]) -> None:
    for account in accounts:
        await accounting.unfinished(mongo, name, account)


ASKED: Mapping[str, tuple[Mapping[str, Sequence[IndexModel]], Ask]] = {
    "the content studio": (intake.INDEXES, studio),
    "contact": (intake.INDEXES, lambda mongo, name: intake_tx(mongo, name).contacts_of(ChatIdentity("62811", "ID.1"))),
    "chats": (
        intake.INDEXES,
        lambda mongo, name: intake_tx(mongo, name).prefetch_chats([ChatIdentity("62811", "ID.1"), ChatIdentity("62812")]),
    ),
    "requests of a contact": (intake.INDEXES, lambda mongo, name: intake_tx(mongo, name).latest_requests(["a"], 5)),
    "returned requests of a contact": (
        intake.INDEXES,
        lambda mongo, name: intake_tx(mongo, name).latest_requests(["a"], 1, RequestState.RETURNED),
    ),
    "open requests": (intake.INDEXES, lambda mongo, name: intake_tx(mongo, name).open_requests(["a"])),
    "request by receipt": (
        intake.INDEXES,
        lambda mongo, name: MongoRequestReader(mongo, name, catalogue()).find_by_receipt(Receipt("KKH-0000-0000")),
    ),
    "who is to be reminded of a day": (
        intake.INDEXES,
        lambda mongo, name: MongoRequestReader(mongo, name, catalogue()).to_remind(date(2026, 12, 2), 5),
    ),
    "search by number": (
        intake.INDEXES,
        lambda mongo, name: MongoRequestReader(mongo, name, catalogue()).search(RequestSearch(text="3519-KK-2411")),
    ),
    "new messages": (intake.INDEXES, lambda mongo, name: MongoWebhookLog(mongo, name).lease_senders(1, "t", [], 4)),
    "messages of a sender": (intake.INDEXES, lambda mongo, name: MongoWebhookLog(mongo, name).messages_of(["62811", "62812"], 5)),
    "wordings that were not understood": (
        intake.INDEXES,
        lambda mongo, name: intake.MongoWordReader(mongo, name).unknown("ilang", now() - timedelta(days=30), 0, 50),
    ),
    "new statuses": (intake.INDEXES, lambda mongo, name: MongoWebhookLog(mongo, name).new_statuses(5)),
    "parked items": (intake.INDEXES, lambda mongo, name: MongoWebhookLog(mongo, name).parked("a", 5)),
    "who was promised an officer": (intake.INDEXES, lambda mongo, name: intake.MongoChatReader(mongo, name).promised(now(), 5)),
    "who waits for longer": (intake.INDEXES, lambda mongo, name: intake.MongoChatReader(mongo, name).count_waiting(now())),
    "stale drafts": (intake.INDEXES, lambda mongo, name: MongoWebhookLog(mongo, name).stale_drafts(now(), 5)),
    "quiet drafts": (intake.INDEXES, lambda mongo, name: MongoWebhookLog(mongo, name).quiet_drafts(now() - timedelta(days=1), now(), 5)),
    "the survey": (intake.INDEXES, survey),
    "requests of an adapter": (
        intake.INDEXES,
        lambda mongo, name: MongoRequestReader(mongo, name, catalogue()).search(RequestSearch(client="desa")),
    ),
    "cases of a court": (intake.INDEXES, lambda mongo, name: clerks(mongo, name).cases(CaseSearch("PA.Kab.Mn"))),
    "cases by number": (intake.INDEXES, lambda mongo, name: clerks(mongo, name).cases(CaseSearch("PA.Kab.Mn", number="41/PDTG/"))),
    "cases by name": (intake.INDEXES, lambda mongo, name: clerks(mongo, name).cases(CaseSearch("PA.Kab.Mn", name="budi san"))),
    "decisions that clerks have begun": (intake.INDEXES, lambda mongo, name: clerks(mongo, name).drafts("PA.Kab.Mn")),
    "uploads in use": (intake.INDEXES, lambda mongo, name: UsedFiles(mongo, name).used(["f-1", "f-2"])),
    "uploads to sweep": (intake.INDEXES, unused),
    "requests whose files are over": (intake.INDEXES, files_over),
    "families": (
        verification.INDEXES,
        lambda mongo, name: verification.RegistryStore(mongo, name).look_up(kk_numbers=["3519"], niks=["3519", "3520"]),
    ),
    "whose certificate": (
        verification.INDEXES,
        lambda mongo, name: verification.RegistryStore(mongo, name).look_up(kk_numbers=["3519"], niks=["3519"], certificates=["3519-LU"]),
    ),
    "documents due": (issuance.INDEXES, lambda mongo, name: issuance.MongoDocumentReader(mongo, name).due(now(), 4)),
    "oldest document due": (issuance.INDEXES, lambda mongo, name: issuance.MongoDocumentReader(mongo, name).oldest_due_seconds(now())),
    "documents about the same": (
        issuance.INDEXES,
        lambda mongo, name: issuance_tx(mongo, name).prefetch_related([document_about("kk:1", "kk:2"), document_about("kk:3")]),
    ),
    "documents of a case": (
        issuance.INDEXES,
        lambda mongo, name: issuance.MongoDocumentReader(mongo, name).page(DocumentQuery(case_id="c")),
    ),
    "heads of a lane": (notifier.INDEXES, lambda mongo, name: notifier.MongoJobs(mongo, name).heads("whatsapp:62811")),
    "job of a status": (notifier.INDEXES, lambda mongo, name: notifier_tx(mongo, name).find_job_by_provider_id("wamid.1")),
    "jobs of statuses": (
        notifier.INDEXES,
        lambda mongo, name: notifier_tx(mongo, name).prefetch_jobs_by_provider_id(["wamid.1", "wamid.2"]),
    ),
    "who was invited": (
        notifier.INDEXES,
        lambda mongo, name: notifier.MongoBroadcastReader(mongo, name).begun_about("trips/01J/3519072001"),
    ),
    "whether a platform counts": (intake.INDEXES, lambda mongo, name: intake.MongoSourceReader(mongo, name).is_measured("K7Q")),
    "who stopped news": (notifier.INDEXES, lambda mongo, name: notifier.MongoBroadcastReader(mongo, name).wishes(5)),
    "whether a number wants news": (
        notifier.INDEXES,
        lambda mongo, name: notifier.MongoBroadcastReader(mongo, name).known_at("6281200000001"),
    ),
    "posts that stopped": (notifier.POSTING_INDEXES, lambda mongo, name: notifier.MongoPostReader(mongo, name).stopped(None, 5)),
    "posts that need somebody": (notifier.POSTING_INDEXES, lambda mongo, name: notifier.MongoPostReader(mongo, name).needed(now())),
    "posts of a title": (
        notifier.POSTING_INDEXES,
        lambda mongo, name: notifier.MongoPostReader(mongo, name).page(PostQuery(search="akta")),
    ),
    "remarks that wait": (notifier.POSTING_INDEXES, lambda mongo, name: notifier.MongoPostReader(mongo, name).open_remarks(now())),
    "lanes due": (notifier.INDEXES, lambda mongo, name: notifier.MongoLanes(mongo, name).due("whatsapp", now(), 5)),
    "oldest notice": (
        notifier.INDEXES,
        lambda mongo, name: notifier.MongoJobReader(mongo, name).oldest_open_seconds(Channel.WHATSAPP, now()),
    ),
    "requests of today": (
        intake.INDEXES,
        lambda mongo, name: MongoRequestReader(mongo, name, catalogue()).tally(since=now()),
    ),
    "requests on their way": (
        intake.INDEXES,
        lambda mongo, name: MongoRequestReader(mongo, name, catalogue()).count_states([RequestState.SUBMITTED]),
    ),
    "documents of today": (
        issuance.INDEXES,
        lambda mongo, name: issuance.MongoRegisterReader(mongo, name).tally(["kk", "kia"], since=now()),
    ),
    "messages of today": (
        notifier.INDEXES,
        lambda mongo, name: notifier.MongoJobReader(mongo, name).tally(since=now(), at=now()),
    ),
    "what stands at intake": (intake.INDEXES, lambda mongo, name: standing(mongo, name, intake_wiring.ACCOUNTS)),
    "chats that wait": (intake.INDEXES, lambda mongo, name: intake.MongoChatReader(mongo, name).counts("-", now())),
    "what stands at verification": (verification.INDEXES, lambda mongo, name: standing(mongo, name, verification.ACCOUNTS)),
    "tasks by their promise": (
        verification.INDEXES,
        lambda mongo, name: verification.MongoQueueReader(mongo, name).by_due(at=now(), day_ends=now()),
    ),
    "what stands at issuance": (issuance.INDEXES, lambda mongo, name: standing(mongo, name, (issuance_wiring.ACCOUNT,))),
    "what stands at the notifier": (notifier.INDEXES, lambda mongo, name: standing(mongo, name, (notifier_wiring.ACCOUNT,))),
    "posts that stand": (notifier.POSTING_INDEXES, lambda mongo, name: standing(mongo, name, (notifier_wiring.POSTS_ACCOUNT,))),
    "messages that were parked": (INDEXES, lambda mongo, name: ParkedMessages(mongo, name).count()),
    "events that were refused": (INDEXES, lambda mongo, name: Outbox(mongo, name).count_parked()),
    "events to send": (INDEXES, lambda mongo, name: Outbox(mongo, name).claim(5, 1)),
    "oldest event": (INDEXES, lambda mongo, name: Outbox(mongo, name).oldest_unsent_seconds()),
}


@pytest.mark.parametrize("asked", ASKED)
async def test_no_question_reads_a_whole_collection(asked: str, mongo: Mongo, keep_database: Callable[[str], str], mongo_url: str) -> None:
    indexes, ask = ASKED[asked]
    database = keep_database(" ".join(sorted(indexes)))
    await mongo.prepare(database, indexes)
    with MongoClient[dict[str, Any]](mongo_url) as client:
        room = client[database]
        room.command("profile", 2)
        await ask(mongo, database)
        room.command("profile", 0)
        plans = [
            (row["ns"].partition(".")[2], row["planSummary"]) for row in room["system.profile"].find({"planSummary": {"$exists": True}})
        ]
    assert plans, "nothing was asked"
    assert [plan for plan in plans if plan[1] == "COLLSCAN"] == []
