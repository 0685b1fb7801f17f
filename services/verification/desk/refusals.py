"""Why an act on a task was refused, and what to do now: a sentence for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from services.verification.desk.work_words import OUTCOMES, clock_time, day_and_time, end_of
from services.verification.domain.task import Task
from services.verification.domain.task_parts import TaskStage
from shared.errors import AppError, DomainError
from shared.reference.reasons import reasons
from shared.web.desk import StaffMember

_SOMEBODY: Final = "petugas lain"  # an account that is there no more


@dataclass(frozen=True, slots=True)
class RefusedAct:
    """Why something was not done, and what to do now. `field`: of the form, where it belongs to one."""

    title: str
    text: str
    field: str = ""


_REFUSALS: Final[Mapping[str, RefusedAct]] = MappingProxyType(
    {
        "act_missing": RefusedAct("Pilih dulu putusannya.", "Setujui, kembalikan, tolak, atau tanya warga.", "putusan"),
        "reason_missing": RefusedAct(
            "Pilih paling sedikit satu alasan.", "Warga harus tahu apa yang perlu diperbaiki atau mengapa ditolak.", "alasan"
        ),
        "reason_unknown": RefusedAct("Alasan itu tidak ada di daftar.", "Pilih alasan dari daftar, lalu kirim lagi.", "alasan"),
        "reason_not_for_this": RefusedAct("Alasan itu bukan untuk putusan ini.", "Pilih alasan lain.", "alasan"),
        "reason_tells_register": RefusedAct(
            "Pengirim belum terbukti, jadi isi register tidak boleh disebut.",
            "Pakai alasan tentang bukti diri, atau pilih Sama bila wajahnya cocok.",
            "alasan",
        ),
        "faces_not_same": RefusedAct(
            "Cocokkan dulu wajahnya.",
            "Pilih Sama bila orangnya sama, lalu setujui. Bila beda atau tidak jelas, kembalikan, tolak, atau tanya warga.",
            "wajah",
        ),
        "link_not_grantable": RefusedAct(
            "Nomor HP tidak bisa dihubungkan.", "Hubungkan hanya bila ada swafoto, dan hanya saat menyetujui atau mengembalikan.", "wajah"
        ),
        "act_not_for_this": RefusedAct("Putusan itu bukan untuk layanan ini.", "Muat ulang lembar ini, lalu pilih lagi.", "putusan"),
        "note_missing": RefusedAct("Tulis dulu jawabannya.", "Warga harus tahu apa yang ditemukan atau dilakukan.", "catatan"),
        "telling_missing": RefusedAct("Tulis dulu kabarnya.", "Warga menerima kata-kata Anda apa adanya.", "catatan"),
        "telling_not_for_this": RefusedAct("Layanan ini tidak memakai kabar.", "Tanya warga, kembalikan, atau putuskan."),
        "field_not_for_this": RefusedAct("Layanan ini tidak menghitung pemeriksaan lapangan.", "Kosongkan centangnya."),
        "visit_malformed": RefusedAct("Hari itu belum terbaca.", "Pilih harinya dari kalender.", "hari"),
        "visit_not_for_this": RefusedAct("Untuk layanan ini tidak ada kunjungan.", "Kosongkan harinya.", "hari"),
        "visit_in_past": RefusedAct("Hari itu sudah lewat.", "Pilih hari ini atau sesudahnya.", "hari"),
        "visit_too_far": RefusedAct("Hari itu lebih dari setahun lagi.", "Periksa tahunnya.", "hari"),
        "visit_office_closed": RefusedAct("Kantor libur pada hari itu.", "Pilih hari kerja.", "hari"),
        "question_missing": RefusedAct("Tulis dulu pertanyaannya.", "Warga menerima kata-kata Anda apa adanya.", "catatan"),
        "cannot_ask": RefusedAct("Pengirim ini tidak bisa ditanya lewat chat.", "Kembalikan saja dengan alasannya."),
        "nothing_asked": RefusedAct("Tidak ada pertanyaan yang menunggu.", "Warga mungkin sudah menjawab; muat ulang lembar ini."),
        "question_of_another": RefusedAct("Itu pertanyaan petugas lain.", "Hanya yang bertanya, atau kepala seksi, yang bisa menariknya."),
        "task_not_claimed": RefusedAct(
            "Pekerjaan ini tidak lagi Anda pegang.", "Ambil lagi, periksa, lalu kirim. Tulisan Anda masih ada di sini."
        ),
        "task_closed": RefusedAct("Sudah diputuskan.", "Tidak ada lagi yang perlu dilakukan di sini."),
        "task_deciding": RefusedAct("Sudah diputuskan.", "Putusannya masih bisa dibatalkan beberapa detik oleh yang memutuskan."),
        "task_waiting": RefusedAct("Masih menunggu jawaban warga.", "Pekerjaan ini terbuka lagi begitu warga menjawab."),
        "second_approval_needed": RefusedAct("Sudah disetujui sekali.", "Persetujuan kedua diberikan kepala seksi."),
        "four_eyes": RefusedAct("Anda sudah menyetujuinya.", "Persetujuan kedua harus dari orang lain."),
        "too_many_claims": RefusedAct("Anda sudah memegang sebanyak batasnya.", "Putuskan atau lepas satu pekerjaan, lalu ambil lagi."),
        "registry_answer_unclear": RefusedAct(
            "Jawaban register tidak bisa dipahami.", "Minta admin memuat keluarga ini lagi ke register, lalu buka lagi lembar ini."
        ),
        "not_all_green": RefusedAct("Ada yang perlu dilihat.", "Buka dan putuskan sendiri."),
        "sample_unopened": RefusedAct(
            "Contohnya belum diperiksa.", "Buka dan periksa dulu yang bertanda contoh, lalu setujui bersama yang lain."
        ),
        "nothing_to_undo": RefusedAct("Tidak bisa dibatalkan lagi.", "Waktunya habis dan putusan sudah dikirim."),
        "colleague_unknown": RefusedAct("Rekan itu tidak bisa mengerjakannya.", "Pilih petugas aktif yang bertugas di wilayahnya."),
        "decision_of_another": RefusedAct("Itu putusan petugas lain.", "Hanya yang memutuskan yang bisa membatalkannya."),
    }
)


def refusal(error: AppError, officers: Mapping[str, str], at: datetime) -> RefusedAct:
    """Return what a refused act says: by whom and until when, where another officer is in the way."""
    about = error.about if isinstance(error, DomainError) else {}
    if error.code == "task_claimed":
        who = officers.get(about.get("claimed_by", ""), "Petugas lain")
        return RefusedAct(f"{who} sedang mengerjakannya.", f"Dipegang sampai {_until(about, at)}. Ambil yang lain, atau buka lagi nanti.")
    if error.code == "task_reserved":
        who = officers.get(about.get("reserved_for", ""), "petugas lain")
        return RefusedAct(
            f"Disimpan untuk {who}.",
            f"Petugas itu yang memeriksanya dulu. Sesudah {_until(about, at)} siapa saja boleh mengambilnya.",
        )
    known = reasons().get(error.code)
    fallback = RefusedAct("Belum bisa disetujui.", known.text if known else f"Kode: {error.code}. Beri tahu admin bila terulang.")
    return _REFUSALS.get(error.code, fallback)


def _until(about: Mapping[str, str], at: datetime) -> str:
    return day_and_time(datetime.fromisoformat(about["until"]), at) if about.get("until") else "nanti"


def locked_because(task: Task, officers: Mapping[str, str], member: StaffMember, at: datetime) -> str:
    """Return why nothing can be decided here by who looks at it, and what to do."""
    if task.stage is TaskStage.CLOSED:
        return f"Sudah {end_of(task, officers)}."
    if task.held is not None:
        who = officers.get(task.held.officer_id, _SOMEBODY)
        return f"Sudah {OUTCOMES[task.held.outcome]} oleh {who}; sebentar lagi dikirim."
    if task.question is not None:
        return "Menunggu jawaban warga. Jamnya berhenti; pekerjaan ini terbuka lagi begitu warga menjawab."
    if not member.may("tasks:decide"):
        return "Anda dapat melihat pekerjaan ini, tetapi tidak memutuskannya."
    return _held_by_another(task, officers, at)


def _held_by_another(task: Task, officers: Mapping[str, str], at: datetime) -> str:
    holder, reserved = task.claimant(at), task.reserved_for(at)
    if holder is not None and task.claim is not None:
        return f"{officers.get(holder, _SOMEBODY)} memegangnya sampai {clock_time(task.claim.until)}. Ambil pekerjaan lain."
    if reserved is not None and task.preferred_until is not None:
        return f"Disimpan untuk {officers.get(reserved, _SOMEBODY)} sampai {day_and_time(task.preferred_until, at)}."
    return "Menunggu persetujuan kedua dari kepala seksi."
