"""Tasks in words: what was found, how much time is left, where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from services.verification.desk import unclear_words
from services.verification.domain.finding import Finding
from services.verification.domain.identity import IDENTITY_UNPROVEN
from services.verification.domain.policy import OFFICER_REQUIRED
from services.verification.domain.priority import COURT, ELDERLY, URGENT
from services.verification.domain.service_clock import Lateness
from services.verification.domain.task import Task
from services.verification.domain.task_parts import Outcome, TaskStage
from services.verification.domain.unclear import UNCLEAR
from shared.clock import WIB
from shared.reference.catalogue import Catalogue
from shared.reference.decision_kinds import decision_kinds
from shared.reference.labels import field_label
from shared.reference.reasons import reasons
from shared.reference.regions import find_village
from shared.web.desk import State, Tone
from shared.web.desk.words import proper as proper
from shared.web.desk.words import short_moment, time_left

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
CHANNELS: Final[Mapping[str, str]] = MappingProxyType(
    {"whatsapp": "WhatsApp", "court": "pengadilan", "adapter": "saluran lain", "desk": "registrar desa"}
)
_FOR_OFFICERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "answer_awaited": "Warga menunggu jawaban dengan kata-kata. Tidak ada dokumen yang terbit.",
        "visit_awaited": "Warga tidak dapat datang dan minta didatangi. Tetapkan harinya; warga dikabari sendiri.",
        "biometrics_needed": "Undang orangnya dan cari sidik jarinya dulu, supaya tidak mendapat NIK kedua. Tetapkan harinya di bawah.",
        "person_perhaps_registered": "Ada orang yang lahir pada hari yang sama dengan nama atau ibu yang mirip. Bandingkan dulu.",
        IDENTITY_UNPROVEN: "Pengirim belum terbukti orangnya. Cocokkan swafoto dengan foto KTP.",
        OFFICER_REQUIRED: "Layanan ini selalu diperiksa petugas. Pemeriksaan otomatis tidak menemukan yang salah.",
        "repeated_recently": "Hal yang sama baru saja diminta.",
        UNCLEAR: "Jawaban register di bagian ini tidak bisa dipahami.",
        "register_change_pending": "Keluarga ini masih menunggu dokumen dari permohonan lain terbit.",
        "attachment_missing": "Berkas ini belum dikirim.",
        "answer_missing": "Pertanyaan ini belum dijawab.",
        "nik_not_in_kk": "NIK tidak tercatat di dalam KK tersebut.",
        "kk_number_differs": "Nomor KK bukan KK tempat NIK ini tercatat.",
    }
)
"""What officers read where the citizen's sentence would not say it to them."""
_PLACES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "applicant.name": "Nama pemohon",
        "decision": "Putusan pengadilan",
        "decision.court_code": "Pengadilan",
        "decision.kind": "Jenis perkara",
    }
)


def place_label(service: str, name: str, catalogue: Catalogue) -> str:
    """Return what a field is called, of a form, a document of it or a court's decision."""
    if name in _PLACES:
        return _PLACES[name]
    owner, _, rest = name.partition(".")
    if owner == "decision":
        return _decision_label(service, rest)
    if owner.startswith("unclear["):
        return f"Register: {unclear_words.label(rest)}"
    return field_label(service, rest) or _document_label(service, rest, catalogue) or rest


def kind_name(kind: str) -> str:
    """Return what a kind of decision is called amid a sentence."""
    known = decision_kinds().get(kind)
    return known.name.lower() if known else kind


def _decision_label(service: str, path: str) -> str:
    kinds = [kind for kind in decision_kinds().values() if kind.service == service]
    found = (label for kind in kinds if (label := kind.label(path)) != path)
    return next(found, path)


def _document_label(service: str, name: str, catalogue: Catalogue) -> str | None:
    known = catalogue.find(service)
    found = next((field for field in known.form.fields if field.name == name and field.is_document), None) if known else None
    return catalogue.attachment_name(found.any_of[0] if found else name) if found or name in catalogue.attachments else None


def finding_text(finding: Finding) -> str:
    """Return a finding in a sentence for officers; one without a sentence says its code, so that it can be asked about."""
    known = reasons().get(finding.code)
    return _FOR_OFFICERS.get(finding.code) or (known.text if known else f"Temuan tanpa kalimat: {finding.code}.")


