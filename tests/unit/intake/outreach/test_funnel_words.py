"""What the pages say: a form read into a source, filters into questions, counts into rows and findings."""

from datetime import UTC, date, datetime

import pytest

from services.intake.desk.funnel_pictures import finding, funnel_picture, trend_picture
from services.intake.desk.funnel_words import FunnelFilter, RowNames, question_of, rows_of, total_of
from services.intake.desk.source_form import SourceForm, read_form
from services.intake.domain.outreach.funnel import FunnelStep
from services.intake.domain.outreach.sources import OutreachSource, SourceDescription
from shared.reference.village_changes import UNCHANGED

AT, TODAY = datetime(2026, 11, 29, 3, tzinfo=UTC), date(2026, 11, 29)
FILLED = SourceForm(nama="Poster  balai desa", kampanye="KK 2026", saluran="print", tempat="poster")
SOURCES = [
    OutreachSource("K7Q", SourceDescription("Poster", "KK", "print", "poster", "kk_hilang", "3519072001"), AT, "dewi"),
    OutreachSource("W2M", SourceDescription("Kiriman", "KK", "instagram", "post", account="@dukcapil"), AT, "dewi"),
]
NAMES = RowNames(str, UNCHANGED.name)
CHATTED, BEGAN, SUBMITTED, FINISHED = FunnelStep.CHATTED, FunnelStep.BEGAN, FunnelStep.SUBMITTED, FunnelStep.FINISHED


def test_a_form_becomes_a_source() -> None:
    full = FILLED.model_copy(
        update={"layanan": "kk_hilang", "desa": " sidorejo, WUNGU", "akun": "@a", "iklan": "12, 13 12", "berakhir": "2026-11-29"}
    )
    assert read_form(full, ["kk_hilang"], TODAY).what == SourceDescription(
        "Poster balai desa", "KK 2026", "print", "poster", "kk_hilang", "3519072001", "@a", ("12", "13"), TODAY
    )
    assert read_form(FILLED, [], TODAY).what == SourceDescription("Poster balai desa", "KK 2026", "print", "poster")
    envelope = FILLED.model_copy(update={"saluran": "letter", "tempat": "kk_footer"})
    assert read_form(envelope, [], TODAY).what == SourceDescription("Poster balai desa", "KK 2026", "letter", "kk_footer")


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("nama", ""),
        ("nama", "x" * 81),
        ("kampanye", "  "),
        ("akun", "x" * 81),
        ("saluran", "kaset"),
        ("tempat", "neighbour"),
        ("tempat", ""),
        ("layanan", "kk_baru"),
        ("desa", "Sidorejo"),
        ("iklan", "12a"),
        ("iklan", " ".join(map(str, range(21)))),
        ("berakhir", "2026-11-28"),
        ("berakhir", "besok"),
    ],
)
def test_what_is_wrong_with_a_form_is_said_at_its_field(field: str, text: str) -> None:
    read = read_form(FILLED.model_copy(update={field: text}), ["kk_hilang"], TODAY)
    assert (read.what, set(read.wrong)) == (None, {field})


@pytest.mark.parametrize(
    ("asked", "first", "narrowed"),
    [
        (FunnelFilter(), date(2026, 10, 31), set()),
        (FunnelFilter(waktu="tahun", kampanye="KK"), date(2026, 1, 1), {"sources"}),
        (FunnelFilter(waktu="setahun", sumber="k7q", layanan="kk_hilang"), date(2025, 12, 1), {"sources", "service"}),
        (FunnelFilter(waktu="3"), date(2026, 9, 1), set()),
        (FunnelFilter(waktu="7", saluran="print", wilayah="351907", jk="P"), date(2026, 11, 23), {"sources", "villages", "sex"}),
        (FunnelFilter(umur="60+"), date(2026, 10, 31), {"age"}),
    ],
)
def test_a_filter_becomes_a_question(asked: FunnelFilter, first: date, narrowed: set[str]) -> None:
    question = question_of(asked, SOURCES, TODAY, UNCHANGED)
    names = ("sources", "service", "villages", "sex", "age")
    assert (question.first, {name for name in names if getattr(question, name) is not None}) == (first, narrowed)
    assert asked.is_narrow is bool(narrowed)
    assert question.last == TODAY


