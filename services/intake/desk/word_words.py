"""What the page of words says about a trial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from services.intake.domain.recognition import Recognition
from services.intake.domain.word_book import LONGEST, MOST_WORDS, Trial, WordRefusal

REFUSALS: Final[Mapping[WordRefusal, str]] = MappingProxyType(
    {
        WordRefusal.EMPTY: f"Tulis satu kata atau lebih yang ada artinya, paling sedikit 3 huruf dan paling banyak {LONGEST} huruf.",
        WordRefusal.NUMBERS: "Hapus angkanya: nomor warga tidak boleh tersimpan di sini, dan angka tidak membantu mesin memahami.",
        WordRefusal.COMMAND: "Kata ini sudah menjadi perintah percakapan atau nama layanan, sehingga artinya tidak bisa diubah di sini.",
        WordRefusal.ORDINARY: "Satu kata ini sudah dikenal dan dipakai dalam banyak kalimat. Tulis bersama kata lain yang khas.",
        WordRefusal.TWICE: "Kata ini sudah ada di daftar. Cabut dulu bila artinya ingin diganti.",
        WordRefusal.FULL: f"Daftar sudah berisi {MOST_WORDS} kata. Cabut yang tidak perlu lagi.",
        WordRefusal.KNOWN: "Mesin sudah memahami kata ini dengan arti itu, jadi tidak perlu ditambahkan.",
        WordRefusal.IN_VAIN: "Meskipun ditambahkan, mesin masih memahaminya sebagai hal lain. Pilih kata yang lebih khas.",
        WordRefusal.SEVERAL: "Kata yang sama artinya dengan kata lain hanya boleh satu kata. Untuk kalimat, pilih artinya.",
        WordRefusal.NO_WORD: "Kata pembandingnya belum dikenal mesin. Tulis kata yang sudah dipahami, misalnya hilang atau pindah.",
        WordRefusal.WORSE: "Kata ini tidak ditambahkan, karena kalimat berikut akan lebih buruk dipahami:",
    }
)


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One measure before and with a word, in percent."""

    name: str
    before: str
    after: str


def rows_of(trial: Trial) -> tuple[TrialRow, ...]:
    """Return what a word changes on the phrases that it was tried on; nothing where it was refused without a trial."""
    if trial.before is None or trial.after is None:
        return ()
    return (
        TrialRow("Langsung benar", _percent(trial.before, trial.before.right), _percent(trial.after, trial.after.right)),
        TrialRow("Benar atau ditawarkan", _percent(trial.before, trial.before.offered), _percent(trial.after, trial.after.offered)),
        TrialRow("Keliru", _percent(trial.before, trial.before.wrong), _percent(trial.after, trial.after.wrong)),
    )


def _percent(measured: Recognition, count: int) -> str:
    return f"{measured.share(count):.1f} %".replace(".", ",")
