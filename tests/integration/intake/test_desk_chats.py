"""Chats at the desk: who waits stands first, one officer has a chat at a time, the machine is silent meanwhile, nothing written is lost."""

import asyncio
from datetime import timedelta

from shared.mongo import Doc
from tests.integration.intake.desk import CHATS, CITIZEN, Desk, act, chat_of, page
from tests.integration.intake.rig import JPEG, KK, NIK, PNG, Rig, buttons_of, only, text_of


async def sent(rig: Rig) -> list[Doc]:
    return await rig.told_data("intake.reply_composed")


async def test_who_asks_for_a_person_is_told_so_and_stands_first(rig: Rig, desk: Desk) -> None:
    await rig.say("halo", "6281111111111")
    reply = only(await rig.say("saya mau bicara dengan petugas"))
    assert "kami teruskan ke petugas. Urutan Anda nomor *1*" in text_of(reply)
    assert "paling lambat *hari ini pukul 11.00 WIB*" in text_of(reply), "two working hours from nine o'clock"
    words = await page(desk.browser("operator"), CHATS)
    assert "Menunggu petugas · 1" in words
    assert words.index("Minta petugas") < words.index("Tidak menunggu petugas") < words.index("Dijawab mesin")
    assert CITIZEN not in words


async def test_the_longest_wait_is_first_and_is_taken_first(rig: Rig, desk: Desk) -> None:
    for number in ("6281111111111", "6282222222222", "6283333333333"):
        await rig.say("petugas", number)
        rig.clock.forward(minutes=5)
    operator = desk.browser("operator")
    taken = await act(operator, f"{CHATS}/ambil")
    assert taken.headers["location"] == await chat_of(rig, "6281111111111")
    counts = (await operator.get(f"{CHATS}/jumlah")).json()
    assert counts == {"waiting": 3, "urgent": False}, "whoever is taken and not answered still waits for their officer"


async def test_three_messages_that_the_machine_does_not_understand_call_a_person(rig: Rig, desk: Desk) -> None:
    await rig.say("sembarang kata tanpa makna apa pun begitu")
    await rig.say("hijau ungu jingga langit bulan bintang")
    reply = only(await rig.say("kuning abu tembaga awan pelangi embun"))
    assert "Supaya tidak bingung" in text_of(reply)
    assert await rig.say("merah hitam putih hujan petir kabut") == []
    assert "Tidak dipahami 3 kali" in await page(desk.browser("operator"), CHATS)


async def test_what_is_bold_in_the_chat_is_bold_here_and_a_star_of_a_citizen_stays_one(rig: Rig, desk: Desk) -> None:
    await rig.say("*halo*")
    said = (await desk.browser("operator").get(await chat_of(rig))).text
    assert "<b>PAK&#39;DE ON</b>" in said
    assert '<p class="said">*halo*</p>' in said


async def test_taken_the_machine_is_silent_and_given_back_the_draft_goes_on(rig: Rig, desk: Desk) -> None:
    await rig.press("service:kk_hilang")
    await rig.say(NIK)
    await rig.say("petugas")
    operator, chat = desk.browser("operator"), await chat_of(rig)
    before = len(await sent(rig))
    await act(operator, f"{chat}/ambil")
    took = (await sent(rig))[before:]
    assert "Anda sekarang dibantu petugas" in text_of(only(took))
    assert await rig.say("Pak, KK-nya hilang di pasar") == []
    assert await rig.show(JPEG) == []
    words = await page(operator, chat)
    assert "KK-nya hilang di pasar" in words
    assert "Foto" in words
    assert "mengambil percakapan ini" in words
    await act(operator, f"{chat}/balas", teks="Baik Pak, lanjutkan saja.", tindakan="kirim")
    reply = (await sent(rig))[-1]
    assert text_of(reply) == "Baik Pak, lanjutkan saja."
    assert reply["personal"]["in_reply_to"] is None
    await act(operator, f"{chat}/kembalikan")
    back = (await sent(rig))[-1]
    assert "kembali dijawab otomatis" in text_of(back)
    assert "Nomor Kartu Keluarga" in text_of(back), "the question that was open"
    assert "kepolisian" in text_of(only(await rig.say(KK)))


async def test_a_photo_that_came_to_an_officer_is_seen_and_kept(rig: Rig, desk: Desk) -> None:
    await rig.say("petugas")
    operator, chat = desk.browser("operator"), await chat_of(rig)
    await act(operator, f"{chat}/ambil")
    await rig.show(PNG)
    file_id = only(await rig.rows("files.files"))["filename"]
    assert (await operator.get(f"{chat}/berkas/{file_id}")).content[:3] == b"\xff\xd8\xff", "made anew, as a JPEG"
    assert (await operator.get(f"{chat}/berkas/another")).status_code == 404
    rig.clock.forward(days=9)
    await rig.wiring.retention.unused_files.sweep()
    rig.clock.forward(hours=2)
    await rig.wiring.retention.unused_files.sweep()
    assert (await operator.get(f"{chat}/berkas/{file_id}")).status_code in {200, 401, 303}
    assert len(await rig.rows("files.files")) == 1


