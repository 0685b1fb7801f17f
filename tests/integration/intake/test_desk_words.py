"""Words at the desk: what was not understood is seen without who wrote it, a word is tried first, every process takes it up."""

import asyncio
import re

import pytest

from services.intake.wiring import assemble
from shared.poller import Poller
from tests.integration.intake.desk import Desk, act, page, words_of
from tests.integration.intake.rig import Rig, only, text_of
from tests.support.eventually import eventually

WORDS = "/desk/kata"
STRANGE = "gegotong pringgo"
"""Words that nobody has a meaning for."""


async def test_what_is_not_understood_is_shown_by_its_wording_and_without_who_wrote_it(rig: Rig, desk: Desk) -> None:
    for number in ("6281111111111", "6282222222222"):
        await rig.say(f"Gegotong pringgo pak Sutarjo, NIK 3519081708850003 hp {number}", number)
        rig.clock.forward(minutes=5)
    await rig.say("hijau ungu jingga", "6281111111111")
    await rig.say("kk saya hilang", "6283333333333")
    words = await page(desk.browser("operator"), WORDS)
    assert "gegotong pringgo pak … nik # hp # 2 2" in words
    assert words.index("gegotong") < words.index("hijau ungu jingga"), "the most frequent stands first"
    assert not [each for each in ("Sutarjo", "sutarjo", "3519081708850003", "6281111111111", "kk saya hilang") if each in words]
    kept = await rig.rows("webhook_log", {"chat.wording": {"$gt": ""}})
    assert all(row["expires_at"] for row in kept), "it goes with the log of its chat"


async def test_wordings_are_searched_and_paged(rig: Rig, desk: Desk) -> None:
    await rig.say("hijau ungu jingga", "6281111111111")
    await rig.say("langit bintang", "6282222222222")
    operator = desk.browser("operator")
    found = words_of(await act(operator, f"{WORDS}/cari", 200, q="UNGU"))
    assert "hijau ungu jingga" in found
    assert "langit bintang" not in found
    shell = (await operator.get(WORDS)).text
    assert re.search(r'id="cari"[^>]*value=""', shell), "the search over everything is empty, as on every page"
    second = await page(operator, f"{WORDS}?baris=2")
    assert ("hijau ungu jingga" in second) != ("langit bintang" in second)
    rig.clock.forward(days=31)
    assert "Semua pesan dipahami" in await page(desk.browser("operator"), WORDS), "older ones are no longer looked at"


async def test_a_word_is_tried_first_then_counts_at_once_here_and_can_be_taken_back(rig: Rig, desk: Desk) -> None:
    operator = desk.browser("operator")
    tried = words_of(await act(operator, f"{WORDS}/coba", 200, kata=f"  {STRANGE} pak ", arti="kk_hilang"))
    assert "Langsung benar" in tried
    assert "Tidak ada kalimat contoh yang menjadi lebih buruk" in tried
    assert await rig.rows("word_book", {}) == [], "a trial changes nothing"
    await act(operator, f"{WORDS}/tambah", kata=STRANGE, arti="kk_hilang")
    shown = await page(operator, f"{WORDS}?ok=ditambah")
    assert "Kata ditambahkan" in shown
    assert f"{STRANGE} Kartu Keluarga hilang Bagus Prasetyo" in shown
    assert "jam kerja" in text_of(only(await rig.say("pak mau gegotong pringgo")))
    await act(operator, f"{WORDS}/cabut", kata=STRANGE)
    assert STRANGE not in await page(operator, WORDS)
    assert "jam kerja" not in text_of(only(await rig.say("mau gegotong pringgo bu", "6282222222222")))
    acts = [row["act"] for row in await rig.rows("audit", {"act": {"$in": ["words.added", "words.taken_back"]}})]
    assert sorted(acts) == ["words.added", "words.taken_back"]


