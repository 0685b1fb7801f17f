"""Posts in words: their states, why one stopped and what to do, what is wrong with a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from services.notifier.domain.posting.accounts import Platform
from services.notifier.domain.posting.effect import STOPPED, EffectKind, EffectState, PostEffect
from services.notifier.domain.posting.measure import Counts
from services.notifier.domain.posting.post import PostState, SocialPost
from services.notifier.domain.posting.remark import Remark, RemarkState
from shared.reference.outreach import outreach_lists
from shared.web.desk import State, Tone
from shared.web.storage_gate import STORAGE_LOW

STATES: Final[Mapping[PostState, State]] = MappingProxyType(
    {
        PostState.PROPOSED: State("Menunggu persetujuan", Tone.WAIT, icon="clock"),
        PostState.RETURNED: State("Dikembalikan", Tone.WAIT, icon="arrow-left"),
        PostState.APPROVED: State("Disetujui", Tone.GOOD, icon="check"),
        PostState.CANCELLED: State("Dibatalkan", Tone.IDLE, icon="x"),
    }
)
EFFECTS: Final[Mapping[EffectState, State]] = MappingProxyType(
    {
        EffectState.BY_HAND: State("Diposting dengan tangan", Tone.WAIT, icon="pencil"),
        EffectState.READY: State("Terjadwal", Tone.INFO, icon="clock"),
        EffectState.RUNNING: State("Sedang diterbitkan", Tone.INFO, icon="send"),
        EffectState.UNKNOWN: State("Sedang dipastikan", Tone.WAIT, icon="help-circle"),
        EffectState.DONE: State("Terbit", Tone.GOOD, icon="check"),
        EffectState.REFUSED: State("Ditolak", Tone.BAD, icon="alert-octagon"),
        EffectState.FLAGGED: State("Perlu dilihat", Tone.BAD, icon="alert-triangle"),
        EffectState.CANCELLED: State("Dibatalkan", Tone.IDLE, icon="x"),
    }
)
EFFECT_KINDS: Final[Mapping[EffectKind, str]] = MappingProxyType({EffectKind.POST: "Posting", EffectKind.ANSWER: "Jawaban komentar"})
_MOST_TELLING: Final = (
    *(EffectState.FLAGGED, EffectState.REFUSED, EffectState.UNKNOWN, EffectState.BY_HAND),
    *(EffectState.RUNNING, EffectState.READY, EffectState.DONE, EffectState.CANCELLED),
)
REMARKS: Final[Mapping[RemarkState, State]] = MappingProxyType(
    {
        RemarkState.OPEN: State("Menunggu jawaban", Tone.WAIT, icon="clock"),
        RemarkState.ANSWERED: State("Dijawab", Tone.GOOD, icon="check"),
        RemarkState.CLOSED: State("Ditutup", Tone.IDLE, icon="x"),
        RemarkState.SILENT: State("Tidak bertanya", Tone.IDLE, icon="message"),
    }
)
ANSWERS: Final[Mapping[EffectState, State]] = MappingProxyType(
    {
        **EFFECTS,
        EffectState.READY: State("Antre", Tone.INFO, icon="clock"),
        EffectState.DONE: State("Terkirim", Tone.GOOD, icon="check"),
        EffectState.REFUSED: State("Jawaban ditolak", Tone.BAD, icon="alert-octagon"),
    }
)
COUNTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "reach": "Jangkauan",
        "views": "Tayangan",
        "likes": "Suka",
        "comments": "Komentar",
        "shares": "Dibagikan",
        "saves": "Disimpan",
    }
)
_REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "meta_190": "Kunci akun tidak berlaku lagi. Minta admin memasang kunci baru, lalu coba lagi.",
        "meta_102": "Kunci akun tidak berlaku lagi. Minta admin memasang kunci baru, lalu coba lagi.",
        "meta_10": "Aplikasi kantor tidak diizinkan menerbitkan di akun ini. Minta admin memeriksa izinnya.",
        "meta_10_2018278": "Sudah lewat 24 jam sejak orang itu menulis: Meta tidak mengizinkan jawaban lagi.",
        "meta_200": "Aplikasi kantor tidak diizinkan menerbitkan di akun ini. Minta admin memeriksa izinnya.",
        "meta_25": "Akun Instagram sedang dibatasi. Masuk ke aplikasinya dan ikuti yang diminta, lalu coba lagi.",
        "meta_368": "Meta membatasi akun karena kegiatannya dianggap melanggar aturan. Buka aplikasinya untuk melihat sebabnya.",
        "meta_4_2207051": "Instagram menganggapnya spam. Ubah isinya, atau tunggu sehari.",
        "meta_4": "Terlalu banyak permintaan ke Meta. Dilanjutkan sendiri nanti.",
        "meta_9": "Batas kiriman Instagram dalam 24 jam sudah tercapai. Dilanjutkan sendiri nanti.",
        "limit_of_the_day": "Batas kiriman Instagram dalam 24 jam sudah tercapai. Dilanjutkan sendiri nanti.",
        "not_ready_yet": "Instagram sedang mengambil gambarnya.",
        "meta_9007": "Instagram sedang mengambil gambarnya.",
        "meta_9004": "Gambarnya tidak bisa diambil dari situs kantor. Minta admin memeriksa alamat publiknya.",
        "meta_36000": "Gambarnya ditolak: terlalu besar atau tidak bisa dibaca.",
        "meta_36000_2207004": "Gambarnya terlalu besar, paling banyak 8 MB.",
        "meta_36001": "Bentuk berkas gambarnya tidak diterima.",
        "meta_36003": "Perbandingan sisi gambarnya tidak diterima Instagram: antara 4:5 dan 1,91:1.",
        "meta_36004": "Teksnya terlalu panjang untuk Instagram.",
        "meta_100": "Ada isian yang tidak diterima Meta. Periksa teks dan gambarnya.",
        "account_unknown": "Akunnya sudah tidak terdaftar di pengaturan.",
        "post_changed": "Isinya diubah ketika akan diterbitkan.",
        "nobody_can_say": "Tidak bisa dipastikan apakah sudah terbit. Buka akunnya dan lihat.",
        "container_gone": "Persiapan di Instagram kedaluwarsa; disiapkan lagi.",
        "meta_506": "Meta menganggapnya sama dengan kiriman yang sudah ada. Lihat akunnya, atau ubah teksnya.",
        "container_stuck": "Instagram tidak selesai mengambil gambarnya; disiapkan lagi.",
        "worker_lost": "Terputus di tengah penerbitan; akunnya sedang ditanya.",
        "looked_not_there": "Akunnya sudah ditanya: belum terbit, dicoba lagi.",
        "looked_there": "Akunnya sudah ditanya: sudah terbit.",
        "retried_by_hand": "Dicoba lagi oleh petugas.",
        "by_hand": "Diposting dengan tangan.",
        "accepted": "",
    }
)
_PROBLEMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "title_missing": "Beri judul, supaya mudah dicari.",
        "text_missing": "Tulis teksnya.",
        "account_missing": "Pilih setidaknya satu akun.",
        "account_unknown": "Ada akun yang tidak dikenal.",
        "source_malformed": "Kode sumber untuk {detail} belum benar. Contoh: K7Q. Kodenya ada di halaman Sumber.",
        "picture_missing": "{detail} tidak menerima kiriman tanpa gambar.",
        "alt_missing": "Setiap gambar perlu dijelaskan dengan kata, untuk orang yang tidak melihatnya.",
        "too_many_pictures": "Gambarnya terlalu banyak: paling banyak {detail}.",
        "time_past": "Waktunya sudah lewat. Kosongkan bila ingin terbit begitu disetujui.",
        "time_too_far": "Waktunya terlalu jauh, paling jauh 400 hari.",
        "time_wrong": "Waktunya tidak terbaca.",
        "text_too_long": "Teksnya terlalu panjang untuk {detail} karakter, termasuk ajakan ke WhatsApp.",
        "too_many_hashtags": "Tagarnya terlalu banyak untuk {detail} tagar.",
        "picture_shape": "Gambarnya terlalu tinggi atau terlalu lebar untuk {detail}: antara 4:5 dan 1,91:1.",
        STORAGE_LOW: "Penyimpanan hampir penuh: gambar baru belum diterima. Beri tahu petugas TIK, lalu ulangi.",
        "file_too_large": "Gambarnya terlalu besar, paling banyak 8 MB.",
        "file_empty": "Berkasnya kosong.",
        "media_type_not_accepted": "Yang bisa diunggah hanya gambar JPEG atau PNG.",
        "file_damaged": "Gambarnya tidak bisa dibuka.",
        "picture_too_large": "Gambarnya terlalu besar, paling banyak 40 juta titik.",
        "file_not_found": "Gambar yang tadi diunggah sudah tidak ada. Unggah lagi.",
        "piece_not_found": "Karya itu tidak ada.",
        "piece_over": "Sumber karya itu sudah diakhiri. Buat karya yang baru.",
        "pieces_unavailable": "Karya sedang tidak bisa diambil. Coba lagi sebentar.",
        "second_person_needed": "Disetujui oleh orang lain, bukan oleh penulisnya.",
        "post_mended_meanwhile": "Rekan baru saja mengubah posting ini. Lihat dulu yang baru, lalu simpan bila perlu.",
        "post_changed": "Isinya baru saja diubah. Baca sekali lagi sebelum menyetujui.",
        "post_not_proposed": "Posting ini tidak sedang menunggu persetujuan.",
        "post_cancelled": "Posting ini sudah dibatalkan.",
        "post_published": "Posting ini sudah terbit di semua akun. Buat yang baru.",
        "post_in_flight": "Sedang diterbitkan, atau perlu dilihat dulu di akunnya.",
        "post_not_approved": "Perlu disetujui lagi lebih dulu.",
        "note_missing": "Tulis apa yang perlu diperbaiki.",
        "effect_not_stopped": "Sudah berjalan lagi.",
        "effect_not_by_hand": "Sudah tercatat terbit.",
        "effect_not_published": "Belum terbit, jadi belum ada angkanya.",
        "link_wrong": "Itu bukan tautan ke sebuah kiriman. Salin alamatnya dari tombol Bagikan.",
        "link_foreign": "Tautan itu bukan ke akun ini.",
        "count_missing": "Isi setidaknya satu angka.",
        "count_wrong": "Ada angka yang tidak mungkin.",
        "remark_not_open": "Sudah dijawab atau ditutup.",
        "remark_taken": "Sedang dipegang {detail}.",
        "answer_missing": "Tulis jawabannya.",
        "answer_too_long": "Jawabannya terlalu panjang, paling banyak {detail} karakter.",
    }
)


@dataclass(frozen=True, slots=True)
class NumberLine:
    """A number of a post as people read it; None: not told."""

    name: str
    word: str
    number: int | None


def platform(code: Platform) -> str:
    """Return what a platform is called."""
    return outreach_lists().channels[code.value]


def reason(code: str | None) -> str:
    """Return why it is so, and what to do; "" where nothing has to be said."""
    if not code:
        return ""
    if code in _REASONS:
        return _REASONS[code]
    if code.startswith("meta_2") and len(code) == len("meta_200"):
        return _REASONS["meta_200"]
    general = "_".join(code.split("_")[:2])
    return _REASONS.get(general) or f"Ditolak penyedia atau sambungannya terputus ({code})."


def problem_of(code: str, detail: str = "") -> str:
    """Return what is wrong, and what to do."""
    return _PROBLEMS.get(code, "Tidak bisa dilakukan sekarang.").format(detail=detail)


def numbers(counts: Counts | None) -> list[NumberLine]:
    """Return the numbers in their order."""
    return [NumberLine(name, word, getattr(counts, name) if counts else None) for name, word in COUNTS.items()]


def state_on(post: SocialPost, account: str, effects: Sequence[PostEffect]) -> State:
    """Return the state of a post on an account: that of its effect, or of its plan where there is none yet."""
    found = next((effect for effect in effects if effect.account == account), None)
    return STATES[post.state] if found is None or is_planned_anew(post, found) else EFFECTS[found.state]


def state_of(post: SocialPost, effects: Sequence[PostEffect]) -> State:
    """Return the state of a post in one word: what stopped first, then what is under way; published only where it is so everywhere."""
    found = [effect for effect in effects if not is_planned_anew(post, effect)]
    if not found or post.state is PostState.CANCELLED:
        return STATES[post.state]
    return EFFECTS[min((effect.state for effect in found), key=_MOST_TELLING.index)]


def remark_state(remark: Remark, answer: PostEffect | None) -> State:
    """Return the state of what somebody wrote: that of its answer, where that stopped."""
    return ANSWERS[answer.state] if answer is not None and answer.state in STOPPED else REMARKS[remark.state]


def is_planned_anew(post: SocialPost, effect: PostEffect) -> bool:
    """Return whether the post was mended since, so that what became of it before says nothing any more."""
    return effect.state is EffectState.CANCELLED and post.state in (PostState.PROPOSED, PostState.RETURNED)
