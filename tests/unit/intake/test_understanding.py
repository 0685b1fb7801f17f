"""What people want, out of their own words: the goals on phrases, what a lexicon must not do, and that no text breaks it."""

import time
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.recognition import Wanted, recognise
from services.intake.domain.understanding import NO_TALK, Talk, Understood, is_sure, nearest, understand
from services.intake.wiring import TEMPLATES
from services.intake.wiring.lexicon import read_lexicon, read_phrases
from shared.reference.catalogue import Offer, catalogue
from tests.unit.intake.talks import TEXTS

LEXICON = read_lexicon(TEMPLATES, catalogue())
PHRASES = read_phrases(TEMPLATES)
RIGHT, OFFERED, WRONG = 90.0, 97.0, 2.0  # percent of the phrases of the lexicon
SLOWEST_MS: Final = 5.0  # of the processor's time, for 95 of 100 phrases
_EVERYDAY: Final = ("status", "cancel", "help", "human", "complaint", "other")


def read(text: str) -> Understood:
    return understand(text, LEXICON)


def test_phrases_are_understood_as_well_as_promised() -> None:
    result = recognise(PHRASES, read)
    shares = tuple(map(result.share, (result.right, result.offered, result.wrong)))
    assert shares[0] >= RIGHT
    assert shares[1] >= OFFERED
    assert shares[2] <= WRONG


def test_the_phrases_cover_every_service_and_every_answer() -> None:
    codes = {phrase.code for phrase in PHRASES}
    answers = {name.removeprefix("answers.") for name in TEXTS.texts if name.startswith("answers.")}
    rare = {"kk_numpang", "kia_rusak", "kia_habis_masa", "pindah_dalam", "akta_betul"}
    courts = {code for code, service in catalogue().services.items() if service.offer is Offer.COURT}  # named by nobody but the menu
    assert set(catalogue().services) - rare - courts <= codes
    assert answers <= codes | courts


def test_every_meaning_leads_somewhere() -> None:
    meanings = {rule.meaning for rules in LEXICON.by_notion.values() for rule in rules}
    answers = {name.removeprefix("answers.") for name in TEXTS.texts if name.startswith("answers.")}
    assert meanings <= set(catalogue().services) | answers | set(_EVERYDAY)
    for meaning in meanings:
        assert TEXTS.title(f"about:{meaning}") != TEXTS.buttons.get("about", "")


def test_two_wishes_are_both_offered() -> None:
    understood = read("ktp saya hilang pak, sama kk nya juga hilang")
    assert not is_sure(understood)
    assert set(nearest(understood)) >= {"kk_hilang", "ktp_hilang"}


@pytest.mark.parametrize("text", ["", "   ", "3519081708850003", "😀😀", "Jalan Melati 12", "xqz wrt"])
def test_what_says_nothing_is_nothing(text: str) -> None:
    assert nearest(read(text)) == ()


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("kkhilang", "kk_hilang"),
        ("katru keluraga hilnag", "kk_hilang"),
        ("kk hlg", "kk_hilang"),
        ("KTP kulo ical", "ktp_hilang"),
        ("akte lahr anak", "akta_lahir"),
        ("hilang kk saya", "kk_hilang"),
        ("syarat2 kk hilaaang", "kk_hilang"),
    ],
)
def test_slips_lost_vowels_lost_blanks_and_order_do_not_matter(text: str, meaning: str) -> None:
    assert read(text)[0][0] == meaning


def test_a_story_is_read_to_what_it_wants() -> None:
    story = (
        "assalamualaikum pak mohon maaf mengganggu, kemarin waktu kami sekeluarga pergi ke pasar ada pencuri masuk rumah, "
        "yang hilang kartu keluarga yang ada di laci lemari, bagaimana ya pak"
    )
    assert read(story)[0][0] == "kk_hilang"


def test_it_takes_no_time() -> None:
    took = []
    for phrase in PHRASES:
        began = time.thread_time()
        read(phrase.text)
        took.append(1000 * (time.thread_time() - began))
    assert sorted(took)[int(0.95 * len(took))] < SLOWEST_MS


@given(st.text(max_size=300))
def test_no_text_breaks_it_and_confidences_leave_room_for_nothing(text: str) -> None:
    understood = read(text)
    assert sum(confidence for _, confidence in understood) < 1
    assert [each for _, each in understood] == sorted((each for _, each in understood), reverse=True)


