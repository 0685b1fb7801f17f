import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.forms import ServiceMenu
from services.intake.domain.words import Meaning, plain
from services.intake.wiring import TEMPLATES, read_vocabulary
from shared.reference.catalogue import Offer, catalogue
from shared.values import Receipt

DESK = ServiceMenu.of(catalogue(), ("kk_hilang",))
WORDS = read_vocabulary(TEMPLATES / "words.toml", DESK)
RECEIPT = Receipt.from_body("7K4Q9F2")


@pytest.mark.parametrize(
    ("text", "meaning", "service"),
    [
        ("Halo", Meaning.GREETING, ""),
        ("  ASSALAMU'ALAIKUM!! ", Meaning.GREETING, ""),
        ("Assalamualaikum", Meaning.GREETING, ""),
        ("BATAL.", Meaning.CANCEL, ""),
        ("Ya", Meaning.CONFIRM, ""),
        ("menu", Meaning.MENU, ""),
        ("Status?", Meaning.STATUS, ""),
        ("1", Meaning.SERVICE, "kk_hilang"),
        ("1.", Meaning.SERVICE, "kk_hilang"),
        ("*1*", Meaning.SERVICE, "kk_hilang"),
        ("no. 1", Meaning.SERVICE, "kk_hilang"),
        ("Pilih nomor 1", Meaning.SERVICE, "kk_hilang"),
        ("anak saya umur 1 tahun", Meaning.ANSWER, ""),
        ("RT 1 RW 2", Meaning.ANSWER, ""),
        ("1.000", Meaning.ANSWER, ""),
        ("1 2", Meaning.ANSWER, ""),
        ("kembali", Meaning.BACK, ""),
        ("lewati", Meaning.SKIP, ""),
        ("Perbaiki", Meaning.MEND, ""),
        ("ulang", Meaning.REPEAT, ""),
        ("ubah kk", Meaning.SERVICE, "kk_ubah"),
        ("st\u00e1tus", Meaning.STATUS, ""),
        ("sta\u0301tus", Meaning.STATUS, ""),
        ("kk hil\u00e1ng", Meaning.SERVICE, "kk_hilang"),
        ("kk hi\u00adlang", Meaning.SERVICE, "kk_hilang"),
        ("Kartu Keluarga hilang", Meaning.SERVICE, "kk_hilang"),
        ("pak, KK saya hilang kemarin", Meaning.SERVICE, "kk_hilang"),
        ("mau pindah datang", Meaning.SERVICE, "datang"),
        ("mau legalisir", Meaning.IN_PERSON, "legalisir"),
        ("ktp baru", Meaning.IN_PERSON, "ktp_rekam"),
        ("3519081708850003", Meaning.ANSWER, ""),
        ("saya kehilangan kk waktu banjir besar di desa kami minggu lalu pak", Meaning.SERVICE, "kk_hilang"),
        ("", Meaning.ANSWER, ""),
    ],
)
def test_what_people_type(text: str, meaning: Meaning, service: str) -> None:
    intent = WORDS.read_text(text)
    assert (intent.meaning, intent.service) == (meaning, service)


@pytest.mark.parametrize("text", ["{}", "status {}", "Pak, resi saya {} sudah jadi?"])
def test_a_receipt_number_anywhere_asks_for_its_status(text: str) -> None:
    for way in (RECEIPT.text, RECEIPT.text.lower(), RECEIPT.text.replace("-", " "), RECEIPT.text.replace("-", "")):
        intent = WORDS.read_text(text.format(way))
        assert (intent.meaning, intent.receipt) == (Meaning.STATUS, RECEIPT)


def test_a_mistyped_receipt_number_is_known_as_such() -> None:
    wrong = RECEIPT.text[:-1] + ("A" if RECEIPT.text[-1] != "A" else "B")
    assert WORDS.read_text(wrong).receipt_wrong


@pytest.mark.parametrize(
    ("choice", "title", "meaning", "service"),
    [
        ("confirm", "Kirim", Meaning.CONFIRM, ""),
        ("cancel", "Batal", Meaning.CANCEL, ""),
        ("service:kk_hilang", "KK hilang", Meaning.SERVICE, "kk_hilang"),
        ("service:none", "Batal", Meaning.CANCEL, ""),
        ("answer", "halo", Meaning.GREETING, ""),
        ("answer:ya", "Ya", Meaning.ANSWER, ""),
        ("mend", "Perbaiki", Meaning.MEND, ""),
        ("", "menu", Meaning.MENU, ""),
        ("menu", "", Meaning.MENU, ""),
        ("payload-of-a-template", "Cek status", Meaning.STATUS, ""),
    ],
)
def test_what_people_press(choice: str, title: str, meaning: Meaning, service: str) -> None:
    intent = WORDS.read_choice(choice, title)
    assert (intent.meaning, intent.service) == (meaning, service)


@pytest.mark.parametrize(("text", "number"), [("ubah 3", 3), ("UBAH no. 12", 12), ("ganti nomor 2", 2), ("salah", 0), ("ubah", 0)])
def test_a_line_of_the_summary_is_changed_by_its_number(text: str, number: int) -> None:
    intent = WORDS.read_text(text)
    assert (intent.meaning, intent.number) == (Meaning.CHANGE, number)


def test_a_pressed_answer_is_its_code() -> None:
    intent = WORDS.read_choice("answer:married_recorded", "Menikah, tercatat")
    assert (intent.text, intent.is_pressed) == ("married_recorded", True)


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    WORDS.read_text(text)
    assert plain(plain(text)) == plain(text)


def test_every_in_person_service_of_the_catalogue_has_words_and_a_place() -> None:
    in_person = {code for code, service in catalogue().services.items() if service.offer is Offer.IN_PERSON}
    assert set(WORDS.in_person.values()) == set(DESK.in_person) == in_person
    everything = read_vocabulary(TEMPLATES / "words.toml", ServiceMenu.of(catalogue(), catalogue().online()))
    at_the_counter = {"legalisir"}  # for the others a day can be chosen here
    assert set(everything.in_person.values()) == at_the_counter
    assert in_person - at_the_counter <= set(everything.services.values())
