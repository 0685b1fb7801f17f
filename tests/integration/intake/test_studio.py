"""Pieces of the content studio: one for what says the same, with one source; what is wrong is said; what the publishing service reads."""

import asyncio
import hashlib
import io
import zipfile
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from PIL import Image

from services.intake.domain.figures import Figure, FigureRow
from services.intake.domain.studio.bundles import MOST_TRIES
from services.intake.jobs import BundlePacking
from services.intake.ports import Tx
from tests.integration.intake.desk import Desk, act, page
from tests.integration.intake.rig import Rig, only
from tests.support.harness import keyed
from tests.support.pdf import links_in, pages_of

VILLAGES, BUNDLES, WUNGU = "/desk/konten/desa", "/desk/konten/paket", "351907"
NEW, PIECES, API = "/desk/konten/baru", "/desk/konten/karya", "/v1/pieces"
POSTER = {"bentuk": "poster", "ide": "syarat", "layanan": "kk_hilang", "desa": "Sidorejo, Wungu", "kampanye": "KK 2026"}
CARD = POSTER | {"bentuk": "card", "saluran": "instagram", "akun": "@dukcapil.madiun"}


async def made(browser: httpx.AsyncClient, **changes: str) -> str:
    """Make a piece; its id."""
    answer = await act(browser, NEW, expected=303, **(POSTER | changes))
    return answer.headers["location"].removeprefix(f"{PIECES}/").partition("?")[0]


async def test_a_double_click_and_two_tabs_make_one_piece_with_one_source(desk: Desk, rig: Rig) -> None:
    one, other = desk.browser("outreach"), desk.browser("outreach", name="Dewi Lestari")
    ids = await asyncio.gather(*(made(each) for each in (one, one, other, other)))
    ids.append(await made(one, kampanye="  kk   2026 "))
    assert len(set(ids)) == 1
    piece, source = only(await rig.rows("pieces")), only(await rig.rows("sources"))
    assert piece["source"] == source["_id"]
    assert {name: source[name] for name in ("campaign", "channel", "place", "service", "village")} == {
        "campaign": "KK 2026",
        "channel": "print",
        "place": "poster",
        "service": "kk_hilang",
        "village": "3519072001",
    }


async def test_each_account_village_idea_and_kind_has_a_source_of_its_own(desk: Desk, rig: Rig) -> None:
    browser = desk.browser("outreach")
    for changes in (
        {"akun": "@dukcapil"},
        {"akun": "@pakde.on"},
        {"desa": "Bantengan, Wungu"},
        {"ide": "lama"},
        {"bentuk": "story"},
        {"saluran": "facebook"},
    ):
        await act(browser, NEW, expected=303, **(CARD | changes))
    sources = await rig.rows("sources")
    assert len({source["_id"] for source in sources}) == len(sources) == 6
    assert {source["account"] for source in sources} == {"@dukcapil", "@pakde.on", "@dukcapil.madiun"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"bentuk": "banner"}, "Pilih bentuk karyanya."),
        ({"ide": "tidak_ada"}, "Pilih idenya dari daftar."),
        ({"ide": "legalisir"}, "Ide ini bukan untuk pilihan layanan itu."),
        ({"layanan": "akta_lahir"}, "Layanan ini belum dibuka"),
        ({"desa": "Sidorejo"}, "Pilih desa dari daftar, dengan kecamatannya."),
        ({"kampanye": " "}, "Tulis 1 sampai 80 huruf."),
        ({"kampanye": "K" * 81}, "Paling panjang 80 huruf."),
        ({"saluran": "radio"}, "Bentuk ini tidak keluar lewat saluran itu."),
        ({"bentuk": "card", "saluran": "instagram"}, "Tulis akunnya"),
        ({"ide": "libur", "layanan": ""}, "Ide ini untuk satu hari"),
        ({"ide": "jemput_bola", "layanan": ""}, "Ide ini perlu hari, jam, dan tempatnya."),
        ({"catatan": "Sabtu 🎉"}, "Ada huruf atau emoji yang tidak dapat dicetak."),
        ({"catatan": "n" * 91}, "Paling panjang 90 huruf."),
    ],
)
async def test_what_makes_no_piece_is_said_at_its_field(desk: Desk, rig: Rig, changes: dict[str, str], said: str) -> None:
    answer = await desk.browser("outreach").post(NEW, data=POSTER | changes)
    assert answer.status_code == 422
    assert said in answer.text
    assert await rig.rows("pieces") == await rig.rows("sources") == []


