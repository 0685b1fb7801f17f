"""A move out and a way back through the database: who is gone, with which letter, and what a later load leaves of it."""

from dataclasses import replace
from typing import Any

from services.verification.domain.submission import Submission
from shared.ids import new_id
from shared.messaging.delivery import Done
from shared.reference.population import Effect
from tests.integration.verification.conftest import Office
from tests.integration.verification.test_other_cards import asked, reasons
from tests.support import families as people
from tests.support.families import HUSBAND, KK, WIFE
from tests.unit.verification.test_arrivals import FATHER, arriving, person
from tests.unit.verification.test_moves_out import leaving, some

LETTER = "SKPWNI/3519/24112026/0001"


async def approve(office: Office, request: Submission) -> None:
    assert await office.take_in(request) == [Done()]
    task = next(row for row in await office.rows("tasks") if row["request_id"] == request.request_id)
    async with office.client() as desk:
        seen = (await desk.post(f"/v1/tasks/{task['_id']}/claim")).json()
        body: dict[str, Any] = {"action": "approve", "version": seen["version"]}
        decided = await desk.post(f"/v1/tasks/{task['_id']}/decision", json=body)
        assert decided.status_code == 200, decided.text


async def moved_out(office: Office) -> None:
    await office.load(people.family())
    request = asked(leaving(kind="members", moving=some(WIFE), minors_alone=False))
    await approve(office, request)
    await office.issue(request, "skpwni", "kk", number=LETTER)


async def test_who_moves_out_is_a_former_member_with_the_number_of_the_letter(office: Office) -> None:
    await moved_out(office)
    [family] = (await office.registry.look_up(kk_numbers=[KK], niks=[])).families
    [former] = family.former
    assert (former.member.nik, former.reason, former.letter) == (WIFE, Effect.MOVED_OUT, LETTER)
    [changed] = await office.told("register_changed")
    assert [(each["nik"], each["effect"]) for each in changed["data"]["personal"]["persons"]] == [(WIFE, "moved_out")]


async def test_a_load_leaves_the_reason_and_who_asks_is_told_it(office: Office) -> None:
    await moved_out(office)
    stay = tuple(member for member in people.family().members if member.nik != WIFE)
    await office.load(people.family(*stay))
    [family] = (await office.registry.look_up(kk_numbers=[KK], niks=[])).families
    assert [(former.reason, former.letter) for former in family.former] == [(Effect.MOVED_OUT, LETTER)]
    assert await office.take_in(people.lost_card(request_id=new_id(), nik=WIFE)) == [Done()]
    assert ["person_moved_out"] in await reasons(office)


async def test_who_comes_back_is_in_the_register_again(office: Office) -> None:
    await moved_out(office)
    titik = person(WIFE, name="Titik Fitriani", sex="P", born_on="1990-04-19", marital="divorced")
    request = replace(asked(arriving(nik=WIFE, arriving=[titik])), applicant=replace(arriving().first.applicant, nik=WIFE))
    await approve(office, request)
    await office.issue(request, "kk", "ktp")
    found = (await office.registry.look_up(kk_numbers=[], niks=[WIFE])).families
    homes = {family.kk_number for family in found if family.member(WIFE)}
    assert len(homes) == 1
    assert KK not in homes
    assert {each["nik"]: each["effect"] for each in (await office.told("register_changed"))[-1]["data"]["personal"]["persons"]} == {
        WIFE: "moved_in"
    }
    [stayed] = (family for family in found if family.kk_number == KK)
    assert stayed.member(HUSBAND) is not None


async def test_who_is_on_the_way_already_arrives_once(office: Office) -> None:
    await office.load(people.family())
    first, again = (replace(asked(arriving()), applicant=arriving().first.applicant, request_id=new_id()) for _ in range(2))
    await approve(office, first)
    assert await office.take_in(again) == [Done()]
    task = next(row for row in await office.rows("tasks") if row["request_id"] == again.request_id)
    async with office.client() as desk:
        seen = (await desk.post(f"/v1/tasks/{task['_id']}/claim")).json()
        body = {"action": "approve", "version": seen["version"]}
        refused = await desk.post(f"/v1/tasks/{task['_id']}/decision", json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "register_change_pending"), refused.text
    await office.issue(first, *(await office.told("request_approved"))[-1]["data"]["documents"])
    found = (await office.registry.look_up(kk_numbers=[], niks=[FATHER])).families
    assert [family.member(FATHER) is not None for family in found] == [True]
