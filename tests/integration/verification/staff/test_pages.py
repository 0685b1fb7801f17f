"""The pages about accounts, as forms and answers: in, out, renewed, managed; and no act without its row in the audit log."""

import re
from datetime import timedelta

import httpx
import jwt
import pytest

from services.verification.domain.staff.account import AccountState, Posting
from services.verification.handlers import staff
from shared.audit import verify
from shared.mongo import DatabaseUnavailable
from shared.web.desk.forms import form_token
from tests.integration.verification.staff.conftest import PASSWORD, Desk


def cookie(answer: httpx.Response, name: str = "desk") -> str:
    return next((each for each in answer.headers.get_list("set-cookie") if each.startswith(f"{name}=")), "")


async def acts(desk: Desk) -> list[str]:
    return [row["act"] for row in await desk.office.rows("audit")]


async def test_in_by_two_steps_back_to_where_one_was(desk: Desk) -> None:
    account, *_ = await desk.office.opened()
    visitor = desk.visitor()
    led = await visitor.get("/desk/petugas?tampil=aktif")
    assert (led.status_code, led.headers["location"]) == (303, "/desk/masuk?next=%2Fdesk%2Fpetugas%3Ftampil%3Daktif")
    await desk.sign_in(visitor, account, to="/desk/petugas?tampil=aktif")
    refused = await visitor.get("/desk/petugas?tampil=aktif")
    assert refused.status_code == 403
    assert "bukan untuk peran Anda" in visitor.page
    mine = await visitor.get("/desk/akun")
    assert "Rina Widya" in mine.text


async def test_the_session_is_a_token_for_a_quarter_of_an_hour_in_a_cookie_that_scripts_cannot_read(desk: Desk) -> None:
    account, *_ = await desk.office.opened()
    visitor = desk.visitor()
    await desk.sign_in(visitor, account)
    claims = jwt.decode(visitor.client.cookies["desk"], options={"verify_signature": False, "verify_exp": False})
    assert (claims["sub"], claims["roles"], claims["area"]) == (account.id, ["verifier"], [])
    assert claims["exp"] == int((desk.office.clock() + timedelta(minutes=15)).timestamp())
    desk.office.clock.forward(seconds=5)
    again = await visitor.get("/desk/masuk?next=/desk/akun")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie(again).split("; "))


async def test_a_page_that_finds_the_token_too_old_comes_back_with_a_new_one(desk: Desk) -> None:
    visitor, _ = await desk.signed_in("rina", "verifier")
    desk.office.clock.forward(minutes=20)
    led = await visitor.get("/desk/akun")
    back = await visitor.get(led.headers["location"])
    assert (led.status_code, back.status_code, back.headers["location"]) == (303, 303, "/desk/akun")
    assert (await visitor.get("/desk/akun")).status_code == 200
    desk.office.clock.forward(minutes=61)
    led = await visitor.get("/desk/akun")
    form = await visitor.get(led.headers["location"])
    assert form.status_code == 200
    assert "Sesi Anda berakhir" in form.text


async def test_a_form_outlives_the_renewal_and_a_sign_in_elsewhere(desk: Desk) -> None:
    """What was typed is sent after all: the page asks for the form token of the new session (desk.js)."""
    visitor, account = await desk.signed_in("rina", "verifier")
    await visitor.get("/desk/akun")
    old = visitor.token
    desk.office.clock.forward(minutes=14)
    renewed = await visitor.client.post("/desk/sesi", headers={"x-form-token": old, "origin": "http://desk.test"})
    assert renewed.status_code == 204
    desk.office.clock.forward(hours=13)
    assert (await visitor.client.post("/desk/sesi", headers={"x-form-token": old, "origin": "http://desk.test"})).status_code == 401
    await desk.sign_in(visitor, account)
    state = (await visitor.client.get("/desk/sesi", headers={"accept": "application/json"})).json()
    assert state["staff"] == account.id
    assert state["form_token"] != old
    await visitor.get("/desk/akun")
    assert visitor.token == state["form_token"]