async def test_of_officers_who_take_a_chat_at_once_one_has_it(rig: Rig, desk: Desk) -> None:
    await rig.say("petugas")
    chat = await chat_of(rig)
    officers = [desk.browser("operator", name=f"Petugas{number} Satu") for number in range(6)]
    answers = await asyncio.gather(*(officer.post(f"{chat}/ambil") for officer in officers))
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409, 409, 409]
    assert len([reply for reply in await sent(rig) if "dibantu petugas" in text_of(reply)]) == 1
    loser = officers[[answer.status_code for answer in answers].index(409)]
    words = await page(loser, chat)
    assert "Dipegang Petugas" in words
    assert "Kirim terkunci" in words
    refused = await act(loser, f"{chat}/balas", 409, teks="saya juga mau membalas", tindakan="kirim")
    assert "saya juga mau membalas" in refused.text, "what was typed stays"


async def test_a_chat_that_was_left_may_be_taken_and_one_that_is_open_stays(rig: Rig, desk: Desk) -> None:
    await rig.say("petugas")
    chat = await chat_of(rig)
    first, second = desk.browser("operator", name="Bagus Prasetyo"), desk.browser("operator", name="Sulastri Wati")
    await act(first, f"{chat}/ambil")
    rig.clock.forward(minutes=6)
    await page(first, f"{chat}/lain")  # the page is open: the lease is renewed
    rig.clock.forward(minutes=5)
    await act(second, f"{chat}/ambil", 409)
    rig.clock.forward(minutes=4)
    second = desk.browser("operator", name="Sulastri Wati")
    rig.clock.forward(minutes=2)
    await act(second, f"{chat}/ambil")
    first = desk.browser("operator", name="Bagus Prasetyo")
    await act(first, f"{chat}/balas", 409, teks="terlambat", tindakan="kirim")


async def test_a_chat_is_handed_to_a_colleague_with_a_note(rig: Rig, desk: Desk) -> None:
    await rig.say("petugas")
    chat = await chat_of(rig)
    first, second = desk.browser("operator", name="Bagus Prasetyo"), desk.browser("operator", name="Sulastri Wati")
    await page(second, CHATS)
    await act(first, f"{chat}/ambil")
    await act(first, f"{chat}/alihkan", kepada="staff-sulastri", teks="sudah saya cek, tinggal foto")
    words = await page(second, chat)
    assert "mengalihkan percakapan ini kepada Sulastri Wati" in words
    assert "sudah saya cek, tinggal foto" in words
    await act(second, f"{chat}/balas", teks="Saya lanjutkan", tindakan="kirim")
    assert len([reply for reply in await sent(rig) if "sudah saya cek" in text_of(reply)]) == 0, "a note is never sent"


async def test_colleagues_see_who_reads_and_types(rig: Rig, desk: Desk) -> None:
    await rig.say("petugas")
    chat = await chat_of(rig)
    first, second = desk.browser("operator", name="Bagus Prasetyo"), desk.browser("operator", name="Sulastri Wati")
    await page(first, f"{chat}/lain?mengetik=true")
    assert "Bagus Prasetyo sedang mengetik" in await page(second, f"{chat}/lain")
    rig.clock.forward(seconds=20)
    assert "Bagus Prasetyo juga membuka" in await page(second, f"{chat}/lain")
    rig.clock.forward(seconds=60)
    assert "Bagus" not in await page(second, f"{chat}/lain")


async def test_after_a_day_only_a_template_goes_and_the_page_says_so(rig: Rig, desk: Desk) -> None:
    await rig.say("petugas")
    chat = await chat_of(rig)
    await act(desk.browser("operator"), f"{chat}/ambil")
    rig.clock.forward(hours=23)
    operator = desk.browser("operator")
    await act(operator, f"{chat}/ambil")
    assert "Balas bebas sampai" in await page(operator, chat)
    rig.clock.forward(hours=1, minutes=1)
    operator = desk.browser("operator")
    assert "Jendela 24 jam sudah tertutup" in await page(operator, chat)
    await act(operator, f"{chat}/balas", 409, teks="halo", tindakan="kirim")
    await act(operator, f"{chat}/templat", nama="pesan_baru")
    template = (await sent(rig))[-1]["personal"]
    assert template["template"] == {"name": "pesan_baru", "language": "id", "parameters": []}
    assert "Balas pesan ini" in template["text"]