async def test_a_word_of_the_region_stands_for_one_that_is_known(rig: Rig, desk: Desk) -> None:
    operator = desk.browser("operator")
    refused = words_of(await act(operator, f"{WORDS}/coba", 200, kata="gegotong", sama="pringgo"))
    assert "belum dikenal mesin" in refused
    tried = words_of(await act(operator, f"{WORDS}/coba", 200, kata="gegotong", sama="hilang"))
    assert "sebagai kata lain untuk “hilang”" in tried
    await act(operator, f"{WORDS}/tambah", kata="gegotong", sama="hilang")
    assert "gegotong sama dengan “hilang” Bagus Prasetyo" in await page(operator, WORDS)
    assert "jam kerja" in text_of(only(await rig.say("kk kulo gegotong")))


async def test_a_wording_that_is_understood_by_now_says_so(rig: Rig, desk: Desk) -> None:
    await rig.say(f"mau {STRANGE}")
    operator = desk.browser("operator")
    assert "Beri arti" in await page(operator, WORDS)
    await act(operator, f"{WORDS}/tambah", kata=STRANGE, arti="kk_hilang")
    assert "Sekarang: Kartu Keluarga hilang" in await page(operator, WORDS)


async def test_every_process_takes_a_word_up_without_a_restart(rig: Rig, desk: Desk) -> None:
    other = assemble(rig.wiring.settings, rig.clock)
    stop = asyncio.Event()
    job = asyncio.create_task(Poller("words", other.deps.words.refresh, poll_seconds=0.05).run(stop))
    try:
        assert rig.wiring.settings.words_poll_seconds <= 60
        operator = desk.browser("operator")
        await act(operator, f"{WORDS}/tambah", kata=STRANGE, arti="kk_hilang")
        await eventually(lambda: other.deps.vocabulary.read_text(STRANGE).service == "kk_hilang")
        await act(operator, f"{WORDS}/cabut", kata=STRANGE)
        await eventually(lambda: other.deps.vocabulary.read_text(STRANGE).service == "")
    finally:
        stop.set()
        await job
        await other.outside.close()
        await other.host.close()


@pytest.mark.parametrize(
    ("word", "meaning", "why"),
    [
        ("ikut anak", "kk_hilang", "lebih buruk dipahami"),
        ("ilang", "akta_mati", "dalam banyak kalimat"),
        ("batal", "kk_hilang", "perintah percakapan"),
        ("pak bu", "kk_hilang", "paling sedikit 3 huruf"),
        ("3519 0817 kartu baru", "kk_hilang", "Hapus angkanya"),
        ("kk kulo ilang", "kk_hilang", "sudah memahami"),
    ],
)
async def test_a_word_that_would_do_harm_is_refused_with_the_reason(rig: Rig, desk: Desk, word: str, meaning: str, why: str) -> None:
    operator = desk.browser("operator")
    for path, status in (("coba", 200), ("tambah", 409)):
        words = words_of(await act(operator, f"{WORDS}/{path}", status, kata=word, arti=meaning))
        assert why in words
    assert "seharusnya" in words or why != "lebih buruk dipahami", "the phrases that would go wrong are named"
    assert await rig.rows("word_book", {}) == []


async def test_the_same_word_twice_is_refused_and_of_two_at_once_neither_is_lost(rig: Rig, desk: Desk) -> None:
    operator = desk.browser("operator")
    await act(operator, f"{WORDS}/tambah", kata=STRANGE, arti="kk_hilang")
    assert "sudah ada di daftar" in words_of(await act(operator, f"{WORDS}/tambah", 409, kata=STRANGE.upper(), arti="ktp_hilang"))
    others = ("mbrengkal soklat", "njenggirat kuning")
    await asyncio.gather(*(act(operator, f"{WORDS}/tambah", kata=word, arti="ktp_hilang") for word in others))
    (book,) = await rig.rows("word_book", {})
    assert {word["phrase"] for word in book["words"]} == {STRANGE, *others}


async def test_what_is_not_there_is_not_taken_back_and_no_meaning_is_made_up(rig: Rig, desk: Desk) -> None:
    operator = desk.browser("operator")
    await act(operator, f"{WORDS}/cabut", 404, kata="tidak ada")
    await act(operator, f"{WORDS}/tambah", 404, kata=STRANGE, arti="sembarang")
    assert await rig.rows("word_book", {}) == []


async def test_whoever_may_not_teach_sees_nothing_of_it(desk: Desk) -> None:
    for role in ("verifier", "village", "court", "admin", "auditor"):
        await page(desk.browser(role), WORDS, 403)