async def test_a_service_that_does_not_know_the_newest_key_makes_no_circle(desk: Desk) -> None:
    visitor, _ = await desk.signed_in("rina", "verifier")
    answer = await visitor.get("/desk/masuk?next=/desk/akun")
    assert answer.status_code == 503
    assert 'href="/desk/akun"' in answer.text


@pytest.mark.parametrize("login", ["rina", "nobody"])
async def test_the_tries_left_are_said_beside_the_field(desk: Desk, login: str) -> None:
    await desk.office.opened()
    visitor = desk.visitor()
    await visitor.get("/desk/masuk")
    for left in (4, 3, 2, 1):
        answer = await visitor.send("/desk/masuk", akun=login, sandi="wrong password", next="/desk")
        assert answer.status_code == 422
        assert f"Sisa percobaan: {left}." in answer.text
    answer = await visitor.send("/desk/masuk", akun=login, sandi="wrong password", next="/desk")
    assert "Akun sekarang dijeda sampai" in answer.text
    answer = await visitor.send("/desk/masuk", akun=login, sandi=PASSWORD, next="/desk")
    assert "Akun dijeda." in answer.text
    assert PASSWORD not in answer.text


async def test_the_sign_in_takes_no_form_of_another_site_or_browser(desk: Desk) -> None:
    visitor = desk.visitor()
    await visitor.get("/desk/masuk")
    body = {"akun": "rina", "sandi": PASSWORD, "form_token": visitor.token}
    foreign = await visitor.client.post("/desk/masuk", data=body, headers={"origin": "http://evil.test"})
    other = desk.visitor()
    await other.get("/desk/masuk")
    stolen = await other.client.post("/desk/masuk", data=body, headers={"origin": "http://desk.test"})
    assert (foreign.status_code, stolen.status_code) == (403, 403)
    assert await desk.office.rows("sign_in_tries") == []


async def test_nobody_is_led_out_of_the_desk(desk: Desk) -> None:
    visitor, account = await desk.signed_in("rina", "verifier")
    desk.office.clock.forward(seconds=5)
    for target in ("https://evil.test/", "//evil.test", "/desk/../../x\\y", "/other"):
        answer = await visitor.client.get("/desk/masuk", params={"next": target})
        assert answer.headers["location"] == "/desk", target
        desk.office.clock.forward(seconds=5)
    assert account.login == "rina"


async def test_who_signs_out_is_out_even_with_an_old_token(desk: Desk) -> None:
    visitor, account = await desk.signed_in("rina", "verifier")
    await visitor.get("/desk/akun")
    kept = visitor.client.cookies["desk"]
    desk.office.clock.forward(minutes=20)
    out = await visitor.send("/desk/keluar")
    assert (out.status_code, out.headers["location"]) == (303, "/desk/masuk?keluar=1")
    assert "desk" not in visitor.client.cookies
    thief = desk.visitor()
    thief.client.cookies.set("desk", kept)
    assert "Sesi Anda berakhir" in (await thief.get("/desk/masuk")).text
    assert (await acts(desk))[-1] == "session.ended"
    assert await desk.office.deps.reader.sessions(account.id, at=desk.office.clock()) != []  # the one of the set-up


