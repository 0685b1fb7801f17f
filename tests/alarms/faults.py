"""The faults: what is done, which alarms must ring of it, and how it is mended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import httpx

from deploy.local.chat import Chat
from deploy.local.travel import Travel
from shared.clock import now
from shared.ids import new_id
from tests.alarms.office import Office

Act = Callable[[Office], Awaitable[None]]


@dataclass(frozen=True)
class Fault:
    """One fault. `quiet`: of these the office gets no letter: what is only to be known, or the shadow of something larger."""

    word: str
    alarms: tuple[str, ...]
    make: Act
    mend: Act
    quiet: frozenset[str] = frozenset()


def limited(word: str, alarm: str, **limits: float) -> Fault:
    """A measured thing that another limit makes an alarm: the figure is real."""

    async def make(office: Office) -> None:
        office.limit(**limits)

    async def mend(office: Office) -> None:
        office.limit()

    return Fault(word, (alarm,), make, mend)


async def nothing(_office: Office) -> None:
    """Leave it as it is."""


async def _kill_issuance(office: Office) -> None:
    await office.kill("issuance")


async def _start_issuance(office: Office) -> None:
    await office.start("issuance")


async def _fill_queue(office: Office) -> None:
    await office.kill("issuance")
    office.limit(queue_messages=0)
    await asyncio.to_thread(office.publish, "issuance", "{}")


async def _empty_queue(office: Office) -> None:
    office.limit()
    await asyncio.to_thread(office.api.call, "DELETE", f"/api/queues/{office.vhost}/issuance/contents")
    await office.start("issuance")


async def _restart_notifier(office: Office) -> None:
    office.limit(down_restarts=0)
    await office.again("notifier")


async def _kill_database(office: Office) -> None:
    await office.kill_server("database", "node.pid")


async def _start_database(office: Office) -> None:
    await office.start_server("MongoDB")


async def _kill_broker(office: Office) -> None:
    await office.kill_server("broker", "node.pid")


async def _start_broker(office: Office) -> None:
    await office.start_server("RabbitMQ")


async def _refuse_database(office: Office) -> None:
    await office.kill("notifier")
    await asyncio.to_thread(office.set_password, "notifier", "another")
    await asyncio.to_thread(office.stack.start_part, "notifier")


async def _allow_database(office: Office) -> None:
    await asyncio.to_thread(office.set_password, "notifier")
    await office.again("notifier")


async def _turn_away(office: Office) -> None:
    await office.again("verification", MAX_REQUESTS_AT_ONCE="1")
    url, key = f"{office.stack.part('verification').url}/v1/tasks", office.stack.keys.clients["petugas-01"]
    async with httpx.AsyncClient(trust_env=False, headers={"Authorization": f"Bearer {key}"}) as http:
        await asyncio.gather(*(http.get(url) for _ in range(40)))


async def _let_all_in(office: Office) -> None:
    await office.again("verification")


async def _fill_disk(office: Office) -> None:
    await office.again("intake", STORAGE_LEAST_PERCENT="99.9")


async def _free_disk(office: Office) -> None:
    await office.again("intake")


async def _pause_register(office: Office) -> None:
    await _work_on_register(office, "pause", {"reason": "drill"})


async def _resume_register(office: Office) -> None:
    await _work_on_register(office, "resume", {})


async def _work_on_register(office: Office, act: str, body: dict[str, str]) -> None:
    key = office.stack.keys.clients["kepala-seksi-01"]
    url = f"{office.stack.part('verification').url}/v1/register/{act}"
    async with httpx.AsyncClient(trust_env=False) as http:
        (await http.post(url, json=body, headers={"Authorization": f"Bearer {key}"})).raise_for_status()


async def _unsent(office: Office) -> None:
    """The broker takes nothing, and a citizen asks: the event stays in the outbox."""
    office.limit(outbox_seconds=3)
    await _kill_broker(office)
    await _say(office, "halo")


async def _sent(office: Office) -> None:
    office.limit()
    await _start_broker(office)


async def _block_broker(office: Office) -> None:
    await asyncio.to_thread(office.ctl, "set_vm_memory_high_watermark", "0")


async def _unblock_broker(office: Office) -> None:
    await asyncio.to_thread(office.ctl, "set_vm_memory_high_watermark", "0.4")


async def _poison(office: Office) -> None:
    await asyncio.to_thread(office.publish, "intake", "{")


async def _discard(office: Office) -> None:
    said = await asyncio.to_thread(office.admin, "discard", "--all", "--note", "latihan alarm; petugas TIK")
    if "Traceback" in said:
        raise RuntimeError(said)


async def _refused_webhooks(office: Office) -> None:
    url = f"{office.stack.part('intake').url}/v1/webhooks/whatsapp"
    async with httpx.AsyncClient(trust_env=False) as http:
        for _ in range(8):
            await http.post(url, content=b"{}", headers={"X-Hub-Signature-256": "sha256=" + "0" * 64})


async def _guess(office: Office) -> None:
    url = f"{office.stack.part('verification').url}/v1/sessions"
    async with httpx.AsyncClient(trust_env=False) as http:
        for _ in range(6):
            await http.post(url, json={"login": "tidak-ada", "password": "salah sekali", "code": "000000"})


async def _say(office: Office, text: str) -> None:
    """A citizen writes."""
    async with Travel(office.places, lambda _who, _what: None) as travel:
        chat = await Chat.open(travel, "WARGA LATIHAN")
        await chat.type(text)


async def _order(office: Office, kind: str, count: int | None = None) -> None:
    """WhatsApp does something else from now on."""
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(f"{office.stack.part('whatsapp').url}/sim/faults", json={"kind": kind, "count": count})
        answer.raise_for_status()


async def _lift(office: Office) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        await http.delete(f"{office.stack.part('whatsapp').url}/sim/faults")


async def _pause_sender(office: Office) -> None:
    await _order(office, "unauthorized", 5)
    await _say(office, "halo")


async def _resume_sender(office: Office) -> None:
    await _lift(office)
    key = office.stack.keys.clients["admin-01"]
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(f"{office.stack.part('notifier').url}/v1/sender/resume", headers={"Authorization": f"Bearer {key}"})
        answer.raise_for_status()


async def _lose_answers(office: Office) -> None:
    """WhatsApp sends, and neither its answer nor what it tells afterwards arrives."""
    await _order(office, "timeout_after_success")
    await _order(office, "webhook_drop")
    await _say(office, "halo")


async def _fail_calls(office: Office) -> None:
    office.limit(calls_failed=2)
    await _order(office, "server_error")
    await _say(office, "halo")


async def _calls_work(office: Office) -> None:
    office.limit()
    await _lift(office)


async def _stand_still(office: Office) -> None:
    """Nothing is sent, and what is a long wait is a second."""
    await office.again("notifier", STUCK_SECONDS="1")
    await _order(office, "server_error")
    await _say(office, "halo")


async def _go_on(office: Office) -> None:
    await _lift(office)
    await office.again("notifier")


async def _wait_for_officer(office: Office) -> None:
    office.limit(chat_wait_seconds=0)
    await _say(office, "petugas")


async def _no_limit(office: Office) -> None:
    office.limit()


async def _change_queue(office: Office) -> None:
    await asyncio.to_thread(office.api.call, "DELETE", f"/api/policies/{office.vhost}/work.intake")
    await office.again("checks")


async def _apply_topology(office: Office) -> None:
    await asyncio.to_thread(office.admin, "topology", "apply")
    await office.again("checks")


async def _unbalance(office: Office) -> None:
    office.collection("intake", "requests").insert_one({"_id": "drill", "receipt": "drill", "state": "nowhere"})
    await office.again("checks")


async def _balance(office: Office) -> None:
    office.collection("intake", "requests").delete_one({"_id": "drill"})
    await office.again("checks")


async def _break_order(office: Office) -> None:
    at, row = now(), {"aggregate": "drill", "type": "intake.drill.v1", "body": b"", "state": "discarded"}
    for seq in (1, 3):
        office.collection("intake", "outbox").insert_one({**row, "_id": new_id(), "seq": seq, "created_at": at})
    await office.again("checks")


async def _mend_order(office: Office) -> None:
    office.collection("intake", "outbox").delete_many({"aggregate": "drill"})
    await office.again("checks")


async def _lose_number(office: Office) -> None:
    rows = office.collection("issuance", "documents")
    document = rows.find_one({"state": "issued"})
    rows.update_one({"_id": document["_id"]}, {"$set": {"number": f"{document['number']}-drill"}})
    await office.again("checks")


async def _find_number(office: Office) -> None:
    rows = office.collection("issuance", "documents")
    document = rows.find_one({"number": {"$regex": "-drill$"}})
    rows.update_one({"_id": document["_id"]}, {"$set": {"number": document["number"].removesuffix("-drill")}})
    await office.again("checks")


async def _change_audit(office: Office) -> None:
    rows = office.collection("verification", "audit")
    row = rows.find_one({}, sort=[("_id", 1)])
    rows.update_one({"_id": row["_id"]}, {"$set": {"about": f"{row['about']}-drill"}})
    await office.again("checks")


async def _mend_audit(office: Office) -> None:
    rows = office.collection("verification", "audit")
    row = rows.find_one({}, sort=[("_id", 1)])
    rows.update_one({"_id": row["_id"]}, {"$set": {"about": row["about"].removesuffix("-drill")}})
    await office.again("checks")


async def _overdue(office: Office) -> None:
    at = now() - timedelta(hours=1)
    task = {"_id": "drill", "request_id": "drill", "state": "open", "stage": "first", "service": "kk_hilang", "due_at": at, "place_at": at}
    office.collection("verification", "tasks").insert_one(task)


async def _not_overdue(office: Office) -> None:
    office.collection("verification", "tasks").delete_one({"_id": "drill"})


async def _close_mailbox(office: Office) -> None:
    office.box.is_closed = True
    office.limit(answer_seconds=0.000001)  # something to write about


async def _open_mailbox(office: Office) -> None:
    office.box.is_closed = False
    office.limit()


async def _stop_beating(office: Office) -> None:
    office.is_beating = False
    office.set_beat(now() - timedelta(minutes=10))


async def _beat(office: Office) -> None:
    office.is_beating = True


async def _begin_backups(office: Office) -> None:
    await asyncio.to_thread(office.begin_backups)


FAULTS: Final = (
    Fault("tidak ada cadangan yang berjalan", ("NoBackup",), nothing, _begin_backups),
    Fault("catatan perubahan MongoDB baru berumur menit", ("OplogShort",), nothing, nothing),
    Fault("dokumen ditandatangani sertifikat peragaan", ("DocumentsAreSamples",), nothing, nothing, frozenset({"DocumentsAreSamples"})),
    Fault("proses issuance dibunuh", ("ServiceDown", "QueueUnread"), _kill_issuance, _start_issuance),
    Fault("antrean menumpuk (konsumen mati)", ("QueueFills",), _fill_queue, _empty_queue),
    Fault("notifier mulai lagi", ("ServiceRestarts",), _restart_notifier, _no_limit),
    Fault(
        "MongoDB dibunuh",
        ("DatabaseAway", "NotReady", "CountFails"),
        _kill_database,
        _start_database,
        frozenset({"NotReady", "CountFails"}),
    ),
    Fault("kata sandi basis data notifier berbeda", ("DatabaseRefuses",), _refuse_database, _allow_database),
    Fault("RabbitMQ dibunuh", ("BrokerAway",), _kill_broker, _start_broker),
    Fault("memori RabbitMQ habis", ("BrokerBlocks",), _block_broker, _unblock_broker),
    Fault("kabar tidak terkirim", ("OutboxStands",), _unsent, _sent, frozenset({"OutboxStands"})),
    Fault(
        "pesan rusak atau palsu di antrean",
        ("WorkParked", "ParkedForADay", "DeadLetters", "MessageForged"),
        _poison,
        _discard,
        frozenset({"WorkParked"}),
    ),
    Fault("webhook bertanda tangan salah", ("WebhookRefused",), _refused_webhooks, nothing),
    Fault("kata sandi ditebak", ("PasswordsGuessed",), _guess, nothing),
    Fault("WhatsApp menolak kunci", ("SenderPaused",), _pause_sender, _resume_sender),
    Fault("jawaban WhatsApp hilang di jalan", ("EffectsUncertain",), _lose_answers, _lift),
    Fault("WhatsApp menjawab 500 (batas 2 panggilan)", ("CallsFail",), _fail_calls, _calls_work),
    Fault("kabar tertahan (batas 1 detik)", ("WorkLate",), _stand_still, _go_on),
    Fault("pekerjaan atas data penduduk dihentikan", ("RegisterPaused",), _pause_register, _resume_register),
    Fault("empat puluh permintaan sekaligus (batas 1)", ("TurnedAway",), _turn_away, _let_all_in),
    Fault("disk database (batas 99,9 % kosong)", ("NothingTakenIn",), _fill_disk, _free_disk),
    Fault("warga menunggu petugas", ("ChatsWait",), _wait_for_officer, _no_limit, frozenset({"ChatsWait"})),
    Fault("pekerjaan lewat janji", ("TasksOverdue",), _overdue, _not_overdue),
    Fault("kebijakan antrean dihapus", ("TopologyDiffers",), _change_queue, _apply_topology),
    Fault("permohonan dalam keadaan yang tidak ada", ("BooksUnbalanced",), _unbalance, _balance),
    Fault("nomor urut kabar hilang", ("OrderBroken",), _break_order, _mend_order),
    Fault("nomor tanpa dokumen", ("NumbersLost",), _lose_number, _find_number),
    Fault("baris jejak diubah", ("AuditBroken",), _change_audit, _mend_audit),
    Fault("watchdog diam", ("WatchdogSilent",), _stop_beating, _beat),
    limited("cadangan tertinggal (batas 0 detik)", "BackupOld", backup_copy_seconds=0),
    limited("cadangan penuh lama (batas 0 detik)", "FullBackupOld", backup_full_seconds=0),
    limited("sertifikat penanda tangan (batas 100.000 hari)", "CertificateEnds", certificate_signer_days=100_000),
    limited("sertifikat penanda tangan (batas 100.000 hari)", "CertificateOver", certificate_over_days=100_000),
    limited("basis data tertinggal (batas di bawah 0)", "DatabaseLags", database_lag_seconds=-1),
    limited("sambungan basis data (batas 0)", "DatabaseConnections", database_connections_ratio=0),
    limited("disk (peringatan di bawah 100 % kosong)", "DiskSoonFull", disk_soon_ratio=1.01),
    limited("disk (bahaya di bawah 100 % kosong)", "DiskFull", disk_full_ratio=1.01),
    limited("disk antrean (batas 1 EB kosong)", "BrokerDiskSoonFull", broker_disk_bytes=1e18),
    limited("jam (batas di bawah 0)", "ClockWrong", clock_seconds=-1),
    limited("pemeriksaan (batas 0 detik)", "ChecksSilent", check_seconds=0),
    limited("jawaban lambat (batas satu mikrodetik)", "SlowAnswers", answer_seconds=0.000001),
    Fault("server surel menolak", ("MailFails",), _close_mailbox, _open_mailbox, frozenset({"MailFails"})),
)
"""In this order: what is broken by one is whole before the next."""

UNTRIED: Final = {
    "ServiceMissing": "hanya di compose: container tidak ada dalam DNS",
    "MemoryNearLimit": "hanya di compose: batas memori container",
    "PersonalDataInLogs": "baris log yang salah tidak ada",
    "NobodyWrites": "sehari tanpa pesan",
    "DatabaseMemberDown": "hanya dengan tiga anggota",
    "ClocksDiffer": "jam mesin ini milik semua yang lain juga",
    "RetentionStopped": "jam mesin ini milik semua yang lain juga",
}
"""Alarms that the drill does not set off, and why; `tests/unit/watch` tries them with series."""