_WAITING: Final = State("Menunggu warga", Tone.IDLE, icon="player-pause")
_DECIDED: Final = State("Diputuskan", Tone.INFO, icon="check")
_REFUSED: Final = State("Keputusan batal, periksa lagi", Tone.BAD, icon="alert-octagon")
_SECOND: Final = State("Persetujuan kedua", Tone.INFO, icon="users-group")
_ANSWERED: Final = State("Dijawab warga", Tone.INFO, icon="message-reply")
_MENDED: Final = State("Perbaikan dari warga", Tone.INFO, icon="corner-down-left")
_ENDS: Final[Mapping[Outcome, State]] = MappingProxyType(
    {
        Outcome.APPROVED: State("Disetujui", Tone.GOOD, icon="circle-check"),
        Outcome.RETURNED: State("Dikembalikan", Tone.WAIT, icon="corner-down-left"),
        Outcome.REJECTED: State("Ditolak", Tone.BAD, icon="ban"),
        Outcome.ANSWERED: State("Dijawab", Tone.GOOD, icon="send"),
    }
)
_KEPT: Final = State("dalam janji", Tone.GOOD, icon="clock")
_BROKEN: Final = State("lewat janji", Tone.BAD, icon="clock-exclamation")
_GREEN: Final = State("Semua cocok", Tone.GOOD, icon="circle-check")


def found_state(task: Task, at: datetime) -> State:
    """Return what is to be known of a task before it is opened."""
    if task.outcome is not None:
        return _ENDS[task.outcome]
    known = (
        (task.stage is TaskStage.WAITING, _WAITING),
        (task.stage is TaskStage.DECIDING, _DECIDED),
        (task.refused is not None, _REFUSED),
        (task.stage is TaskStage.SECOND, _SECOND),
        (task.answer is not None, _ANSWERED),
        (task.reserved_for(at) is not None, _MENDED),
    )
    said = next((state for holds, state in known if holds), None)
    count = sum(finding.is_failure and finding.code != OFFICER_REQUIRED for finding in task.reasons)
    if said is not None or not count:
        return said or _GREEN
    return State(f"{count} perlu dilihat", Tone.WAIT, icon="alert-triangle")


def due_state(task: Task, at: datetime) -> State:
    """Return the time that is left, in words."""
    clock = task.clock
    if task.closed_at is not None:
        return _BROKEN if task.closed_at > clock.due_at else _KEPT
    if clock.stopped_at is not None:
        return State("jam berhenti", Tone.IDLE, icon="player-pause")
    if clock.is_overdue(at):
        return State(time_left(clock.due_at, at), Tone.BAD, icon="clock-exclamation")
    if clock.lateness(at) is Lateness.AMBER:
        return State(time_left(clock.due_at, at), Tone.WAIT, icon="clock")
    return State(day_and_time(clock.due_at, at), Tone.GOOD, icon="clock")


def day_and_time(moment: datetime, at: datetime) -> str:
    """Return `hari ini 15.00`, `besok 08.30` or `26 Nov 09.00`."""
    local, today = moment.astimezone(WIB), at.astimezone(WIB).date()
    named = {today: "hari ini", today + timedelta(days=1): "besok"}.get(local.date())
    return f"{named} {local:%H.%M}" if named else short_moment(moment, at)


_PRIORITIES: Final[Mapping[str, State]] = MappingProxyType(
    {
        COURT: State("Pengadilan", Tone.COURT, icon="gavel"),
        URGENT: State("Mendesak", Tone.BAD, icon="heart-handshake"),
        ELDERLY: State("Lansia", Tone.INFO, icon="heart-handshake"),
    }
)


def priority_state(task: Task) -> State | None:
    """Return why a task comes earlier than others; None where it does not."""
    return _PRIORITIES.get(task.place.priority)


def place_name(areas: tuple[str, ...]) -> str:
    """Return `Kaibon, Geger` of the codes of a district and a village."""
    village = find_village(areas[-1]) if areas else None
    return f"{village.name}, {village.district.name}" if village else "di luar data"


def day(on: date) -> str:
    """Return `9 Nov 2026`."""
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


def clock_time(moment: datetime) -> str:
    """Return `10.12`."""
    return f"{moment.astimezone(WIB):%H.%M}"


OUTCOMES: Final[Mapping[Outcome, str]] = MappingProxyType(
    {
        Outcome.APPROVED: "disetujui",
        Outcome.RETURNED: "dikembalikan",
        Outcome.REJECTED: "ditolak",
        Outcome.ANSWERED: "dijawab",
    }
)


def end_of(task: Task, officers: Mapping[str, str]) -> str:
    """Return what became of another request."""
    if task.outcome is None:
        return "masih diperiksa" if task.stage is not TaskStage.WAITING else "menunggu jawaban warga"
    return f"{OUTCOMES[task.outcome]} oleh {officers.get(task.closed_by or '', 'petugas')}"
