"""A restore that nobody waits for: into databases of its own, judged and dropped again. It proves a backup, and says how long it takes."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from deploy import mongodb
from deploy.admin.moments import ClusterTime
from deploy.admin.refusal import Refused
from deploy.admin.restoring import Backup, Restored, Tell, restore_databases
from deploy.admin.source import Client
from shared.clock import monotonic_seconds
from shared.messaging.admin import SERVICES
from shared.messaging.operations import accounting, audit_check
from shared.mongo import Mongo


@dataclass(frozen=True, slots=True)
class Drill:
    """What a drill found. `wrong`: a line for each thing that is not as it must be; none: the backup is good."""

    restored: Restored
    seconds: float
    files: int
    documents: int
    accepted: int
    to_send_again: int
    wrong: tuple[str, ...]


def drill(backup: Backup, client: Client, url: str, *, name: str = "", until: ClusterTime | None = None, tell: Tell) -> Drill:
    """Restore into databases of their own, judge them, and drop them whatever came of it.

    Raises:
        Refused: as `restore_databases`.
    """
    homes = {service: mongodb.DRILL + service for service in SERVICES}
    _drop(client, homes)
    try:
        began = monotonic_seconds()
        restored = restore_databases(backup, client, homes, name=name, until=until, tell=tell)
        seconds = monotonic_seconds() - began
        files, broken = _files(client, homes)
        documents, doubled = _numbers(client, homes)
        tallies, on_the_way, cut = asyncio.run(_books(url, homes))
        unbalanced = [f"{service}.{name}: {missing} hilang" for service, name, missing in tallies.missing]
        return Drill(restored, seconds, files, documents, tallies.accepted, on_the_way, (*broken, *doubled, *unbalanced, *cut))
    finally:
        _drop(client, homes)


@dataclass(frozen=True, slots=True)
class _Tallies:
    accepted: int
    missing: tuple[tuple[str, str, int], ...]


async def _books(url: str, homes: Mapping[str, str]) -> tuple[_Tallies, int, list[str]]:
    """Return the accounts of every service, how many messages the broker had, and which audit logs are not whole."""
    mongo = Mongo.connect_command(url, "drill")
    try:
        lines = [(service, name, tally) for service, home in homes.items() for name, tally in (await accounting.take(mongo, home)).items()]
        flows = await accounting.flows(mongo, homes)
        verdicts = await audit_check.check(mongo, homes, {})
    finally:
        await mongo.close()
    missing = tuple((service, name, tally.missing) for service, name, tally in lines if tally.missing)
    cut = [line for line in audit_check.lines(verdicts) if "BROKEN" in line]
    return _Tallies(sum(tally.accepted for _, _, tally in lines), missing), sum(flow.on_the_way for flow in flows), cut


def _files(client: Client, homes: Mapping[str, str]) -> tuple[int, list[str]]:
    """Read every stored file and hold it against its own hash; return how many, and which are damaged."""
    count, broken = 0, []
    for service, home in homes.items():
        names = client[home].list_collection_names()
        for bucket in sorted(name.removesuffix(".files") for name in names if name.endswith(".files")):
            for row in client[home][f"{bucket}.files"].find({}, {"metadata.sha256": 1, "length": 1}):
                count += 1
                digest, length = hashlib.sha256(), 0
                for chunk in client[home][f"{bucket}.chunks"].find({"files_id": row["_id"]}, {"data": 1}).sort("n", 1):
                    digest.update(chunk["data"])
                    length += len(chunk["data"])
                if (length, digest.hexdigest()) != (row["length"], row["metadata"]["sha256"]):
                    broken.append(f"{service}: berkas {row['_id']} rusak")
    return count, broken


def _numbers(client: Client, homes: Mapping[str, str]) -> tuple[int, list[str]]:
    """Return how many documents there are, and which of their numbers is there twice."""
    seen: set[tuple[str, int]] = set()
    twice = []
    for row in client[homes["issuance"]]["documents"].find({}, {"number": 1, "extract": 1}):
        number = (row["number"], row.get("extract", 1))
        if number in seen:
            twice.append(f"issuance: nomor {row['number']} ada dua kali")
        seen.add(number)
    return len(seen), twice


def _drop(client: Client, homes: Mapping[str, str]) -> None:
    for home in homes.values():
        client.drop_database(home)


def report(found: Drill) -> Iterator[str]:
    """Yield the result for people, a line each."""
    manifest = found.restored.manifest
    yield f"cadangan          {found.restored.name}"
    yield f"keadaan           {found.restored.until.at:%Y-%m-%d %H:%M:%S} UTC ({found.restored.changes} perubahan sesudah cadangan penuh)"
    yield f"baris             {manifest.rows} dalam {len(manifest.collections)} koleksi, jumlah dan sidiknya seperti waktu dibaca"
    yield f"berkas            {found.files}, masing-masing dengan sidik waktu disimpan"
    yield f"dokumen           {found.documents}, tidak ada nomor ganda"
    yield f"diterima          {found.accepted}, semua selesai, ditahan, atau di jalan; {found.to_send_again} pesan dikirim lagi"
    yield f"detik             {found.seconds:.1f}"
    yield from (f"SALAH             {line}" for line in found.wrong)
    yield "cadangan ini baik" if not found.wrong else Refused("drill_failed").sentence