async def test_nobody_writes_into_silence_for_longer_than_a_day(rig: Rig, desk: Desk) -> None:
    await rig.say("petugas")
    await act(desk.browser("operator"), f"{await chat_of(rig)}/ambil")
    assert await rig.say("halo pak?") == []
    rig.clock.forward(hours=25)
    assert "PAK'DE ON" in text_of(only(await rig.say("halo")))


async def test_a_blocked_sender_is_told_once_and_answered_no_more(rig: Rig, desk: Desk) -> None:
    await rig.say("kata-kata kasar")
    chat, operator = await chat_of(rig), desk.browser("operator")
    await act(operator, f"{chat}/blokir", alasan="kata kasar berulang")
    assert "hentikan" in text_of((await sent(rig))[-1])
    assert await rig.say("halo") == []
    words = await page(operator, chat)
    assert "Diblokir: kata kasar berulang" in words
    assert "halo" in words, "what they write is kept"
    await act(operator, f"{chat}/buka-blokir")
    assert buttons_of(only(await rig.say("halo"))) == ["service:kk_hilang", "status"]


async def test_chats_are_found_by_name_number_receipt_and_words(rig: Rig, desk: Desk) -> None:
    await rig.file_request()
    receipt = only(await rig.told_data("intake.request_submitted.v1"))["receipt"]
    greeting = rig.message("text", {"body": "mau tanya soal akta adik"}, "6282222222222")
    body = {"messages": [greeting], "contacts": [{"wa_id": "6282222222222", "profile": {"name": "Parti Suryani"}}]}
    await rig.post({"object": "x", "entry": [{"id": "1", "changes": [{"field": "messages", "value": body}]}]})
    await rig.work()
    operator = desk.browser("operator")
    for text, expected in (
        ("parti", "Parti Suryani"),
        ("Suryani Parti", "Parti Suryani"),
        ("0822 2222", "Parti Suryani"),
        ("akta adik", "Parti Suryani"),
        (receipt, "Dijawab mesin"),
        (NIK, "Dijawab mesin"),
    ):
        answer = await operator.post(f"{CHATS}/cari", data={"q": text})
        assert "Hasil pencarian · 1" in answer.text, text
        assert expected in answer.text, text
    assert "Hasil pencarian · 0" in (await operator.post(f"{CHATS}/cari", data={"q": "tidak ada ini"})).text
    asked = [row["personal"]["persons"][0] for row in await rig.rows("audit") if row["act"] == "chats.search" and "personal" in row]
    assert NIK in [each["nik"] for each in asked], "an auditor does not find who looked for somebody here"
    assert "parti" in [each["name"] for each in asked]


async def test_numbers_are_masked_until_asked_for_and_every_look_is_written_down(rig: Rig, desk: Desk) -> None:
    await rig.file_request()
    chat, operator = await chat_of(rig), desk.browser("operator")
    assert NIK not in await page(operator, chat)
    revealed = await operator.post(f"{chat}/nomor")
    assert NIK in revealed.text
    await act(operator, f"{chat}/balas", teks="untuk rekan", tindakan="catatan")
    rows = await rig.rows("audit")
    acts = [row["act"] for row in rows]
    assert acts.count("chat.read") == 1
    assert acts.count("chat.numbers_revealed") == 1
    assert acts.count("chat.note") == 1
    assert {row["actor"] for row in rows} == {"staff-bagus"}
    looked = next(row for row in rows if row["act"] == "chat.read")
    assert looked["personal"]["persons"][0]["nik"] == NIK


async def test_who_may_read_may_not_write(rig: Rig, desk: Desk) -> None:
    await rig.say("petugas")
    chat, auditor = await chat_of(rig), desk.browser("auditor")
    shown = await auditor.get(chat)
    assert f'action="{chat}/ambil"' not in shown.text
    for path in ("ambil", "balas", "kembalikan", "blokir"):
        await act(auditor, f"{chat}/{path}", 403, teks="x")
    assert (await desk.browser("village", areas=frozenset({"3519081001"})).get(CHATS)).status_code == 403


async def test_what_was_said_goes_when_its_time_is_over(rig: Rig, desk: Desk) -> None:
    await rig.say("petugas")
    operator, chat = desk.browser("operator"), await chat_of(rig)
    await act(operator, f"{chat}/ambil")
    kept = timedelta(days=rig.wiring.settings.chat_log_days)
    for row in (*await rig.rows("webhook_log"), *await rig.rows("chat_entries")):
        assert kept - timedelta(minutes=1) < row["expires_at"] - rig.clock.at < kept + timedelta(minutes=1)