async def test_an_invitation_is_used_in_four_steps_and_recovery_codes_are_shown_once(desk: Desk) -> None:
    account, code = await desk.office.invite("budi")
    visitor = desk.visitor()
    page = await visitor.get(f"/desk/undangan?kode={code}")
    assert f'value="{code}"' in page.text
    await visitor.send("/desk/undangan", undangan=code)
    assert "Selamat datang, Budi Widya" in visitor.page
    short = await visitor.send("/desk/undangan/sandi", undangan=code, sandi="pendek", ulang="pendek")
    assert short.status_code == 422
    assert "Kata sandi terlalu pendek" in short.text
    factor = await visitor.send("/desk/undangan/sandi", undangan=code, sandi=PASSWORD, ulang=PASSWORD)
    assert "data:image/svg+xml;base64," in factor.text
    wrong = await visitor.send("/desk/undangan/kode", undangan=code, kode="000000")
    assert wrong.status_code == 422
    assert "Kode tidak cocok" in wrong.text
    pending = await desk.office.account(account.id)
    done = await visitor.send("/desk/undangan/kode", undangan=code, kode=desk.office.code(pending))
    assert len(re.findall(r"<li>[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}</li>", done.text)) == 10
    assert (await visitor.get("/desk/akun")).status_code == 200
    again = desk.visitor()
    await again.get("/desk/undangan")
    assert "Undangan tidak berlaku" in (await again.send("/desk/undangan", undangan=code)).text


async def test_a_clerk_is_invited_with_their_court(desk: Desk) -> None:
    admin, _ = await desk.signed_in("sri", "admin")
    await admin.get("/desk/petugas/undang")
    without = await admin.send("/desk/petugas/undang", akun="ratna", nama="Ratna Dewi", peran=["court"])
    assert (without.status_code, "memerlukan pengadilannya" in without.text) == (422, True)
    made = await admin.send("/desk/petugas/undang", akun="ratna", nama="Ratna Dewi", peran=["court"], pengadilan="PA.Kab.Mn")
    code = re.search(r'id="kode-undangan">([A-Z2-7-]+)<', made.text)
    assert code is not None
    invited = await desk.office.units.run(lambda tx: staff.find_invited(tx, desk.office.deps, code[1]))
    assert invited.posting == Posting(frozenset({"court"}), (), "PA.Kab.Mn")


async def test_an_admin_invites_changes_and_closes_and_every_act_is_written_down(desk: Desk) -> None:
    admin, boss = await desk.signed_in("sri", "admin")
    await admin.get("/desk/petugas/undang")
    wrong = await admin.send("/desk/petugas/undang", akun="Ani X", nama="Ani", peran=["village"])
    assert wrong.status_code == 422
    made = await admin.send("/desk/petugas/undang", akun="ani", nama="Ani Astuti", peran=["village"], wilayah=["3519081001"])
    assert made.status_code == 200
    code = re.search(r'id="kode-undangan">([A-Z2-7-]+)<', made.text)
    assert code is not None
    invited = await desk.office.units.run(lambda tx: staff.find_invited(tx, desk.office.deps, code[1]))
    assert invited.posting == Posting(frozenset({"village"}), ("3519081001",))
    page = await admin.get("/desk/petugas?tampil=diundang")
    assert "Ani Astuti" in page.text
    found = await admin.send("/desk/petugas/cari", cari="ast")
    assert "Ani Astuti" in found.text
    assert ">Sri Widya</a>" not in found.text
    await admin.get(f"/desk/petugas/{invited.id}")
    changed = await admin.send(f"/desk/petugas/{invited.id}/ubah", nama="Ani Astuti", peran=["operator"])
    assert changed.headers["location"] == f"/desk/petugas/{invited.id}?selesai=ubah"
    assert (await admin.send(f"/desk/petugas/{invited.id}/tindakan", tindakan="keluar")).status_code == 303
    assert (await desk.office.account(invited.id)).state is AccountState.LEFT
    assert (await admin.send(f"/desk/petugas/{boss.id}/tindakan", tindakan="kunci")).status_code == 409
    rows = [row for row in await desk.office.rows("audit") if row["actor"] == boss.id]
    assert [row["act"] for row in rows if row["act"].startswith("account.")][1:] == ["account.invited", "account.changed", "account.closed"]
    assert "POST /desk/petugas/cari" in [row["act"] for row in rows]
    assert (await verify(desk.office.units.audit.all(), "verification")).broken is None


