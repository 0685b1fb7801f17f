"""Messages in words: how far one came, what kind it is, and what the filters offer."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from services.notifier.domain.facts import NoticeKind
from services.notifier.domain.job import OPEN, Job, JobState, Progress
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
        NoticeKind.RETURNED: "Permohonan dikembalikan",
        NoticeKind.REJECTED: "Permohonan ditolak",
        NoticeKind.DOCUMENT: "Dokumen",
        NoticeKind.SUPERSEDED: "Dokumen diganti",
        NoticeKind.REVOKED: "Dokumen dicabut",
    }
)
CHANNELS: Final[Mapping[Channel, str]] = MappingProxyType(
    {Channel.WHATSAPP: "WhatsApp", Channel.COURT: "Pengadilan", Channel.ADAPTER: "Saluran lain", Channel.DESK: "Desa"}
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


def reference_of(job: Job) -> str:
    """Return what people know it by: receipt or number of a document; empty where it has none."""
    return next((ref for ref in job.refs if ref.startswith("MDN-") or ref[:5] == "3519-"), "")
