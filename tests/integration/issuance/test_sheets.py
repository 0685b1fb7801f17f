"""What each document says, read back from the signed sheet."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pypdf
import pytest

from tests.integration.issuance.conftest import MakePress, sheet_of
from tests.support.approvals import ADDRESS, AT, BIRTH, CARD, CONTENTS, DEATH, HEAD, HOLDER_NIK, WIFE, approval, order
from tests.support.pdf import text_of

PHRASE = "yang perkawinannya belum tercatat sesuai dengan peraturan perundang-undangan"


async def test_family_card_shows_every_field(printed: Mapping[str, bytes]) -> None:
    text = text_of(printed["kk"])
    columns = (
        "Nama Lengkap",
        "NIK",
        "Jenis Kelamin",
        "Tempat Lahir",
        "Tanggal Lahir",
        "Agama",
        "Pendidikan",
        "Jenis Pekerjaan",
        "Golongan Darah",
        "Status Perkawinan",
        "Tanggal Perkawinan/ Perceraian",
        "Status Hubungan Dalam Keluarga",
        "Kewarganegaraan",
        "Dokumen Imigrasi",
        "No. Paspor",
        "No. KITAP",
        "Nama Orang Tua",
        "Ayah",
        "Ibu",
    )
    for column in columns:
        assert column in text, column
    where = ("003/002", *(ADDRESS[part] for part in ("street", "village", "district", "regency", "province", "postal_code")))
    values = (CARD["kk_number"], *where, "24 November 2026")
    for value in (*values, "12-03-1985", "05-09-1987", "01-10-2026", "LAKI-LAKI", "PEREMPUAN"):
        assert str(value) in text, value
    for member in (HEAD, WIFE):
        for column in ("name", "nik", "religion", "education", "occupation", "father", "mother"):
            assert member[column] in text, column
    assert WIFE["passport"] in text


async def test_pickup_slip_shows_the_holder_only(printed: Mapping[str, bytes]) -> None:
    text = text_of(printed["ktp"])
    for value in ("BUKTI PENGAMBILAN KTP-el", WIFE["name"], HOLDER_NIK, "NGANJUK, 05-09-1987", "PEREMPUAN", "Mal Pelayanan Publik"):
        assert value in text, value
    for value in (WIFE["religion"], WIFE["occupation"], "CERAI HIDUP"):
        assert value in text, value
    assert HEAD["nik"] not in text


async def test_slip_of_a_child_says_what_to_bring_and_how_long_the_card_is_valid(printed: Mapping[str, bytes]) -> None:
    text = text_of(printed["kia"])
    for value in ("BUKTI PENGAMBILAN KIA", BIRTH["name"], BIRTH["nik"], CARD["kk_number"], HEAD["name"], "Mal Pelayanan Publik"):
        assert value in text, value
    assert "Foto pada kartu : Tidak, anak berumur kurang dari 5 tahun" in text
    assert "Berlaku sampai : 11 November 2031" in text
    assert "pasfoto" not in text


async def test_slip_of_an_older_child_asks_for_photos(make_renderer: MakePress) -> None:
    content = CONTENTS["kia"][1] | {"has_photo": True, "birth_certificate_number": "3519-LT-01022019-0003"}
    text = text_of((await make_renderer().render("kia", sheet_of(approval(order("kia", content=content))), made_at=AT)).content)
    for value in ("Foto pada kartu : Ya", "dua lembar pasfoto", "3519-LT-01022019-0003"):
        assert value in text, value


@pytest.mark.parametrize(
    ("kind", "shown", "missing"),
    [
        (1, ("KEDUA, PEREMPUAN", "dari ayah", HEAD["name"], "dan ibu", WIFE["name"]), (PHRASE, "dari ibu")),
        (2, ("KEDUA, PEREMPUAN", "dari ayah", HEAD["name"], "dan ibu", WIFE["name"], PHRASE), ("dari ibu",)),
        (3, ("KEDUA, PEREMPUAN", "dari ibu", WIFE["name"]), ("ayah", HEAD["name"], PHRASE)),
        (4, ("jenis kelamin sex PEREMPUAN female",), ("KEDUA", "ayah", "dari ibu", HEAD["name"], WIFE["name"], PHRASE)),
    ],
)
async def test_birth_certificate_names_the_parents_of_its_kind(
    make_renderer: MakePress, kind: int, shown: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    sheet = sheet_of(approval(order("akta_kelahiran", content=BIRTH | {"kind": kind})))
    text = text_of((await make_renderer(products=["akta_kelahiran"]).render("akta_kelahiran", sheet, made_at=AT)).content)
    for value in (
        "KUTIPAN AKTA KELAHIRAN",
        BIRTH["name"],
        BIRTH["nik"],
        "sebelas November dua ribu dua puluh enam",
        *shown,
    ):
        assert value in text, value
    for value in missing:
        assert value not in text, value


@pytest.mark.parametrize("product", ["akta_kelahiran", "akta_kematian"])
async def test_certificate_has_an_english_line_under_each_of_its_own(printed: Mapping[str, bytes], product: str) -> None:
    text = text_of(printed[product])
    event = {
        "akta_kelahiran": ("KUTIPAN AKTA KELAHIRAN EXCERPT OF BIRTH CERTIFICATE", "telah lahir was born"),
        "akta_kematian": (
            "KUTIPAN AKTA KEMATIAN EXCERPT OF DEATH CERTIFICATE",
            "telah meninggal dunia seorang bernama passed away a person named",
        ),
    }[product]
    for pair in (
        "Nomor Induk Kependudukan Personal Registration Number",
        "REPUBLIK INDONESIA REPUBLIC OF INDONESIA",
        "PENCATATAN SIPIL REGISTRY OFFICE",
        "WARGA NEGARA INDONESIA NATIONALITY: INDONESIAN",
        "bahwa di that in",
        "pada tanggal on date",
        "anak child",
        "dari ayah of the father",
        "dan ibu and the mother",
        "Kutipan ini dikeluarkan di This excerpt is issued in",
        "dua puluh empat November dua ribu dua puluh enam the twenty-fourth of November twenty twenty-six",
        "Pejabat Pencatatan Sipil Civil Registration Officer",
        "Ditandatangani secara elektronik oleh Electronically signed by",
        *event,
    ):
        assert pair in text, pair


async def test_death_certificate_says_when_in_words_and_leaves_out_what_is_not_known(make_renderer: MakePress) -> None:
    renderer = make_renderer(products=["akta_kematian"])
    whole = text_of((await renderer.render("akta_kematian", sheet_of(approval("akta_kematian")), made_at=AT)).content)
    for value in (DEATH["name"], DEATH["nik"], "20 November 2026", "dua puluh November dua ribu dua puluh enam", "KESATU, LAKI-LAKI"):
        assert value in whole, value
    content = DEATH | {"nik": None, "birth_order": None, "father": None, "mother": None, "citizenship": "WNA"}
    bare = text_of(
        (await renderer.render("akta_kematian", sheet_of(approval(order("akta_kematian", content=content))), made_at=AT)).content
    )
    for value in ("WARGA NEGARA ASING", "NATIONALITY: FOREIGN", "jenis kelamin sex LAKI-LAKI male"):
        assert value in bare, value
    for value in (DEATH["nik"], "KESATU", "ayah", "dan ibu", HEAD["father"]):
        assert value not in bare, value


async def test_stillbirth_letter_has_the_weekday_and_the_ages(make_renderer: MakePress) -> None:
    mother = {**CONTENTS["lahir_mati"][1]["mother"], "born_on": "1987-11-21", "occupation": "GURU", "address": "DUSUN CONTOH"}
    content = CONTENTS["lahir_mati"][1] | {"mother": mother, "stillborn_at": "07:15"}
    sheet = sheet_of(approval(order("lahir_mati", content=content)))
    text = text_of((await make_renderer(products=["lahir_mati"]).render("lahir_mati", sheet, made_at=AT)).content)
    for value in (
        "F-2.05",
        "Jumat, 20 November 2026",
        "07.15 WIB",
        "21-11-1987 (38 tahun)",
        "8 bulan",
        "Pejabat Pencatatan Sipil",
        WIFE["name"],
    ):
        assert value in text, value
    assert "Istri dari" not in text


async def test_side_note_names_the_akta_what_it_rests_on_and_both_values(make_renderer: MakePress) -> None:
    renderer, usual = make_renderer(products=["catatan_pinggir"]), CONTENTS["catatan_pinggir"][1]
    whole = text_of((await renderer.render("catatan_pinggir", sheet_of(approval("catatan_pinggir")), made_at=AT)).content)
    named = [value for name, value in usual.items() if isinstance(value, str) and not name.endswith("_on")]
    for value in (*named, "4 Mei 2021", "12 Oktober 2026", f"Ayah : {HEAD['name']}", "Semula Menjadi", "DEWI CONTOH AYU"):
        assert value in whole, value
    content = usual | {"basis_number": None, "deed_on": None, "nik": None, "persons": [], "changes": []}
    bare = text_of(
        (await renderer.render("catatan_pinggir", sheet_of(approval(order("catatan_pinggir", content=content))), made_at=AT)).content
    )
    for value in ("Tanggal akta", "NIK", "Semula", "Ayah"):
        assert value not in bare, value


@pytest.mark.parametrize("members", [1, 10, 11, 30])
async def test_large_families_get_more_pages_and_lose_nobody(make_renderer: MakePress, members: int) -> None:
    family = [HEAD | {"nik": f"351908120385{serial:04d}", "name": f"ANAK CONTOH {serial:04d}"} for serial in range(1, members + 1)]
    asked = approval(order("kk", content=CARD | {"members": family}))
    pdf = (await make_renderer().render("kk", sheet_of(asked), made_at=AT)).content
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    assert len(pages) == -(-members // 10)
    for number, page in enumerate(pages):
        shown = " ".join(page.extract_text().split())
        assert f"{number + 1} dari {len(pages)}" in shown
        for member in family[number * 10 : number * 10 + 10]:
            assert member["nik"] in shown


async def test_longest_texts_stay_inside_the_page(make_renderer: MakePress) -> None:
    name = "MUHAMMAD ABDURRAHMAN WAHYUDIANTO KUSUMANINGRAT SASTROWIJOYO I"[:60]
    job = HEAD | {
        **dict.fromkeys(("name", "father", "mother"), name),
        "birth_place": "KABUPATEN KEPULAUAN SIAU TAGULANDANG BIARO",
        "passport": "X" * 12,
        "occupation": "PENERJEMAH/PENELITI/KARYAWAN BUMN DAN BUMD",
        "religion": "KEPERCAYAAN TERHADAP TUHAN YME",
        "education": "X" * 30,
    }
    card = CARD | {"head_name": name, "members": [job] * 10, "address": ADDRESS | {"street": "JALAN " + "PANJANG " * 12}}
    pdf = (await make_renderer().render("kk", sheet_of(approval(order("kk", content=card))), made_at=AT)).content
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) == 1
    assert text_of(pdf).count(name.split()[0]) >= 30
