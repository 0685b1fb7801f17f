"""Issue rows of what phones, people and courts really send, and their neighbours: one reader of typed numbers and names."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.api.decision_bodies import PartyBody
from shared.reference.courts import CaseNumber, court_key
from shared.typed import compact_number, long_numbers
from shared.values import KkNumber, Malformed, Nik, PersonName, Phone, Receipt

NIK, KK = "3519081708850003", "3519081203100007"
BETWEEN = " .,-\u2013\u2011\u2014\u2212/_*~`'\u2019\u202a\u202c\u2066\u2069\u200b\u200d\u200f\ufeff\u2060\u00ad\ufe0f\u00a0\u2009"
DIGITS = {
    "plain": "0123456789",
    "full-width": "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19",
    "arabic": "\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669",
    "keycap": "0123456789",
}


@pytest.mark.parametrize(
    "text",
    [
        "\u202a3519081708850003\u202c",
        "\u20663519081708850003\u2069",
        "\ufeff35190817\u200b0885\u200c0003",
        "3519\u00ad0817\u20600885\ufe0f0003",
        "*3519081708850003*",
        "_3519081708850003_",
        "```3519081708850003```",
        "3519\u20130817\u20130885\u20130003",
        "3519\u20110817\u20110885\u20110003",
        "3519\u22120817\u22120885\u22120003",
        "3519/0817/0885/0003",
        "3519081708850003,",
        "3519081708850003.",
        "(3519081708850003)",
        "\uff13\uff15\uff11\uff19\uff10\uff18\uff11\uff17\uff10\uff18\uff18\uff15\uff10\uff10\uff10\uff13",
        "NIK: 3519081708850003",
        "nik saya 3519 0817 0885 0003 pak",
        "ini pak nik nya\n3519081708850003\nterima kasih",
        "NIK 3519081708850003, HP 081234567890",
        "081234567890 3519081708850003",
        "1. 3519081708850003",
        "lahir 17-08-1985 3519081708850003",
    ],
)
def test_a_number_is_read_however_it_is_written(text: str) -> None:
    assert Nik.parse(text).text == NIK


@pytest.mark.parametrize(
    "text",
    ["351908170885003", "35190817088500033", "3519081708850003 3519081203100007", "nik saya", "", "3519 0817 0885 000A", "081234567890"],
)
def test_what_is_no_number_of_sixteen_digits_is_refused(text: str) -> None:
    with pytest.raises(Malformed, match="nik_not_16_digits"):
        Nik.parse(text)


@given(st.lists(st.text(BETWEEN, max_size=3), min_size=17, max_size=17), st.sampled_from([*DIGITS]))
def test_any_mixture_of_what_may_stand_between_digits_reads_the_same(between: list[str], script: str) -> None:
    typed = between[0] + "".join(
        DIGITS[script][int(digit)] + ("\ufe0f\u20e3" if script == "keycap" else "") + gap
        for digit, gap in zip(NIK, between[1:], strict=True)
    )
    assert Nik.parse(typed).text == NIK
    assert compact_number(typed) == NIK


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert all(len(digits) == 16 for digits, _ in long_numbers(text))
    for parse in (Nik.parse, KkNumber.parse, Phone.parse, Receipt.parse, PersonName.parse):
        with contextlib.suppress(Malformed):
            parse(text)


def test_two_numbers_are_found_with_the_words_before_them() -> None:
    assert long_numbers(f"nik saya {NIK}, kk {KK}") == ((NIK, "nik saya "), (KK, ", kk "))
    assert long_numbers(f"{NIK} {KK}") == ((NIK, ""), (KK, ""))
    assert long_numbers(f"{NIK}/{KK}") == ((NIK, ""), (KK, ""))
    assert long_numbers(f"{NIK}\n{KK}") == ((NIK, ""), (KK, ""))
    assert long_numbers("3519 0817 0885 0003 3519 0812 0310 0007") == ((NIK, ""), (KK, ""))
    assert long_numbers(f"hp 081234567890 nik {NIK} rt 04") == ((NIK, " nik "),)


@pytest.mark.parametrize(
    "text",
    ["SITI NUR\u2019AINI", "SITI NUR\u2018AINI", "siti nur`aini", "SITI NUR\u00b4AINI", "SITI  NUR\u02bcAINI", "SITI\u200b NUR'AINI"],
)
def test_an_apostrophe_is_one_however_a_phone_writes_it(text: str) -> None:
    assert PersonName.parse(text).text == "SITI NUR'AINI"


def test_an_accent_is_part_of_its_letter_however_it_is_sent() -> None:
    assert PersonName.parse("JOSE\u0301 DA COSTA").text == PersonName.parse("JOSÉ DA COSTA").text == "JOSÉ DA COSTA"
    assert PersonName.parse("SITI\u2013AMINAH").text == "SITI-AMINAH"


@pytest.mark.parametrize(
    "text",
    [
        "\u202a+62 812-3456\u20117890\u202c",
        "*0812 3456 7890*",
        "(0812) 34567890",
        "\uff16\uff12\uff18\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff10",
    ],
)
def test_a_phone_is_read_however_it_is_written(text: str) -> None:
    assert Phone.parse(text).text == "6281234567890"


def test_a_receipt_is_read_however_it_is_written() -> None:
    receipt = Receipt.from_body("7K4Q9F2")
    for text in (f"*{receipt}*", str(receipt).replace("-", "\u2013"), f"\u202a{receipt}\u202c", str(receipt).lower()):
        assert Receipt.parse(text) == receipt


@pytest.mark.parametrize(
    "text",
    ["\u202a40/Pdt.G/2026/PA.Kab.Mn\u202c", "40/Pdt\u00ad.G/2026/PA.Kab.Mn\u200b", "\uff14\uff10/Pdt.G/2026/PA\u00a0Kab\u00a0Mn"],
)
def test_a_case_number_and_its_court_are_read_however_they_are_written(text: str) -> None:
    assert CaseNumber.parse(text) == CaseNumber.parse("40/Pdt.G/2026/PA.Kab.Mn")
    assert court_key("\u202aPA.Kab.Mn\u202c") == court_key("PA.Kab.Mn")


@pytest.mark.parametrize("code", ["35.19.01.2001", "\u202a3519012001\u202c", " 3519012001 "])
def test_a_village_code_travels_in_its_normal_form(code: str) -> None:
    assert PartyBody(nik=NIK, name="SITI AMINAH", village_code=code).village_code == "3519012001"
