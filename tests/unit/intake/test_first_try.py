"""What people write at a first try, and in the middle of a form: at least nine of ten messages get an answer that helps."""

from __future__ import annotations

import pytest

from services.intake.domain.chat import Conversation, StatusAsked
from tests.unit.intake.talks import begun, said, spoken, talk

AT_LEAST = 52
AT_FIRST = {
    "assalamualaikum": "menu",
    "p": "menu",
    "selamat pagi min": "menu",
    "halo kak mau tanya": "menu",
    "permisi pak, ini benar capil madiun?": "answers.help.privacy",
    "kk ilang pak pripun": "service_card",
    "mau urus akta kelahiran anak": "service_card",
    "kartu keluarga keselip waktu pindahan, nyari ga ketemu": "service_card",
    "pak saya mau rubah pekerjaan di kk dari pelajar jadi karyawan": "service_card",
    "mau pecah kk ikut istri": "service_card",
    "anak umur 3 tahun blm punya kartu": "counter_card",
    "bayar berapa pak kalau urus kk?": "answers.help.cost",
    "gratis ta?": "answers.help.cost",
    "jam buka kantor": "answers.help.hours",
    "buka hari sabtu?": "answers.help.hours",
    "alamat kantornya dimana": "answers.help.place",
    "nomer telpon kantor berapa": "answers.help.phone",
    "berapa lama jadinya kk": "answers.help.duration",
    "syarat kk hilang apa aja": "service_card",
    "bisa diwakilkan ibu saya?": "answers.help.proxy",
    "kk lama masih berlaku ga?": "answers.help.valid",
    "perlu legalisir ga kalau ada barcode": "in_person_spared",
    "barcode di kk itu buat apa": "answers.help.qr",
    "saya mau bicara dengan petugas": "officer_asked",
    "tulung nyambungne karo wong e": "officer_asked",
    "apa saja layanannya": "help",
    "terima kasih banyak pak": "answers.other.thanks",
    "matur nuwun": "answers.other.thanks",
    "hapus data saya": "erase",
    "batalkan permohonan saya": "nothing_to_cancel",
    "mau bikin paspor": "answers.other",
    "lambat banget pelayanannya": "answers.complaint",
    "saya dan istri mau pindah ke ponorogo": "counter_card",
    "nik saya tidak terdaftar di bpjs": "service_card",
    "ktp saya hilang dan kk juga hilang": "unsure",
    "cetak ktp dimana": "visit_card",
    "xyzzy": "not_understood",
}
"""Said to nobody yet -> the answer that helps: asked which one where two are meant, the menu where nothing is."""
IN_A_FORM = {
    "bayar berapa ya": "answers.help.cost",
    "kantornya dimana": "answers.help.place",
    "maaf salah chat": "answers.other.wrong",
    "sebentar pak saya cari dulu": "answers.other.wait",
    "gak tau nomernya": "help_question",
    "kok minta nik buat apa?": "answers.help.why",
    "ganti akta lahir aja": "other_wish",
    "batal": "cancelled",
    "kembali": "nothing_back",
    "saya bingung": "help_question",
    "tolong ulangi": "repeated",
    "petugas": "officer_asked",
    "makasih": "resume",
    "syarat akta kelahiran": "service_card",
    "jam berapa tutupnya pak": "answers.help.hours",
    "nik niku napa nggih": "help_question",
}
"""Said where the form of a lost card asks for the NIK -> the answer that helps."""
STATUS = "permohonan saya sampai mana"


def test_nine_of_ten_are_answered_usefully() -> None:
    answered = {text: (wanted, said(talk(Conversation("c-1"), text)[1])) for text, wanted in AT_FIRST.items()}
    answered |= {f"(form) {text}": (wanted, said(talk(begun("kk_hilang"), text)[1])) for text, wanted in IN_A_FORM.items()}
    asked_for = talk(Conversation("c-1"), STATUS)[1]
    useful = [text for text, (wanted, got) in answered.items() if wanted in got]
    useful += [STATUS] if any(isinstance(fact, StatusAsked) for fact in asked_for) else []
    missed = {text: both for text, both in answered.items() if text not in useful}
    assert len(answered) + 1 == len(AT_FIRST) + len(IN_A_FORM) + 1 == 54
    assert len(useful) >= AT_LEAST, missed
    print(f"{len(useful)} of 54; the others: {missed}")  # noqa: T201 - the table, where somebody asks for it (-s)


@pytest.mark.parametrize("asked", ["kok minta nik buat apa?", "nik niku napa nggih", "buat apa nik saya", "kenapa harus minta nik saya"])
def test_a_question_about_what_is_asked_says_why_and_what_it_is_and_asks_again(asked: str) -> None:
    conversation, facts = talk(begun("kk_hilang"), asked)
    told = spoken(facts)
    assert "supaya dokumennya tidak keliru orang" in told
    assert "16 angka di bagian atas KTP-el" in told
    assert told.endswith("lihat KTP).")
    assert conversation.draft == begun("kk_hilang").draft


def test_a_question_about_another_thing_than_the_open_one_is_answered_beside_it() -> None:
    _, facts = talk(begun("kk_hilang"), "nomor kk itu apa")
    assert said(facts)[0] == "answers.help.kk_number"
    assert said(facts)[-1] == "kk_hilang.nik.ask"