def test_a_file_of_phrases_is_read_line_by_line() -> None:
    assert Wanted.of_lines(["code\tphrase", "", "kk_hilang\tkk ilang"]) == (Wanted("kk_hilang", "kk ilang"),)
    with pytest.raises(ValueError, match="code<TAB>phrase"):
        Wanted.of_lines(["kk ilang"])


def test_the_measure_tells_right_from_offered_from_wrong() -> None:
    def made_up(text: str) -> Understood:
        return {"sure": (("a", 0.9),), "near": (("b", 0.4), ("a", 0.3)), "far": (("b", 0.9),)}.get(text, ())

    result = recognise([Wanted("a", text) for text in ("sure", "near", "far", "nothing")] + [Wanted("other", "nothing")], made_up)
    assert (result.right, result.offered, result.wrong) == (2, 3, 1)


OFFERED_LAST = Talk(offered=("kk_hilang", "ktp_hilang", "kia_hilang"))


@pytest.mark.parametrize(
    ("text", "talk", "alone", "meaning"),
    [
        ("yang ktp pak", OFFERED_LAST, "ktp_ubah", "ktp_hilang"),
        ("kk", OFFERED_LAST, "kk_ubah", "kk_hilang"),
        ("akta saja", Talk(offered=("akta_mati", "kk_ganti_kepala")), "akta_lahir", "akta_mati"),
        ("syaratnya apa saja", Talk(told="ktp_rusak"), "help.needs", "ktp_rusak"),
        ("syaratnya apa saja", Talk(draft="kk_hilang"), "help.needs", "kk_hilang"),
        ("berapa hari jadinya", Talk(draft="kk_hilang"), "help.duration", "kk_hilang"),
        ("lek sing ilang?", Talk(told="ktp_rusak"), "kk_hilang", "ktp_hilang"),
    ],
)
def test_what_a_text_is_said_into_changes_what_it_means(text: str, talk: Talk, alone: str, meaning: str) -> None:
    assert read(text)[0][0] == alone
    understood = understand(text, LEXICON, talk)
    assert understood[0][0] == meaning
    assert is_sure(understood)


@pytest.mark.parametrize(
    "text", ["syarat kk hilang apa", "jam berapa buka", "bayarnya berapa", "terima kasih", "saya mau pindah ke surabaya"]
)
@pytest.mark.parametrize("talk", [Talk(told="ktp_rusak"), Talk(draft="ktp_rusak"), OFFERED_LAST])
def test_what_names_its_own_thing_means_the_same_everywhere(text: str, talk: Talk) -> None:
    assert understand(text, LEXICON, talk)[0][0] == understand(text, LEXICON, NO_TALK)[0][0]


@pytest.mark.parametrize("text", ["petani", "hilang di pasar", "belum nikah", "sma"])
def test_an_answer_in_a_form_gets_no_thing_from_the_service(text: str) -> None:
    assert understand(text, LEXICON, Talk(draft="kk_hilang")) == read(text)


def test_one_thing_and_another_is_asked_apart() -> None:
    understood = read("ktp saya hilang sekalian kk nya rusak")
    assert not is_sure(understood)
    assert set(nearest(understood)) >= {"ktp_hilang", "kk_rusak"}


def test_what_one_has_already_is_not_what_one_wants() -> None:
    assert read("suami saya wafat, akta kematian sudah ada, KK nya gimana")[0][0] == "kk_ganti_kepala"


def test_places_outside_are_known_as_parts_of_phrases_too() -> None:
    assert read("pulang dari papua mau balik jadi warga madiun")[0][0] == "datang"


def test_words_that_the_office_adds_are_understood() -> None:
    assert read("gegotong pringgo") == ()
    assert understand("gegotong pringgo pak", read_lexicon(TEMPLATES, catalogue(), {"gegotong pringgo": "kk_hilang"}))[0][0] == "kk_hilang"


def test_of_added_words_what_means_nothing_any_more_is_passed_over() -> None:
    added = {"gegotong pringgo": "no_such_service", "pak bu": "kk_hilang", "": "kk_hilang", "mbrengkal saja pak": "ktp_hilang"}
    lexicon = read_lexicon(TEMPLATES, catalogue(), added)
    assert understand("gegotong pringgo", lexicon) == ()
    assert understand("mbrengkal", lexicon)[0][0] == "ktp_hilang"
