"""What people write for each type of field, and what it becomes; what travels comes back."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.reference.forms import NotHere, Unclear
from shared.reference.forms.rules import FieldLimits
from shared.reference.forms.types import TYPES, Setup
from shared.reference.lists import code_list
from shared.reference.regions import regencies, villages
from shared.values import Malformed
from tests.support.answers import types_made

TODAY = date(2026, 11, 28)
WEIGHT = FieldLimits(min=400, max=7000, unit="g")
LENGTH = FieldLimits(min=20, max=70, unit="cm")
MONTHS = FieldLimits(min=1, max=10, unit="bulan")
NIK = "3519014101880002"
KK = "3519010101100001"


def setup(limits: FieldLimits | None = None, choices: str = "") -> Setup:
    limits = limits or FieldLimits()
    return Setup(TODAY, limits, code_list(choices).on(TODAY).without(limits.not_here) if choices else None)


@pytest.mark.parametrize(
    ("kind", "text", "value", "limits"),
    [
        ("nik", " 351901.410188-0002 ", NIK, None),
        ("kk_number", "no kk saya 3519 0101 0110 0001 pak", KK, None),
        ("person_name", "  sri  wahyuni ", "SRI WAHYUNI", None),
        ("person_name", "Suparmi", "SUPARMI", None),
        ("person_name", "Siti Nur'aini", "SITI NUR'AINI", FieldLimits(new=True)),
        ("text", " Jl.  Kenanga   3 ", "Jl. Kenanga 3", None),
        ("phone", "0812-3456-7890", "6281234567890", None),
        ("date", "12-3-1985", date(1985, 3, 12), None),
        ("date", "12 Maret 85", date(1985, 3, 12), None),
        ("date", "Senin, 12 Mei 2025", date(2025, 5, 12), None),
        ("date", "tgl 3 Pebruari 2021", date(2021, 2, 3), None),
        ("date", "12/5/24", date(2024, 5, 12), None),
        ("date", "12 . 05 . 2024", date(2024, 5, 12), None),
        ("date", "12052024", date(2024, 5, 12), None),
        ("date", "2024-05-12", date(2024, 5, 12), None),
        ("date", "29-2-2024", date(2024, 2, 29), None),
        ("date", "1-1-27", date(1927, 1, 1), None),
        ("date", "kemarin", date(2026, 11, 27), FieldLimits(past=True)),
        ("date", "hari ini", TODAY, FieldLimits(past=True)),
        ("date", "28-11-2016", date(2016, 11, 28), FieldLimits(within_years=10)),
        ("date", "besok pagi", date(2026, 11, 29), FieldLimits(coming=True)),
        ("date", "sesuk", date(2026, 11, 29), FieldLimits(coming=True)),
        ("date", "lusa", date(2026, 11, 30), None),
        ("date", "28-11-2026", TODAY, FieldLimits(coming=True)),
        ("moving_letter", "SKPWNI/3506/22082026/0010", "SKPWNI/3506/22082026/0010", None),
        ("moving_letter", " skpwni / 6303 / 220826 / 10 ", "SKPWNI/6303/220826/10", None),
        ("moving_letter", "3577/01022026/0003", "SKPWNI/3577/01022026/0003", None),
        ("time", "14.30", "14:30", None),
        ("time", "07:15 WIB", "07:15", None),
        ("time", "jam 7 malam", "19:00", None),
        ("time", "pukul 5 sore", "17:00", None),
        ("time", "jam 1 malam", "01:00", None),
        ("time", "jam 12 malam", "00:00", None),
        ("time", "12 siang", "12:00", None),
        ("time", "jam 2 dini hari", "02:00", None),
        ("time", "setengah 8 pagi", "07:30", None),
        ("time", "setengah 1 siang", "12:30", None),
        ("yes_no", "Ya", True, None),
        ("yes_no", "nggih pak", True, None),
        ("yes_no", "sampun", True, None),
        ("yes_no", "iya, betul", True, None),
        ("yes_no", "1", True, None),
        ("yes_no", "tidak", False, None),
        ("yes_no", "mboten", False, None),
        ("yes_no", "ora", False, None),
        ("yes_no", "belum ada", False, None),
        ("yes_no", "tidak benar", False, None),
        ("yes_no", "2", False, None),
        ("number", "3,2", 3200, WEIGHT),
        ("number", "3.2 kg", 3200, WEIGHT),
        ("number", "3 kg", 3000, WEIGHT),
        ("number", "3200", 3200, WEIGHT),
        ("number", "3200 gram", 3200, WEIGHT),
        ("number", "3.200", 3200, WEIGHT),
        ("number", "berat 3,25 kg", 3250, WEIGHT),
        ("number", "49 cm", 49, LENGTH),
        ("number", "49,5", 50, LENGTH),
        ("number", "49.2", 49, LENGTH),
        ("number", "9 bulan", 9, MONTHS),
        ("number", "9,0", 9, MONTHS),
        ("number", "anak ke-3", 3, MONTHS),
        ("village", "3519072001", "3519072001", None),
        ("village", "35.19.07.2001", "3519072001", None),
        ("village", "Sidorejo Wungu", "3519072001", None),
        ("village", "desa Bangunsari kec. Mejayan", "3519111012", None),
        ("village", "Kel. Bangunsari, Kec. Dolopo, Kab. Madiun", "3519021012", None),
        ("village", "bangun sari mejayan", "3519111012", None),
        ("village", "balerejo kebonsari", "3519012012", None),
        ("village", "Banjarsari Wetan", "3519042015", None),
        ("village", "banjarsari", "3519082010", None),
        ("village", "sumberejo kec madiun", "3519082009", None),
        ("village", "Mejayan", "3519112010", None),
        ("regency", "3519", "3519", None),
        ("regency", "Madiun", "3519", None),
        ("regency", "kab. madiun", "3519", None),
        ("regency", "kota madiun", "3577", None),
        ("regency", "Madiun, Jawa Timur", "3519", None),
        ("regency", "Jakarta Timur", "3175", None),
        ("regency", "di Surabaya", "3578", None),
        ("regency", "malang kota", "3573", None),
        ("regency", "Solo", "3372", None),
        ("regency", "jogja", "3471", None),
        ("regency", "Aceh Barat Daya", "1112", None),
        ("regency", "Kab. Lima Puluh Kota", "1307", None),
        ("regency", "Kepulauan Seribu", "3101", None),
        ("country", "Malaysia", "mys", None),
        ("country", "di hongkong bu", "hkg", None),
        ("country", "Korea", "kor", None),
        ("country", "jpn", "jpn", None),
        ("office_day", "Senin", date(2026, 11, 30), None),
        ("office_day", "besok lusa", date(2026, 11, 30), None),
        ("office_day", "hari Jum'at depan", date(2026, 12, 4), None),
        ("office_day", "3 Desember", date(2026, 12, 3), None),
        ("office_day", "2026-12-03", date(2026, 12, 3), None),
        ("office_day", "28-12-2026", date(2026, 12, 28), None),
    ],
)
def test_what_people_write_becomes_a_value(kind: str, text: str, value: Any, limits: FieldLimits | None) -> None:
    assert TYPES[kind].parse(text, setup(limits)) == value


@pytest.mark.parametrize(
    ("kind", "text", "code", "limits"),
    [
        ("nik", "123", "nik_not_16_digits", None),
        ("person_name", "Suparmi", "name_one_word", FieldLimits(new=True)),
        ("person_name", "Budi 2", "name_has_digits", None),
        ("text", " ", "text_empty", None),
        ("text", "abcdef", "text_too_long", FieldLimits(max_length=5)),
        ("phone", "12", "phone_malformed", None),
        ("date", "tahun depan", "date_malformed", None),
        ("date", "12 foo 2020", "date_malformed", None),
        ("date", "31-2-2020", "date_impossible", None),
        ("date", "29-2-2025", "date_impossible", None),
        ("date", "29-11-2026", "date_in_future", FieldLimits(past=True)),
        ("date", "besok", "date_in_future", FieldLimits(past=True)),
        ("date", "27-11-2026", "date_in_past", FieldLimits(coming=True)),
        ("moving_letter", "SKPWNI 12", "letter_malformed", None),
        ("moving_letter", "SKPWNI/3506/2208/0010", "letter_malformed", None),
        ("moving_letter", "SKPWNI/3506/31022026/0010", "letter_date_impossible", None),
        ("moving_letter", "SKPWNI/9999/22082026/0010", "letter_regency_unknown", None),
        ("date", "27-11-2016", "date_too_long_ago", FieldLimits(within_years=10)),
        ("time", "pagi", "time_malformed", None),
        ("time", "25.00", "time_impossible", None),
        ("time", "12.75", "time_impossible", None),
        ("yes_no", "mungkin", "yes_no_unclear", None),
        ("yes_no", "ya tidak", "yes_no_unclear", None),
        ("yes_no", "", "yes_no_unclear", None),
        ("number", "tiga", "number_malformed", MONTHS),
        ("number", "-3", "number_malformed", MONTHS),
        ("number", "9,5", "number_malformed", MONTHS),
        ("number", "5 atau 6", "number_malformed", MONTHS),
        ("number", "11", "number_out_of_range", MONTHS),
        ("number", "30", "number_out_of_range", WEIGHT),
        ("number", "8 kg", "number_out_of_range", WEIGHT),
        ("village", "Surabaya", "village_unknown", None),
        ("village", "3577011003", "village_unknown", None),
        ("regency", "xx", "regency_unknown", None),
        ("regency", "9999", "regency_unknown", None),
        ("country", "1", "country_unknown", None),
        ("country", "Indonesia", "country_unknown", None),
        ("country", "belum tahu", "country_unknown", None),
        ("office_day", "besok", "date_office_closed", None),
        ("office_day", "25 Desember", "date_office_closed", None),
        ("office_day", "hari ini", "date_too_soon", None),
        ("office_day", "27-11-2026", "date_too_soon", None),
        ("office_day", "29-12-2026", "date_too_far", None),
        ("office_day", "3-12-2026", "date_too_far", FieldLimits(max=4)),
        ("office_day", "31 Februari", "date_impossible", None),
        ("office_day", "kapan saja", "date_malformed", None),
    ],
)
def test_what_is_no_value_is_refused_with_its_own_code_and_never_repeated(
    kind: str, text: str, code: str, limits: FieldLimits | None
) -> None:
    with pytest.raises(Malformed) as caught:
        TYPES[kind].parse(text, setup(limits))
    assert str(caught.value) == caught.value.code == code


@pytest.mark.parametrize(
    ("kind", "text", "candidates"),
    [
        ("village", "Sidorejo", ["3519012007", "3519072001", "3519122004"]),
        ("village", "Balerejo", ["3519012012", "3519102002"]),
        ("village", "Sumberejo Madiun", ["3519032007", "3519082009"]),
        ("village", "Sumberejo Kab. Madiun", ["3519032007", "3519082009"]),
        ("village", "Sidorejoo", ["3519012007", "3519072001", "3519122004"]),
        ("regency", "Jakarta", ["3171", "3172", "3173", "3174", "3175"]),
        ("regency", "Kediri atau Blitar", ["3505", "3506", "3571", "3572"]),
        ("country", "Malasia", ["mys"]),
    ],
)
def test_what_may_be_several_places_is_offered_and_not_guessed(kind: str, text: str, candidates: list[str]) -> None:
    with pytest.raises(Unclear) as caught:
        TYPES[kind].parse(text, setup())
    assert caught.value.code == f"{kind}_unclear"
    assert sorted(caught.value.candidates) == candidates
    assert all(TYPES[kind].parse(one, setup()) == one for one in candidates)


def test_the_days_that_are_offered_are_days_that_are_taken() -> None:
    offered = TYPES["office_day"].offered(setup(FieldLimits(max=6)))
    assert offered == tuple(date(2026, month, day) for month, day in ((11, 30), (12, 1), (12, 2), (12, 3), (12, 4)))
    assert all(TYPES["office_day"].parse(day.isoformat(), setup()) == day for day in offered)
    assert len(TYPES["office_day"].offered(setup())) == 9, "a list of the chat has ten rows"


def test_every_village_and_regency_is_found_by_the_name_that_is_shown() -> None:
    for village in villages():
        assert TYPES["village"].parse(TYPES["village"].show(village, setup()), setup()) == village
    for regency in regencies():
        assert TYPES["regency"].parse(TYPES["regency"].show(regency, setup()), setup()) == regency
    for country in code_list("country").rows:
        assert TYPES["country"].parse(TYPES["country"].show(country, setup()), setup()) == country


@pytest.mark.parametrize("text", ["1", "Laki-laki", "laki laki", "LAKI-LAKI", "L"])
def test_a_choice_is_its_number_its_label_or_its_code(text: str) -> None:
    assert TYPES["choice"].parse(text, setup(choices="sex")) == "L"


@pytest.mark.parametrize(
    ("choices", "text", "code"),
    [
        ("occupation", "petani", "o009"),
        ("birth_attendant", "bidan", "midwife"),
        ("occupation", "Dokter", "o072"),
        ("occupation", "9", "o009"),
    ],
)
def test_a_choice_is_found_by_a_part_of_one_label(choices: str, text: str, code: str) -> None:
    assert TYPES["choice"].parse(text, setup(choices=choices)) == code


@pytest.mark.parametrize("text", ["0", "3", "pria", ""])
def test_what_no_list_has_is_no_choice(text: str) -> None:
    with pytest.raises(Malformed, match="choice_unknown"):
        TYPES["choice"].parse(text, setup(choices="sex"))


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("nik", NIK, f"••••••{NIK[6:]}"),
        ("kk_number", KK, f"••••••{KK[6:]}"),
        ("date", date(2026, 3, 1), "01-03-2026"),
        ("office_day", date(2026, 12, 3), "Kamis, 03-12-2026"),
        ("yes_no", True, "Ya"),
        ("yes_no", False, "Tidak"),
        ("village", "3519072001", "Sidorejo, Kecamatan Wungu"),
        ("regency", "3577", "KOTA MADIUN"),
    ],
)
def test_numbers_of_persons_and_families_are_shown_masked_and_codes_as_words(kind: str, value: Any, shown: str) -> None:
    assert TYPES[kind].show(value, setup()) == shown


def test_a_number_is_shown_with_its_unit_and_a_choice_by_its_label() -> None:
    assert TYPES["number"].show(3200, setup(WEIGHT)) == "3200 g"
    assert TYPES["choice"].show("L", setup(choices="sex")) == "Laki-laki"


@pytest.mark.parametrize(("kind", "raw"), [("nik", 3519014101880002), ("date", 5), ("choice", None), ("village", []), ("text", {})])
def test_a_body_with_another_json_type_is_refused(kind: str, raw: Any) -> None:
    with pytest.raises(Malformed, match="text_expected"):
        TYPES[kind].read(raw, setup(choices="sex"))


@pytest.mark.parametrize("raw", [True, 3.5, [], None])
def test_a_body_with_no_whole_number_is_refused(raw: Any) -> None:
    with pytest.raises(Malformed, match="number_malformed"):
        TYPES["number"].read(raw, setup())


niks = st.builds(
    lambda day, month, year, serial: f"351901{day:02}{month:02}{year:02}{serial:04}",
    st.integers(1, 28) | st.integers(41, 68),
    st.integers(1, 12),
    st.integers(0, 99),
    st.integers(1, 9999),
)
words = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=20)
VALUES: dict[str, tuple[st.SearchStrategy[Any], Setup]] = {
    "nik": (niks, setup()),
    "kk_number": (
        st.builds(
            lambda day, month, year, serial: f"351901{day:02}{month:02}{year:02}{serial:04}",
            st.integers(1, 28),
            st.integers(1, 12),
            st.integers(0, 26),
            st.integers(1, 9999),
        ),
        setup(),
    ),
    "person_name": (st.lists(words, min_size=2, max_size=2).map(" ".join).map(str.upper), setup(FieldLimits(new=True))),
    "text": (st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=40), setup()),
    "date": (st.dates(date(1950, 1, 1), TODAY), setup(FieldLimits(past=True, within_years=100))),
    "time": (st.times().map(lambda time: f"{time:%H:%M}"), setup()),
    "choice": (st.sampled_from(list(code_list("occupation").on(TODAY).rows)), setup(choices="occupation")),
    "yes_no": (st.booleans(), setup()),
    "number": (st.integers(400, 7000), setup(WEIGHT)),
    "village": (st.sampled_from(list(villages())), setup()),
    "regency": (st.sampled_from(list(regencies())), setup()),
    "country": (st.sampled_from(list(code_list("country").rows)), setup()),
    "moving_letter": (
        st.builds(
            "SKPWNI/{}/{:%d%m%Y}/{:04}".format,
            st.sampled_from(sorted(regencies())),
            st.dates(date(2010, 1, 1), TODAY),
            st.integers(1, 9999),
        ),
        setup(),
    ),
    "office_day": (st.sampled_from(TYPES["office_day"].offered(setup())), setup()),
    "phone": (st.integers(10**9, 10**10 - 1).map(lambda number: f"628{number}"), setup()),
}


def test_every_type_is_in_the_round_trip() -> None:
    assert set(VALUES) == set(TYPES) == types_made()


@given(st.data())
def test_what_travels_comes_back_and_keeps_to_the_schema(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(VALUES)))
    values, given_setup = VALUES[kind]
    type_, drawn = TYPES[kind], data.draw(values)
    value = type_.read(drawn.isoformat() if isinstance(drawn, date) else drawn, given_setup)
    wire = json.loads(json.dumps(type_.wire(value)))
    jsonschema.validate(wire, dict(type_.schema(given_setup)), format_checker=jsonschema.FormatChecker())
    assert type_.value(wire) == value
    assert type_.read(wire, given_setup) == value


@given(st.sampled_from(sorted(TYPES)), st.text(max_size=80))
def test_nothing_that_anybody_writes_breaks_a_type(kind: str, text: str) -> None:
    try:
        value = TYPES[kind].parse(text, setup(choices="sex"))
    except Malformed:
        return
    assert TYPES[kind].read(TYPES[kind].wire(value), setup(choices="sex")) == value


ONLY_TWO = FieldLimits(not_here=("marriage", "divorce", "acknowledgement", "legitimation", "letter"))


@pytest.mark.parametrize(("text", "code"), [("2", "death"), ("akta mati", "death"), ("birth", "birth")])
def test_what_a_service_serves_is_offered(text: str, code: str) -> None:
    given_setup = setup(ONLY_TWO, "certificate_kind")
    assert TYPES["choice"].schema(given_setup)["enum"] == ["birth", "death"]
    assert TYPES["choice"].parse(text, given_setup) == code


@pytest.mark.parametrize("text", ["akta nikah", "perceraian pak", "letter"])
def test_what_a_service_does_not_serve_is_understood(text: str) -> None:
    with pytest.raises(NotHere, match="choice_not_here"):
        TYPES["choice"].parse(text, setup(ONLY_TWO, "certificate_kind"))


def test_a_number_beyond_what_is_offered_is_unknown() -> None:
    with pytest.raises(Malformed, match="choice_unknown") as caught:
        TYPES["choice"].parse("3", setup(ONLY_TWO, "certificate_kind"))
    assert not isinstance(caught.value, NotHere)


def test_a_choice_of_thousands_of_digits_is_unknown_and_breaks_nothing() -> None:
    assert code_list("certificate_kind").find("9" * 5000) is None
