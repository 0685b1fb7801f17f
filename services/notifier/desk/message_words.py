"""Messages in words: how far one came, what kind it is, and what the filters offer."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from services.notifier.domain.facts import NoticeKind
from services.notifier.domain.job import OPEN, Job, JobState, Progress
from services.notifier.domain.outcome import WHATSAPP_CODES, Action
from shared.values import Channel
from shared.web.desk import State, Tone

_STATES: Final[Mapping[JobState, State]] = MappingProxyType(
    {
        JobState.READY: State("Antre", Tone.INFO, icon="clock"),
        JobState.RUNNING: State("Sedang dikirim", Tone.INFO, icon="send"),
        JobState.UNKNOWN: State("Belum pasti", Tone.WAIT, icon="help-circle"),
        JobState.HELD: State("Menunggu warga menulis", Tone.IDLE, icon="player-pause"),
        JobState.DONE: State("Selesai", Tone.GOOD, icon="check"),
        JobState.FAILED: State("Gagal", Tone.BAD, icon="alert-octagon"),
        JobState.DISCARDED: State("Dibuang", Tone.IDLE, icon="trash"),
    }
)
_PROGRESS: Final[Mapping[Progress, State]] = MappingProxyType(
    {
        Progress.SENT: State("Terkirim", Tone.GOOD, icon="check"),
        Progress.DELIVERED: State("Sampai", Tone.GOOD, icon="checks"),
        Progress.READ: State("Dibaca", Tone.GOOD, icon="eye-check"),
        Progress.FAILED: State("Ditolak penyedia", Tone.BAD, icon="alert-octagon"),
    }
)
KINDS: Final[Mapping[NoticeKind, str]] = MappingProxyType(
    {
        NoticeKind.REPLY: "Balasan percakapan",
        NoticeKind.RECEIVED: "Resi permohonan",
        NoticeKind.RECORDED: "Putusan dicatat",
        NoticeKind.RETURNED: "Permohonan dikembalikan",
        NoticeKind.REJECTED: "Permohonan ditolak",
        NoticeKind.DOCUMENT: "Dokumen",
        NoticeKind.SUPERSEDED: "Dokumen diganti",
        NoticeKind.REVOKED: "Dokumen dicabut",
        NoticeKind.VOIDED: "Dokumen batal",
        NoticeKind.QUESTION: "Pertanyaan petugas",
        NoticeKind.ANSWERED: "Jawaban petugas",
        NoticeKind.TOLD: "Kabar dari petugas",
        NoticeKind.VISIT_HOME: "Hari kunjungan ke rumah",
        NoticeKind.VISIT_OFFICE: "Hari datang ke kantor",
        NoticeKind.CARD_READY: "Kartu siap diambil",
        NoticeKind.BROADCAST: "Siaran",
    }
)
CHANNELS: Final[Mapping[Channel, str]] = MappingProxyType(
    {Channel.WHATSAPP: "WhatsApp", Channel.COURT: "Pengadilan", Channel.ADAPTER: "Saluran lain", Channel.DESK: "Desa"}
)
_OF_ACTION: Final[Mapping[Action, str]] = MappingProxyType(
    {
        Action.RETRY: "Penyedia sedang terganggu",
        Action.MEDIA: "Berkasnya ditolak penyedia",
        Action.SLOW_DOWN: "Penyedia minta lebih lambat",
        Action.MAINTENANCE: "Penyedia sedang dirawat",
        Action.DELAY_RECIPIENT: "Terlalu sering ke penerima ini",
        Action.USE_TEMPLATE: "Lebih dari 24 jam sejak warga menulis",
        Action.UNDELIVERABLE: "Nomor ini tidak bisa menerima WhatsApp",
        Action.STOP: "Penerima tidak mau menerima lagi",
        Action.PAUSE_SENDER: "Akun WhatsApp kantor bermasalah",
        Action.OUR_FAULT: "Penyedia menolak bentuk pesannya",
    }
)
_RESULTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "accepted": "Diterima penyedia",
        "connect_timeout": "Penyedia tidak terjangkau",
        "connect_error": "Penyedia tidak terjangkau",
        "answer_timeout": "Penyedia tidak menjawab",
        "answer_lost": "Jawaban penyedia terputus",
        "answer_unreadable": "Jawaban penyedia tidak terbaca",
        "reconciled_sent": "Ternyata sudah terkirim",
        "reconciled_not_sent": "Ternyata belum terkirim",
        "retried_by_hand": "Diulang petugas",
        "status_sent": "Terkirim menurut penyedia",
        "status_delivered": "Sampai menurut penyedia",
        "status_read": "Dibaca menurut penyedia",
        "address_lost": "Tidak dikirim: nomor ini sudah bukan milik pemohon. Hubungi pemohon dengan cara lain",
        "opted_out": "Tidak dikirim: orangnya tidak mau kabar lagi",
        "no_opt_in": "Tidak dikirim: orangnya belum setuju menerima kabar",
        "broadcast_stopped": "Tidak dikirim: siarannya dihentikan",
        "meta_131049": "WhatsApp membatasi kabar ke orang ini; coba lain hari",
        "meta_131050": "Orangnya menghentikan kabar dari kami di WhatsApp",
        "meta_130472": "WhatsApp tidak mengirim kabar ke orang ini",
        "court_unknown": "Alamat pengadilan belum diatur",
    }
)
FILTERS: Final[Mapping[str, tuple[str, tuple[JobState, ...]]]] = MappingProxyType(
    {
        "": ("Semua", ()),
        "antre": ("Dalam perjalanan", tuple(sorted(OPEN))),
        "menunggu": ("Menunggu warga", (JobState.HELD,)),
        "gagal": ("Gagal", (JobState.FAILED,)),
        "dibuang": ("Dibuang", (JobState.DISCARDED,)),
    }
)
"""What the URL says -> what people read, and the states that it means. Few messages are in any of them but the first."""


def state_of(job: Job) -> State:
    """Return how far a message came: what the provider said last, once it has it."""
    if job.state is JobState.DONE and job.progress in _PROGRESS:
        return _PROGRESS[job.progress]
    return _STATES[job.state]


def result_of(code: str) -> str:
    """Return what a try came to, in words; the code stays for whoever looks it up."""
    number = code.removeprefix("meta_")
    action = WHATSAPP_CODES.get(int(number)) if code.startswith("meta_") and number.isdigit() else None
    said = _RESULTS.get(code) or (_OF_ACTION.get(action) if action else None) or "Penyedia menolak"
    return said if code in _RESULTS else f"{said} ({code})"


def reference_of(job: Job) -> str:
    """Return what people know it by: receipt or number of a document; empty where it has none."""
    return job.reference or ""


def tally(found: Mapping[tuple[JobState, Progress], int]) -> list[tuple[State, int]]:
    """Return how many messages came how far, as their states are called; what there is none of is left out."""
    counted: dict[State, int] = {}
    for (state, progress), jobs in found.items():
        shown = _PROGRESS[progress] if state is JobState.DONE and progress in _PROGRESS else _STATES[state]
        counted[shown] = counted.get(shown, 0) + jobs
    return sorted(counted.items(), key=lambda each: -each[1])
