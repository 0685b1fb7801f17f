"""A task in rows of text: what an officer reads before a decision, and what changed where it is stale. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from services.verification.console.words import word
from shared.web.desk.words import day_words, masked_number, time_left

_NUMBERS: Final = frozenset({"nik", "kk_number"})
_GONE: Final = "tidak ada"
_KB: Final = 1024

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A line of the sheet. `key` says what it is about, so that two states of a task can be compared; `number`: it is masked."""

    section: str
    key: str
    label: str
    value: str
    number: bool = False

    def shown(self, *, opened: bool) -> str:
        """Return the value, masked unless the numbers are opened."""
        return masked_number(self.value) if self.number and not opened else self.value


@dataclass(frozen=True, slots=True)
class SheetChange:
    """What is not as it was when the officer looked."""

    label: str
    then: str
    now: str


def head(task: Json, officers: Mapping[str, str], at: datetime) -> str:
    """Return the state of a task in a line."""
    due = datetime.fromisoformat(task["due_at"])
    until = datetime.fromisoformat(task["claimed_until"]) if task["claimed_until"] else None
    held = f"dipegang {officers.get(task['claimed_by'], task['claimed_by'])} sampai {day_words(until, at)}" if until else ""
    ended = word("outcomes", task["outcome"]) if task["outcome"] else ""
    clock = "jam berhenti" if task["clock_stopped_at"] else "" if ended else f"{day_words(due, at)} ({time_left(due, at)})"
    return ", ".join(filter(None, (word("stages", task["stage"]), ended, held, clock, task["priority_name"])))


def rows(task: Json, reasons: Mapping[str, str]) -> tuple[SheetRow, ...]:
    """Return everything that is to be known of a task."""
    return (*_findings(task, reasons), *_notes(task), *_told(task), *_sender(task), *_requests(task), *_register(task), *_planned(task))


def changes(then: Json, now: Json, reasons: Mapping[str, str]) -> tuple[SheetChange, ...]:
    """Return what differs between two states of a task, with numbers masked."""
    before, after = ({row.key: row for row in rows(task, reasons)} for task in (then, now))
    found = []
    for key in (*after, *(key for key in before if key not in after)):
        old, new = before.get(key), after.get(key)
        if old is None or new is None or old.value != new.value:
            label = (new or old or SheetRow("", "", "", "")).label
            found.append(SheetChange(label, old.shown(opened=False) if old else _GONE, new.shown(opened=False) if new else _GONE))
    return tuple(found)


def place_of(task: Json, field: str | None) -> str:
    """Return what a finding is about, in words: a field of the form, a document, or a person of the register."""
    if field is None:
        return ""
    for request in task["requests"]:
        for answer in request["personal"]["answers"]:
            if answer["field"] == field:
                return str(answer["label"])
        for attachment in request["attachments"]:
            if field in (attachment["field"], f"answers.{attachment['field']}"):
                return str(attachment["name"])
    for number, family in enumerate(task["personal"]["registered"]):
        for place, member in enumerate(family["members"]):
            if field.startswith(f"registered[{number}].members[{place}]"):
                return str(member["name"])
    return field.removeprefix("answers.")


def _findings(task: Json, reasons: Mapping[str, str]) -> Iterator[SheetRow]:
    for finding in task["findings"]:
        text = reasons.get(finding["code"], finding["code"])
        about = place_of(task, finding["field"])
        yield SheetRow("Temuan", f"temuan {finding['code']} {finding['field']}", about or "permohonan", text)
    if not task["findings"]:
        yield SheetRow("Temuan", "temuan", "permohonan", "Pemeriksaan otomatis tidak menemukan yang salah.")
    if task["refused"]:
        yield SheetRow("Temuan", "batal", "putusan terakhir", f"Tidak jadi: {reasons.get(task['refused'], task['refused'])}")


def _notes(task: Json) -> Iterator[SheetRow]:
    labels = {"question": "Ditanyakan", "answer": "Jawaban warga", "handover_note": "Titipan petugas", "first_note": "Dari petugas pertama"}
    for name, label in labels.items():
        if task["personal"][name]:
            yield SheetRow("Catatan", name, label, task["personal"][name])


def _told(task: Json) -> Iterator[SheetRow]:
    ticket = task["ticket"]
    if ticket["visit_on"]:
        yield SheetRow("Catatan", "hari", "Hari yang ditetapkan", ticket["visit_on"])
    if ticket["counts_days"]:
        stage = "sudah dikabari" if ticket["told_at"] else "sudah dibaca" if ticket["read_at"] else "belum dibaca"
        yield SheetRow("Catatan", "tahap", "Tahap", f"{stage}{', perlu pemeriksaan lapangan' if ticket['needs_field'] else ''}")


def _sender(task: Json) -> Iterator[SheetRow]:
    identity = task["identity"]
    said = f"terbukti lewat {word('vouchers', identity['vouched_by'])}" if identity["proven"] else "belum terbukti orangnya"
    yield SheetRow("Pemohon", "pengirim", "Pengirim", said)
    for number, request in enumerate(task["requests"]):
        for who, label in (("applicant", "Pemohon"), ("subject", "Tentang")):
            person = request["personal"][who]
            if person and person["name"]:
                yield SheetRow("Pemohon", f"{who} {number}", label, person["name"])


def _requests(task: Json) -> Iterator[SheetRow]:
    for number, request in enumerate(task["requests"]):
        section = "Isian" if len(task["requests"]) == 1 else f"Isian {request['receipt']}"
        for answer in request["personal"]["answers"]:
            yield SheetRow(section, f"{number} {answer['field']}", answer["label"], answer["shown"], answer["type"] in _NUMBERS)
        for attachment in request["attachments"]:
            size = f"{attachment['media_type'].partition('/')[2].upper()}, {-(-attachment['size_bytes'] // _KB)} kB"
            yield SheetRow("Berkas", f"{number} {attachment['file_id']}", attachment["name"], size)
    decision = task["personal"]["decision"]
    for name in ("case_number", "decided_on", "final_on") if decision else ():
        yield SheetRow("Putusan pengadilan", f"putusan {name}", word("decision", name), str(decision.get(name) or _GONE))


def _register(task: Json) -> Iterator[SheetRow]:
    for family in task["personal"]["registered"]:
        section, key = "Menurut register", family["kk_number"]
        yield SheetRow(section, f"kk {key}", "Nomor KK", key, number=True)
        yield SheetRow(section, f"alamat {key}", "Alamat", f"{family['address']} RT {family['rt']} RW {family['rw']}")
        for member in family["members"]:
            born = date.fromisoformat(member["born_on"])
            said = f"{member['relation'].capitalize()}, lahir {born:%d-%m-%Y}, {member['marital'].lower()}"
            yield SheetRow(section, f"orang {member['nik']}", member["name"], said)
            yield SheetRow(section, f"nik {member['nik']}", "NIK", member["nik"], number=True)
        if family["pending"]:
            yield SheetRow(section, f"tunggu {key}", "Perhatian", "Keluarga ini menunggu dokumen dari permohonan lain.")


def _planned(task: Json) -> Iterator[SheetRow]:
    for document in task["personal"]["documents"]:
        yield SheetRow("Yang akan terbit", f"terbit {document['request_id']} {document['key']}", document["name"], document["holder_name"])
    if not task["personal"]["documents"]:
        yield SheetRow("Yang akan terbit", "terbit", "Dokumen", "tidak ada: belum bisa disetujui")