async def test_the_numbers_of_a_month_are_the_offices_own_and_of_few_there_is_no_piece(desk: Desk, rig: Rig) -> None:
    browser, wish = desk.browser("outreach"), POSTER | {"ide": "angka_bulan", "layanan": "", "desa": "", "catatan": "9.999 dokumen"}

    async def counted(first: int, last: int) -> None:
        async def count(tx: Tx) -> None:
            for number in range(first, last):
                tx.count_figure(FigureRow(f"d{number}.issued", Figure.ISSUED, date(2026, 10, 31), "kk"))
                tx.count_figure(FigureRow(f"r{number}.done", Figure.FINISHED, date(2026, 10, 31), "kk_hilang", number + 1, is_on_time=True))

        await rig.units.run(count)
        await rig.wiring.deps.funnel.fold(500)

    await counted(0, 4)
    refused = await browser.post(NEW, data=wish)
    assert "Dokumen yang terbit bulan lalu belum sampai 5" in refused.text
    await counted(4, 7)
    assert (await browser.post(NEW, data=wish)).status_code == 303
    piece = only(await rig.rows("pieces"))
    assert (piece["moment"], piece["note"]) == ("Oktober 2026", "7 dokumen terbit · separuh selesai dalam 4 jam kerja")


async def test_a_piece_of_a_retired_source_is_neither_printed_nor_made_again(desk: Desk, rig: Rig) -> None:
    browser = desk.browser("outreach")
    piece_id = await made(browser)
    code = only(await rig.rows("sources"))["_id"]
    await act(browser, f"/desk/sumber/{code}/akhiri")
    assert "Sumbernya sudah diakhiri." in await page(browser, f"{PIECES}/{piece_id}")
    assert "Sumber karya ini sudah diakhiri" in await page(browser, f"{PIECES}/{piece_id}/a4", 409)
    assert "Sumber karya ini sudah diakhiri" in (await act(browser, NEW, 409, **POSTER)).text
    assert await made(browser, kampanye="KK 2027") != piece_id


async def test_only_outreach_makes_pieces(desk: Desk) -> None:
    for role in ("operator", "head", "village", "auditor"):
        assert (await desk.browser(role, name=role).get(NEW)).status_code == 403


async def test_the_calendar_offers_what_is_open_and_says_what_is_not_known(desk: Desk) -> None:
    browser = desk.browser("outreach")
    said = await page(browser, "/desk/konten")
    assert "Kejar sasaran akhir tahun" in said
    assert "24 sampai 25 Desember 2026" in said
    assert "Tanggal 2026 belum diketahui Pemilu dan pilkada" in said
    later = await page(browser, "/desk/konten?tahun=2027")
    assert "10 Maret 2027 · perkiraan" in later
    form = (await browser.get(f"{NEW}?bentuk=card&ide=libur&momen=2026.libur-12-24")).text
    assert 'value="Hari Raya Natal 2026"' in form
    answer = await act(browser, NEW, bentuk="village_text", ide="libur", momen="2026.libur-12-24", kampanye="Libur Natal 2026")
    assert "Kantor libur pada 24 sampai 25 Desember 2026 (Hari Raya Natal)" in await page(browser, answer.headers["location"])


async def test_a_piece_is_read_with_its_picture_by_who_publishes_it(desk: Desk, rig: Rig) -> None:
    answer = await act(desk.browser("outreach"), NEW, expected=303, **CARD)
    piece_id = answer.headers["location"].rpartition("/")[2].partition("?")[0]
    key = keyed("notifier")
    piece: dict[str, Any] = (await rig.http.get(f"{API}/{piece_id}", headers=key)).json()
    source = only(await rig.rows("sources"))
    assert (piece["source"], piece["channel"], piece["account"]) == (source["_id"], "instagram", "@dukcapil.madiun")
    assert piece["is_running"]
    assert f'"Saya mau urus KK hilang (#{source["_id"]})"' in piece["text"]
    assert piece["alt"].startswith("Gambar 1080 x 1080 bertuliskan")
    (picture,) = piece["pictures"]
    got = await rig.http.get(picture["path"], headers=key)
    assert got.headers["etag"] == f'"{hashlib.sha256(got.content).hexdigest()}"'
    shown = Image.open(io.BytesIO(got.content))
    assert (shown.format, shown.size, shown.mode) == ("JPEG", (picture["width"], picture["height"]), "RGB")
    assert len(got.content) < 1_000_000
    assert (await rig.http.get(picture["path"], headers=key)).content == got.content, "the same piece is the same bytes"


async def test_who_publishes_is_told_what_there_is_not(desk: Desk, rig: Rig) -> None:
    key = keyed("notifier")
    missing = await rig.http.get(f"{API}/0123456789abcdef", headers=key)
    assert (missing.status_code, missing.json()["code"]) == (404, "piece_not_found")
    poster = await made(desk.browser("outreach"))
    assert (await rig.http.get(f"{API}/{poster}", headers=key)).json()["pictures"] == []
    none = await rig.http.get(f"{API}/{poster}/picture", headers=key)
    assert (none.status_code, none.json()["code"]) == (404, "piece_without_picture")
    assert (await rig.http.get(f"{API}/{poster}", headers=keyed("verification"))).status_code == 403