def test_filters_of_sources_meet_and_a_district_is_all_of_its_villages() -> None:
    assert question_of(FunnelFilter(kampanye="KK", saluran="print"), SOURCES, TODAY, UNCHANGED).sources == frozenset({"K7Q"})
    assert question_of(FunnelFilter(akun="@dukcapil"), SOURCES, TODAY, UNCHANGED).sources == frozenset({"W2M"})
    assert question_of(FunnelFilter(sumber="ZZZ"), SOURCES, TODAY, UNCHANGED).sources == frozenset()
    villages = question_of(FunnelFilter(wilayah="351907"), SOURCES, TODAY, UNCHANGED).villages
    assert villages is not None
    assert "3519072001" in villages
    assert all(code.startswith("351907") for code in villages)


def test_rows_are_named_summed_and_sorted() -> None:
    found = {"K7Q": {CHATTED: 2, FINISHED: 1}, "W2M": {CHATTED: 5}, "": {CHATTED: 9}}
    by_source = rows_of("sumber", found, SOURCES, NAMES)
    assert [(row.word, row.counts[CHATTED], row.finished_percent) for row in by_source] == [
        ("Tanpa sumber", 9, 0.0),
        ("Kiriman", 5, 0.0),
        ("Poster", 2, 50.0),
    ]
    assert [(row.word, row.counts[CHATTED]) for row in rows_of("kampanye", found, SOURCES, NAMES)] == [("Tanpa sumber", 9), ("KK", 7)]
    assert [row.word for row in rows_of("umur", {"60+": {}, "": {}, "5-16": {}}, [], NAMES)] == [
        "5-16 tahun",
        "60+ tahun",
        "Tidak diketahui",
    ]
    assert [row.word for row in rows_of("hari", {"2026-11-01": {}, "2026-11-29": {}}, [], NAMES)] == ["29 Nov 2026", "1 Nov 2026"]
    assert rows_of("desa", {"3519072001": {}}, [], NAMES)[0].word == "Sidorejo, Wungu"
    assert rows_of("jenis-kelamin", {"P": {}}, [], NAMES)[0].finished_percent is None
    assert total_of(found) == {CHATTED: 16, FINISHED: 1}


@pytest.mark.parametrize(
    ("total", "said"),
    [
        ({}, "Belum ada yang datang dalam waktu ini"),
        ({FunnelStep.SEEN: 5412}, "Dilihat 5.412 kali, belum ada yang datang"),
        ({FINISHED: 3}, "3 orang selesai"),
        ({CHATTED: 4, BEGAN: 4, SUBMITTED: 4, FINISHED: 4}, "4 dari 4 orang yang memulai percakapan sampai selesai (100,0 %)"),
        (
            {CHATTED: 10, BEGAN: 8, SUBMITTED: 3, FINISHED: 2},
            "2 dari 10 orang yang memulai percakapan sampai selesai (20,0 %); terbanyak berhenti sebelum mengajukan",
        ),
    ],
)
def test_the_picture_says_where_most_of_them_stop(total: dict[FunnelStep, int], said: str) -> None:
    assert finding(total) == said
    assert funnel_picture(total, "/desk/corong?menurut=sumber").is_empty is (not set(total) - {FunnelStep.SEEN})


def test_a_long_time_is_drawn_by_months() -> None:
    days = {"2026-10-31": {CHATTED: 2}, "2026-11-01": {CHATTED: 1, FINISHED: 1}, "2026-08": {CHATTED: 7}}
    short = trend_picture(days, date(2026, 10, 31), date(2026, 11, 1), by_months=False, link="")
    assert [(line.word, line.values) for line in short.lines] == [("31 Okt", (2, 0)), ("1 Nov", (1, 1))]
    long = trend_picture(days, date(2026, 8, 1), date(2026, 11, 29), by_months=True, link="")
    assert [line.word for line in long.lines] == ["Agu 2026", "Sep 2026", "Okt 2026", "Nov 2026"]
    assert [line.values for line in long.lines] == [(7, 0), (0, 0), (2, 0), (1, 1)]