async def test_the_groups_of_services_are_set_shown_and_written_down(desk: Desk) -> None:
    admin, boss = await desk.signed_in("sri", "admin")
    rina, account = await desk.signed_in("rina", "verifier")
    page = await admin.get(f"/desk/petugas/{account.id}")
    assert "<dt>Mengerjakan</dt><dd>Semua layanan</dd>" in page.text
    assert 'name="mengerjakan" value="ktp">' in page.text
    wrong = await admin.send(f"/desk/petugas/{account.id}/ubah", nama=account.name, peran=["verifier"], mengerjakan=["ships"])
    assert (wrong.status_code, "kelompok layanan yang tidak dikenal" in wrong.text) == (422, True)
    await admin.get(f"/desk/petugas/{account.id}")
    await admin.send(f"/desk/petugas/{account.id}/ubah", nama=account.name, peran=["verifier"], mengerjakan=["kia", "ktp"])
    page = await admin.get(f"/desk/petugas/{account.id}")
    assert "<dt>Mengerjakan</dt><dd>KTP-el, Kartu Identitas Anak</dd>" in page.text
    assert 'name="mengerjakan" value="ktp" checked>' in page.text
    changes = [row for row in await desk.office.rows("audit") if row["actor"] == boss.id and row["act"] == "account.changed"]
    assert [row["detail"]["groups"] for row in changes] == ["kia ktp"]
    await admin.get("/desk/petugas/undang")
    await admin.send("/desk/petugas/undang", akun="ani", nama="Ani Astuti", peran=["verifier"], mengerjakan=["birth"])
    [invited] = [row for row in await desk.office.rows("staff") if row["personal"]["login"] == "ani"]
    assert invited["posting"]["groups"] == ["birth"]
    desk.office.clock.forward(minutes=16)  # as a change of roles does, it ends the sessions
    led = await rina.get("/desk/akun")
    assert "Sesi Anda berakhir" in (await rina.get(led.headers["location"])).text
    await desk.sign_in(rina, account)
    claims = jwt.decode(rina.client.cookies["desk"], options={"verify_signature": False, "verify_exp": False})
    assert claims["groups"] == ["kia", "ktp"]


async def test_an_account_of_before_there_were_groups_works_on_all(desk: Desk) -> None:
    admin, _ = await desk.signed_in("sri", "admin")
    rina, account = await desk.signed_in("rina", "verifier")
    for collection in ("staff", "staff_sessions"):
        await desk.office.mongo.collection(desk.office.database, collection).update_many({}, {"$unset": {"posting.groups": ""}})
    assert (await desk.office.account(account.id)).posting.groups == frozenset()
    assert "<dt>Mengerjakan</dt><dd>Semua layanan</dd>" in (await admin.get(f"/desk/petugas/{account.id}")).text
    desk.office.clock.forward(minutes=16)
    led = await rina.get("/desk/akun")
    assert (await rina.get(led.headers["location"])).headers["location"] == "/desk/akun"


async def test_admins_are_told_of_a_paused_account_on_every_page_and_end_the_pause(desk: Desk) -> None:
    admin, _ = await desk.signed_in("sri", "admin")
    account, *_ = await desk.office.opened("rina")
    assert (await admin.get("/desk/petugas/jumlah")).json() == {"waiting": 0, "urgent": False}
    for login in ("rina", "nobody"):
        for _ in range(5):
            await staff.check_password(desk.office.units, desk.office.deps, login, "wrong password")
    assert 'data-count="/desk/petugas/jumlah"' in (await admin.get("/desk/akun")).text
    assert (await admin.get("/desk/petugas/jumlah")).json() == {"waiting": 1, "urgent": True}
    page = await admin.get("/desk/petugas?tampil=keluar")  # a list that does not show the account
    assert "1 akun sedang dijeda" in page.text
    assert f'<a href="/desk/petugas/{account.id}">{account.name}</a> sampai' in page.text
    await admin.get(f"/desk/petugas/{account.id}")
    assert "Akhiri jeda" in admin.page
    await admin.send(f"/desk/petugas/{account.id}/tindakan", tindakan="lanjutkan")
    assert "akun sedang dijeda" not in (await admin.get("/desk/petugas")).text
    assert (await admin.get("/desk/petugas/jumlah")).json() == {"waiting": 0, "urgent": False}
    assert (await staff.check_password(desk.office.units, desk.office.deps, "rina", PASSWORD)).step is not None


