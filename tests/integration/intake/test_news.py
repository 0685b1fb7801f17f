"""News of the office: opt-in with its proof, STOP told at once, whom a broadcast may reach, and how our number is rated."""

from __future__ import annotations

from typing import Any

from services.intake.jobs import AudienceFinder
from shared.contracts.notifier import BroadcastDrafted, NewsDeclined
from tests.integration.intake.rig import Rig, text_of

SITI, BUDI, TINI = "6281234567890", "6281300000002", "6281300000003"


async def consents(rig: Rig) -> list[tuple[bool, str]]:
    return [(each["agreed"], each["how"]) for each in await rig.told_data("intake.news_consent_changed")]


async def audience(rig: Rig, broadcast_id: str, **asked: Any) -> dict[str, Any]:
    """Whom a broadcast may reach, and how many get nothing."""
    await rig.tell(
        BroadcastDrafted(**{"broadcast_id": broadcast_id, "category": "marketing", "need": None, "drafted_at": rig.clock(), **asked})
    )
    await AudienceFinder(rig.wiring.deps, rig.units).find_all()
    (page,) = [each for each in await rig.told_data("intake.audience_found") if each["broadcast_id"] == broadcast_id]
    return {
        "people": sorted(each["contact"]["address"] for each in page["personal"]["members"]),
        "left_out": {each["why"]: each["people"] for each in page["left_out"]},
    }


async def test_who_agreed_is_reached_until_they_say_stop(rig: Rig) -> None:
    await rig.say("halo", TINI)
    for sender in (SITI, BUDI):
        (answer,) = await rig.say("mulai kabar", sender)
        assert "BERHENTI" in text_of(answer)
    assert await audience(rig, "b-1") == {"people": [SITI, BUDI], "left_out": {"no_opt_in": 1}}
    (answer,) = await rig.say("STOP", BUDI)
    assert "tidak mengirim kabar lagi" in text_of(answer)
    assert await consents(rig) == [(True, "typed"), (True, "typed"), (False, "typed")]
    assert await audience(rig, "b-2") == {"people": [SITI], "left_out": {"no_opt_in": 1, "opted_out": 1}}
    await rig.say("mulai", BUDI)
    (contact,) = await rig.rows("contacts", {"wa_id": BUDI})
    assert [(each["agreed"], each["how"], each["words"]) for each in contact["news"]] == [
        (True, "typed", "mulai kabar"),
        (False, "typed", "STOP"),
        (True, "typed", "mulai"),
    ]


async def test_of_two_texts_everybody_gets_one_and_always_the_same(rig: Rig) -> None:
    senders = [f"62813{number:08d}" for number in range(12)]
    for sender in senders:
        await rig.say("mulai kabar", sender)
    found = [await audience(rig, f"b-{arm}", trial="t-1", arm=arm) for arm in "ab"]
    assert sorted([*found[0]["people"], *found[1]["people"]]) == senders
    assert found[0]["people"] == (await audience(rig, "b-again", trial="t-1", arm="a"))["people"]


async def test_who_stops_us_at_whatsapp_is_not_reached(rig: Rig) -> None:
    await rig.say("mulai kabar", SITI)
    (contact,) = await rig.rows("contacts")
    declined = NewsDeclined(contact_id=contact["_id"], reason="meta_131050", declined_at=rig.clock())
    await rig.tell(declined)
    await rig.tell(declined)
    assert await consents(rig) == [(True, "typed"), (False, "provider")]
    await rig.tell(NewsDeclined(contact_id="nobody", reason="meta_131050", declined_at=rig.clock()))


async def test_a_reminder_goes_to_who_has_something_open_and_did_not_say_stop(rig: Rig) -> None:
    await rig.say("halo", TINI)
    await rig.press("service:kk_hilang", SITI)
    await rig.press("service:kk_hilang", BUDI)
    await rig.say("STOP", BUDI)
    assert await audience(rig, "b-1", category="utility") == {"people": [SITI], "left_out": {"opted_out": 1}}
    assert await audience(rig, "b-2", category="utility", need="returned") == {"people": [], "left_out": {}}
    assert await audience(rig, "b-3", category="utility", villages=("3519012001",)) == {"people": [], "left_out": {}}


async def test_how_whatsapp_rates_our_number_is_told_once(rig: Rig) -> None:
    value = {"display_phone_number": "628113519000", "event": "FLAGGED", "current_limit": "TIER_2K"}
    body = {"entry": [{"id": "1", "changes": [{"field": "phone_number_quality_update", "value": value}]}]}
    for _ in range(2):
        assert (await rig.post(body)).status_code == 200
    await rig.work()
    (told,) = await rig.told_data("intake.number_quality_changed")
    assert (told["webhook"], told["change"], told["limit"]) == ("phone_number_quality_update", "flagged", "tier_2k")