async def test_posters_of_a_district_come_in_one_file_and_those_that_there_were_are_not_made_again(desk: Desk, rig: Rig) -> None:
    browser, packing = desk.browser("outreach"), BundlePacking(rig.wiring.deps, rig.wiring.units)
    wanted = {"layanan": "kk_hilang", "kampanye": "KK 2026", "kecamatan": WUNGU, "ukuran": "a4-hemat"}
    one = await act(browser, VILLAGES, expected=303, **(wanted | {"desa": "3519072001"}))
    first, again = [await act(browser, BUNDLES, expected=303, **wanted) for _ in range(2)]
    address = first.headers["location"]
    assert again.headers["location"] == address
    assert "Sedang disiapkan 0 dari 14 desa" in await page(browser, address)
    await page(browser, f"{address}/berkas", 404)
    await packing.turn()
    assert "Siap diunduh 14 dari 14 desa" in await page(browser, f"{address}?bagian=kemajuan")
    file = await browser.get(f"{address}/berkas")
    archive = zipfile.ZipFile(io.BytesIO(file.content))
    assert archive.testzip() is None
    posters = [name for name in archive.namelist() if name.endswith(".pdf")]
    rows = archive.read("daftar.csv").decode("utf-8-sig").splitlines()
    assert len(posters) == len(rows) - 1 == len(await rig.rows("pieces")) == len(await rig.rows("sources")) == 14
    read = {only(links_in(only(pages_of(archive.read(name))))) for name in posters[:3]}
    assert read == {row.rpartition(",")[2] for row in rows[1:4]}
    assert one.headers["location"].removeprefix(f"{PIECES}/").partition("?")[0] in {piece["_id"] for piece in await rig.rows("pieces")}
    assert "14 desa, 14 sudah ada" in await page(browser, f"{VILLAGES}?layanan=kk_hilang&kecamatan={WUNGU}&kampanye=KK%202026")


async def test_a_bundle_that_was_left_is_taken_up_and_its_file_goes_in_time(desk: Desk, rig: Rig) -> None:
    browser, deps = desk.browser("outreach"), rig.wiring.deps
    wanted = {"layanan": "kk_hilang", "kampanye": "KK 2026", "kecamatan": WUNGU}
    address = (await act(browser, BUNDLES, expected=303, **wanted)).headers["location"]
    killed = await deps.bundles.claim(60)
    assert killed is not None
    assert await deps.bundles.claim(60) is None, "as long as its lease lasts"
    rig.clock.at += timedelta(seconds=61)
    taken = await deps.bundles.claim(60)
    assert taken is not None
    assert not await deps.bundles.progress(killed, 9, 60), "who was slow does not write over it"
    rig.clock.at += timedelta(seconds=61)
    await BundlePacking(deps, rig.wiring.units).turn()
    assert "14 dari 14 desa" in await page(browser, address)
    rig.clock.at += timedelta(days=8)
    await BundlePacking(deps, rig.wiring.units).turn()
    await page(desk.browser("outreach"), address, 404)
    assert await rig.rows("bundle_files.files") == await rig.rows("bundle_files.chunks") == []
    assert len(await rig.rows("pieces")) == 14, "what hangs on a wall stays known"


async def test_a_village_whose_poster_has_ended_is_left_out_and_named(desk: Desk, rig: Rig) -> None:
    browser = desk.browser("outreach")
    await act(browser, VILLAGES, expected=303, layanan="kk_hilang", kampanye="KK 2026", desa="3519072001")
    await act(browser, f"/desk/sumber/{only(await rig.rows('sources'))['_id']}/akhiri")
    wanted = {"layanan": "kk_hilang", "kampanye": "KK 2026", "kecamatan": WUNGU}
    address = (await act(browser, BUNDLES, expected=303, **wanted)).headers["location"]
    await BundlePacking(rig.wiring.deps, rig.wiring.units).turn()
    assert "13 dari 14 desa" in (said := await page(browser, address))
    assert "Dilewati karena sumbernya sudah diakhiri: " in said


async def test_a_bundle_that_nobody_can_finish_is_given_up_and_may_be_ordered_anew(desk: Desk, rig: Rig) -> None:
    browser, deps = desk.browser("outreach"), rig.wiring.deps
    wanted = {"layanan": "kk_hilang", "kampanye": "KK 2026", "kecamatan": WUNGU}
    address = (await act(browser, BUNDLES, expected=303, **wanted)).headers["location"]
    for _ in range(MOST_TRIES):
        assert await deps.bundles.claim(60) is not None
        rig.clock.at += timedelta(seconds=61)
    assert await deps.bundles.claim(60) is None
    assert "Tidak berhasil disiapkan" in await page(browser, address)
    await act(browser, BUNDLES, expected=303, **wanted)
    assert "Sedang disiapkan" in await page(browser, address)
    refused = await browser.post(BUNDLES, data=wanted | {"kampanye": "", "ukuran": "a9"})
    assert refused.status_code == 422