async def test_a_reset_gives_a_new_invitation_and_ends_the_old_way_in(desk: Desk) -> None:
    admin, _ = await desk.signed_in("sri", "admin")
    rina, account = await desk.signed_in("rina", "verifier")
    await admin.get(f"/desk/petugas/{account.id}")
    made = await admin.send(f"/desk/petugas/{account.id}/atur-ulang")
    assert "Undangan untuk Rina Widya" in made.text
    desk.office.clock.forward(minutes=16)
    led = await rina.get("/desk/akun")
    assert "Sesi Anda berakhir" in (await rina.get(led.headers["location"])).text
    answer = await staff.check_password(desk.office.units, desk.office.deps, "rina", PASSWORD)
    assert answer.step is None


async def test_sessions_are_listed_without_their_secret_and_ended_one_by_one(desk: Desk) -> None:
    rina, account = await desk.signed_in("rina", "verifier")
    page = (await rina.get("/desk/akun")).text
    sessions = await desk.office.deps.reader.sessions(account.id, at=desk.office.clock())
    assert len(sessions) == 2
    assert all(each.id not in page for each in sessions)
    name = re.search(r'name="sesi" value="([0-9a-f]+)"', page)
    assert name is not None
    await rina.send("/desk/akun/sesi", sesi=name[1])
    [left] = await desk.office.deps.reader.sessions(account.id, at=desk.office.clock())
    assert form_token(left.id) == rina.token


async def test_an_auditor_sees_who_did_what_and_that_is_written_down_too(desk: Desk) -> None:
    auditor, account = await desk.signed_in("agus", "auditor")
    page = await auditor.get("/desk/jejak/verifikasi")
    assert "Agus Widya" in page.text
    assert "Membuka akunnya" in page.text
    found = await auditor.send("/desk/jejak/verifikasi/cari", nik="3519 0820 1126 0001")
    assert "Tidak ada jejak yang cocok" in found.text
    rows = [row["act"] for row in await desk.office.rows("audit") if row["actor"] == account.id]
    assert rows[-2:] == ["GET /desk/jejak/verifikasi", "POST /desk/jejak/verifikasi/cari"]
    assert (await auditor.get("/desk/jejak")).headers["location"] == "/desk/jejak/verifikasi"
    for asked in ("dari=0001-01-01", "sampai=9999-12-31", "sebelum=9223372036854775807"):
        assert (await auditor.get(f"/desk/jejak/verifikasi?{asked}")).status_code == 200, asked
    assert (await auditor.get("/desk/jejak/verifikasi?sebelum=9223372036854775808")).status_code == 422
    admin, _ = await desk.signed_in("sri", "admin")
    assert (await admin.get("/desk/jejak/verifikasi")).status_code == 403


async def test_what_cannot_be_written_down_is_not_shown(desk: Desk) -> None:
    auditor, _ = await desk.signed_in("agus", "auditor")
    desk.app.state.audit_note = _fail
    answer = await auditor.get("/desk/jejak/verifikasi")
    assert answer.status_code == 503
    assert "Agus Widya</a>" not in answer.text


async def _fail(*_: object) -> None:
    raise DatabaseUnavailable("database_unavailable")


async def test_published_keys_check_the_token(desk: Desk) -> None:
    visitor, _ = await desk.signed_in("rina", "verifier")
    keys = (await visitor.client.get("/.well-known/jwks.json")).json()["keys"]
    assert {key["use"] for key in keys} == {"sig"}
    assert all("d" not in key for key in keys)
    header = jwt.get_unverified_header(visitor.client.cookies["desk"])
    assert header["kid"] == keys[0]["kid"]
