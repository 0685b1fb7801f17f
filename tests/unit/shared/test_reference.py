"""Reference data: what the office knows of places, services, courts and its own clock."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import WIB
from shared.errors import NotFound
from shared.reference import population
from shared.reference.catalogue import Offer, ProductForm, catalogue
from shared.reference.courts import CaseNumber, CourtKind, court_key, find_court
from shared.reference.regions import (
    VillageKind,
    districts,
    find_regency,
    find_village,
    is_home,
    is_known_district,
    regencies,
    villages,
)
from shared.reference.working_hours import Shift, WorkingHours, is_holiday
from shared.values import Malformed

HOURS = WorkingHours()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


def test_the_regency_has_15_kecamatan_and_206_villages() -> None:
    kinds = Counter(village.kind for village in villages().values())
    assert len(districts()) == 15
    assert kinds == {VillageKind.DESA: 198, VillageKind.KELURAHAN: 8}


def test_fourteen_village_names_repeat_so_the_code_is_the_key() -> None:
    names = Counter(village.name for village in villages().values())
    assert sum(times > 1 for times in names.values()) == 14
    assert names["Sidorejo"] == 3


def test_every_village_code_begins_with_its_kecamatan() -> None:
    assert all(code.startswith(village.district.code) and len(code) == 10 for code, village in villages().items())


def test_dots_in_a_code_are_allowed() -> None:
    village = find_village("35.19.08.1001")
    assert village is not None
    assert (village.name, village.district.name) == ("Nglames", "Madiun")


def test_kecamatan_madiun_is_not_kota_madiun() -> None:
    kota = find_regency("3577011003")
    assert kota is not None
    assert kota.name == "KOTA MADIUN"
    assert is_home("3519081001")
    assert not is_home("3577011003")


def test_all_514_regencies_are_known_and_an_invented_kecamatan_is_not() -> None:
    assert len(regencies()) == 514
    assert is_known_district("3519081234567890"[:6])
    assert not is_known_district("351999")
    assert not is_known_district("000000")
    assert find_village("3577011003") is None


def test_a_service_in_person_has_a_place_and_gives_at_most_a_day_to_come() -> None:
    for service in catalogue().services.values():
        assert (service.place is not None) is (service.offer is Offer.IN_PERSON)
        if service.offer is Offer.IN_PERSON:
            assert service.products == (("janji_temu",) if service.ready else ())
            assert bool(service.day_field) is service.ready
        else:
            assert service.products
            assert service.promise_hours or service.stages


def test_only_a_service_with_a_notice_ends_with_an_answer() -> None:
    answered = {service.id for service in catalogue().services.values() if service.is_answered}
    in_person = {"ktp_rekam", "ikd", "akta_kawin", "akta_cerai", "orang_asing"}
    assert answered == {"konsolidasi", "buka_blokir", "penduduk_nonpermanen", "rentan", "pengaduan", *in_person}
    proven = {"konsolidasi", "buka_blokir", "penduduk_nonpermanen", "rentan"}
    assert {code for code in answered if not catalogue().get(code).is_for_anyone} == proven
    assert not catalogue().get("biodata").proves_identity, "who has no NIK has no KTP-el to be compared with"
    assert not catalogue().get("rentan").proves_identity, "nor whoever is reported"
    assert catalogue().get("kk_hilang").proves_identity


def test_only_reprints_and_what_a_court_settled_are_automatic_as_shipped() -> None:
    assert {service.id for service in catalogue().services.values() if service.automatic} == {
        "kk_hilang",
        "ktp_hilang",
        "ktp_rusak",
        "cerai",
        "hadhanah",
        "itsbat_nikah",
    }


def test_product_codes_are_unique_and_a_ktp_is_a_card() -> None:
    numbered = [product for product in catalogue().products.values() if product.form is not ProductForm.NOTICE]
    assert len({product.code for product in numbered}) == len(numbered)
    assert catalogue().products["ktp"].form is ProductForm.CARD


def test_settings_lie_over_the_catalogue_and_leave_the_original_alone() -> None:
    adjusted = catalogue().adjusted(promise_hours={"kk_hilang": 4}, automatic={"kk_hilang": False, "kk_rusak": True})
    assert (adjusted.get("kk_hilang").promise, adjusted.get("kk_hilang").automatic) == (timedelta(hours=4), False)
    assert adjusted.get("kk_rusak").automatic
    assert catalogue().get("kk_hilang").automatic


@pytest.mark.parametrize("adjustment", [{"promise_hours": {"nothing": 1}}, {"automatic": {"nothing": True}}])
def test_a_setting_for_an_unknown_service_is_refused(adjustment: dict[str, dict[str, float]]) -> None:
    with pytest.raises(NotFound):
        catalogue().adjusted(**adjustment)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("0040/Pdt.G/2025/PA.Mn", "40/pdt.g/2025/PA Mn"),
        ("208/Pdt.P/2026/PA.Dgl", "208 / PdtP / 2026 / pa.dgl"),
        ("32/Pdt.P/2025/PN Psp", "32/Pdt.P/2025/PN.Psp"),
        ("194/AC/2023/PA.Kab.Mn", "0194/AC/2023/PA.KAB.MN"),
    ],
)
def test_case_numbers_are_compared_without_zeros_dots_and_case(text: str, same: str) -> None:
    assert CaseNumber.parse(text) == CaseNumber.parse(same)


@pytest.mark.parametrize(
    "text", ["", "0/Pdt.G/2025/PA.Mn", "40/Pdt.G/25/PA.Mn", "40/Pid.B/2025/PA.Mn", "40/Pdt.G/2025/XX.Mn", "40/Pdt.G/2025/PA"]
)
def test_what_is_no_case_number_is_refused(text: str) -> None:
    with pytest.raises(Malformed, match="case_number_malformed"):
        CaseNumber.parse(text)


def test_the_regencys_court_is_found_however_its_code_is_written() -> None:
    court = find_court("pa kab.mn")
    assert court is not None
    assert (court.satker, court.kind) == ("403030", CourtKind.RELIGIOUS)
    assert find_court("PA.Nowhere") is None
    assert court_key("PA  Mn") == "PA.MN"


def test_the_ktp_shows_four_words_for_the_six_of_the_kk() -> None:
    assert set(population.KTP_MARITAL) == set(population.KkMarital)
    assert set(population.KTP_MARITAL.values()) == set(population.KtpMarital)
    assert population.KTP_MARITAL[population.KkMarital.DIVORCED] is population.KtpMarital.DIVORCED


def test_public_holidays_and_cuti_bersama_are_no_working_days() -> None:
    assert is_holiday(date(2026, 8, 17))
    assert is_holiday(date(2026, 12, 24))  # cuti bersama
    assert not HOURS.is_working_day(date(2026, 11, 28))  # a Saturday
    assert HOURS.is_working_day(date(2026, 11, 24))


@pytest.mark.parametrize(
    ("now", "opens", "closes"),
    [
        ("2026-11-24T09:00", "2026-11-24T09:00", "2026-11-24T15:30"),
        ("2026-11-24T12:30", "2026-11-24T13:00", "2026-11-24T15:30"),
        ("2026-11-24T06:00", "2026-11-24T07:30", "2026-11-24T15:30"),
        ("2026-11-24T15:30", "2026-11-25T07:30", None),
        ("2026-11-27T14:30", "2026-11-30T07:30", None),
        ("2026-12-25T09:00", "2026-12-28T07:30", None),
    ],
)
def test_the_office_opens_and_ends_its_day(now: str, opens: str, closes: str | None) -> None:
    assert HOURS.opens(at(now)) == at(opens)
    assert HOURS.closes(at(now)) == (at(closes) if closes else None)
    assert HOURS.is_open(at(now)) == (now == opens)


def test_a_setting_closes_a_working_day_and_opens_a_holiday() -> None:
    hours = WorkingHours(closed_on=frozenset({date(2026, 11, 24)}), open_on=frozenset({date(2026, 8, 17)}))
    assert not hours.is_working_day(date(2026, 11, 24))
    assert hours.is_working_day(date(2026, 8, 17))


def test_the_noon_break_is_closed_and_so_is_the_closing_minute() -> None:
    assert HOURS.is_open(at("2026-11-24T07:30"))
    assert not HOURS.is_open(at("2026-11-24T12:30"))
    assert not HOURS.is_open(at("2026-11-24T15:30"))


@pytest.mark.parametrize(
    ("start", "hours", "promised"),
    [
        ("2026-11-24T08:00", 2, "2026-11-24T10:00"),
        ("2026-11-24T11:00", 2, "2026-11-24T14:00"),  # over the noon break
        ("2026-11-24T07:00", 7, "2026-11-24T15:30"),  # before opening; ends with the day
        ("2026-11-24T15:00", 1, "2026-11-25T08:00"),
        ("2026-11-27T14:00", 1, "2026-11-30T08:00"),  # Friday closes at 14.30; over the week-end
        ("2026-11-28T10:00", 1, "2026-11-30T08:30"),  # asked on Saturday
        ("2026-12-23T15:00", 1, "2026-12-28T08:00"),  # over cuti bersama, Christmas and the week-end
    ],
)
def test_a_promise_is_kept_on_the_offices_clock(start: str, hours: int, promised: str) -> None:
    assert HOURS.promise(at(start), timedelta(hours=hours)) == at(promised)


@given(
    st.integers(0, 660 * 24 * 60).map(lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
    st.integers(1, 100 * 60),
)
def test_what_elapses_until_the_promise_is_the_time_that_was_promised(start: datetime, minutes: int) -> None:
    working_time = timedelta(minutes=minutes)
    promised = HOURS.promise(start, working_time)
    assert HOURS.elapsed(start, promised) == working_time
    assert HOURS.elapsed(promised, start) == timedelta()


def test_a_promise_beyond_a_year_is_a_mistake_in_a_setting() -> None:
    with pytest.raises(ValueError, match="beyond"):
        HOURS.promise(at("2026-11-24T08:00"), timedelta(hours=5000))


def test_impossible_hours_are_refused() -> None:
    with pytest.raises(ValueError, match="opens before"):
        Shift(time(15), time(8))
    with pytest.raises(ValueError, match="never works"):
        WorkingHours(week={})
