"""Bring your neighbour: the link after a document, and those that registrars and courts hand out; who comes by one is counted."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.integration.intake.desk import VILLAGE, Desk, act, page
from tests.integration.intake.rig import NIK, Rig, only
from tests.integration.intake.test_outreach import counts, finish, made

FIRST, SECOND = "6281234567890", "6281234567891"


@pytest.fixture
async def passing(rig: Rig) -> AsyncIterator[Rig]:
    """The same intake, in an office that gives the link."""
    other = Rig(rig.wiring.settings.model_copy(update={"neighbour_rest_days": 90.0, "whatsapp_number": "6281200003519"}))
    yield other
    await other.close()


async def got_one(rig: Rig, later: timedelta = timedelta()) -> list[str]:
    """Somebody gets a document; all links that were given to pass on until then."""
    await rig.file_request(FIRST)
    request = only(await rig.rows("requests", {"origin.address": FIRST, "state": "submitted"}))
    rig.clock.at += later
    await finish(rig, request["_id"])
    told = await rig.told_data("intake.reply_composed")
    return [each["personal"]["text"] for each in told if "Teruskan tautan" in each["personal"]["text"]]


async def test_an_office_that_does_not_ask_for_it_gives_no_link(rig: Rig) -> None:
    assert await got_one(rig) == []


async def test_whoever_got_a_document_passes_a_link_on_that_names_nobody(passing: Rig) -> None:
    source = await made(passing)
    await passing.say(f"halo (#{source.code})")
    (text,) = await got_one(passing)
    shared = only(await passing.rows("sources", {"told_on_from": source.code}))
    assert f"%23{shared['_id']}%29" in text
    assert NIK not in text
    assert len(await got_one(passing)) == 1, "not again a short time later"
    await passing.say(f"Saya mau mengurus dokumen (#{shared['_id']})", SECOND)
    found = await counts(passing)
    assert (found[source.code]["told"], found[shared["_id"]]["chatted"]) == (1, 1)


async def test_beyond_a_day_only_who_agreed_to_news_gets_it_by_a_template_and_who_stopped_never(passing: Rig) -> None:
    assert await got_one(passing, timedelta(days=3)) == [], "never asked"
    await passing.say("MULAI KABAR")
    (text,) = await got_one(passing, timedelta(days=3))
    told = [each["personal"] for each in await passing.told_data("intake.reply_composed")]
    template = only([each["template"] for each in told if each["text"] == text])
    assert template["name"] == "ajakan_tetangga"
    assert template["parameters"] == [text.split("\n\n")[1]]
    await passing.say("BERHENTI KABAR")
    passing.clock.at += timedelta(days=100)
    assert await got_one(passing) == [text]


async def test_registrars_and_courts_have_links_of_their_own(rig: Rig, desk: Desk) -> None:
    registrar = desk.browser("village", areas=frozenset({VILLAGE}))
    assert "Buat tautannya" in await page(registrar, "/desk/desa/ajakan")
    for _ in range(2):  # the second one finds the first
        await act(registrar, "/desk/desa/ajakan", untuk=VILLAGE)
    source = only(await rig.rows("sources"))
    assert (source["place"], source["village"]) == ("registrar", VILLAGE)
    assert source["_id"] in await page(registrar, "/desk/desa/ajakan")
    assert (await registrar.get(f"/desk/desa/ajakan/{VILLAGE}/qr.svg")).headers["content-type"] == "image/svg+xml"
    await act(registrar, "/desk/desa/ajakan", 404, untuk="3519012001")
    assert (await registrar.get("/desk/desa/ajakan/3519012001/qr.svg")).status_code == 404
    clerk = desk.browser("court", name="Siti", court="PA.Kab.Mn")
    assert (await clerk.get("/desk/perkara/ajakan/qr.svg")).status_code == 404
    await act(clerk, "/desk/perkara/ajakan")
    letter = only(await rig.rows("sources", {"place": "court_letter"}))
    assert letter["account"] == "PA.Kab.Mn"
    assert letter["_id"] in await page(clerk, "/desk/perkara/ajakan")
    assert (await clerk.get("/desk/perkara/ajakan/qr.svg")).status_code == 200
    assert (await registrar.get("/desk/perkara/ajakan")).status_code == 403
    await rig.say(f"Saya mau mengurus dokumen (#{letter['_id']})")
    assert (await counts(rig))[letter["_id"]] == {"chatted": 1}
