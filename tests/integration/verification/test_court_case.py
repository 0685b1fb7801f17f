"""A court case: its requests come in any order and are judged as one, and the register becomes what was decided, once."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import httpx
import pytest

from services.verification.domain.register import Family
from services.verification.domain.submission import CourtChild, CourtParty, Submission
from shared.contracts.intake import DecisionRecorded, DecisionRecordedPersonal
from shared.contracts.parts import Contact
from shared.ids import new_id
from shared.messaging.delivery import Dead, Done
from tests.integration.verification.conftest import Office
from tests.integration.verification.test_desk import decision, ok, refused
from tests.support import families as people
from tests.support.families import CASE, DAUGHTER, HUSBAND, KK, SON, WIFE
from tests.support.submissions import document_issued, request_submitted, sent_decision

HIS, HERS = people.divorces()
NEW_KK = "3519082411260001"
ISSUED = [(HIS, "kk"), (HIS, "ktp"), (HERS, "kk"), (HERS, "ktp"), (HERS, "kia")]


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    async with office.client() as client:
        yield client


async def approved(office: Office) -> None:
    await office.load(people.family())
    assert await office.take_in(HIS, HERS) == [Done(), Done()]


async def families(office: Office) -> dict[str, Family]:
    return {family.kk_number: family for family in (await office.registry.look_up(kk_numbers=[KK, NEW_KK], niks=[HUSBAND, WIFE])).families}


def niks(family: Family) -> list[str]:
    return [member.nik for member in family.members]


@pytest.mark.parametrize("order", [(HIS, HERS), (HERS, HIS)], ids=["husband first", "wife first"])
@pytest.mark.parametrize("together", [True, False], ids=["one batch", "one by one"])
async def test_the_requests_of_a_case_are_gathered_and_approved_as_one(
    office: Office,
    order: tuple[Submission, ...],
    together: bool,  # noqa: FBT001 - a table
) -> None:
    await office.load(people.family())
    for some in (order,) if together else ((order[0], order[0]), (order[1],)):
        assert set(await office.take_in(*some)) == {Done()}
    told = await office.told("request_approved")
    assert {(envelope["subject"], envelope["sequence"], envelope["correlation_id"]) for envelope in told} == {
        (HIS.request_id, 1, CASE),
        (HERS.request_id, 1, CASE),
    }
    documents = {envelope["subject"]: envelope["data"]["documents"] for envelope in told}
    assert documents == {HIS.request_id: ["kk", "ktp"], HERS.request_id: ["kk", "ktp", "kia"]}
    cards = {envelope["subject"]: envelope["data"]["personal"]["documents"][0]["content"]["kk_number"] for envelope in told}
    assert cards == {HIS.request_id: KK, HERS.request_id: NEW_KK}
    [case] = await office.rows("cases")
    assert (case["_id"], case["state"]) == (CASE, "approved")


async def test_half_a_case_waits_and_its_second_half_again_changes_nothing(office: Office) -> None:
    await office.load(people.family())
    await office.take_in(HERS)
    [case] = await office.rows("cases")
    assert (case["state"], await office.told()) == ("gathering", [])
    await office.take_in(HIS)
    [outcome] = await office.take_in(HIS)
    assert isinstance(outcome, Dead)
    assert outcome.code == "case_not_returned"
    assert len(await office.told("request_approved")) == 2


async def test_a_wrong_husband_is_one_task_and_nothing_is_made(office: Office, desk: httpx.AsyncClient) -> None:
    stranger = people.member("3519080703850002", name="JOKO SUSILO")
    await office.load(people.family(), people.family(stranger, kk_number="3519081611230007"))
    ruling = people.decision(husband=CourtParty(nik=stranger.nik, name="Joko Susilo"), children=())
    his = replace(people.divorce(HUSBAND, ruling=ruling), applicant=replace(HIS.applicant, nik=stranger.nik))
    await office.take_in(his, people.divorce(WIFE, ruling=ruling))
    [task] = await office.rows("tasks")
    assert "parties_not_spouses" in [reason["code"] for reason in task["reasons"]]
    seen = await ok(desk.post(f"/v1/tasks/{task['_id']}/claim"))
    assert (seen["case_id"], len(seen["requests"]), seen["personal"]["documents"]) == (CASE, 2, [])
    path = f"/v1/tasks/{task['_id']}/decision"
    assert await refused(desk.post(path, json=decision("approve", seen["version"]))) == (409, "parties_not_spouses")
    await ok(desk.post(path, json=decision("return", seen["version"], reasons=[{"code": "parties_not_spouses", "field": "decision"}])))
    assert len(await office.told("request_returned")) == 2
    assert await office.told("request_approved") == []
    mended = (replace(each, round=2) for each in (HERS, HIS))
    assert await office.take_in(*mended) == [Done(), Done()]
    assert [(envelope["subject"], envelope["sequence"]) for envelope in await office.told("task_opened")][1:] != [], "looked at again"


async def test_an_officer_sees_placeholders_and_the_approval_gives_the_number(office: Office, desk: httpx.AsyncClient) -> None:
    office.automatic(cerai=False)
    await approved(office)
    [task] = await office.rows("tasks")
    seen = await ok(desk.post(f"/v1/tasks/{task['_id']}/claim"))
    cards = [document["content"]["kk_number"] for document in seen["personal"]["documents"] if document["product"] == "kk"]
    assert (cards, seen["personal"]["numbers_final"]) == ([KK, "3519080000000001"], False)
    assert await office.rows("counters") == []
    await ok(desk.post(f"/v1/tasks/{task['_id']}/decision", json=decision("approve", seen["version"])))
    told = {envelope["subject"]: envelope["data"] for envelope in await office.told("request_approved")}
    assert told[HERS.request_id]["personal"]["documents"][0]["content"]["kk_number"] == NEW_KK


@pytest.mark.parametrize("order", list(itertools.permutations(range(5)))[::17])
async def test_the_register_changes_once_with_the_last_document_in_whatever_order_they_come(office: Office, order: tuple[int, ...]) -> None:
    await approved(office)
    marked = await families(office)
    assert (marked[KK].pending, list(marked)) == (CASE, [KK])
    for place in order[:-1]:
        await office.issue(*ISSUED[place])
    assert niks((await families(office))[KK]) == [HUSBAND, WIFE, SON, DAUGHTER]
    for _ in range(2):
        await office.issue(*ISSUED[order[-1]])
    changed = await families(office)
    assert (niks(changed[KK]), niks(changed[NEW_KK])) == ([HUSBAND, SON], [WIFE, DAUGHTER])
    assert {family.head.marital.value for family in changed.values()} == {"CERAI HIDUP TERCATAT"}
    assert [family.pending for family in changed.values()] == [None, None]
    assert [(former.member.nik, former.reason) for former in changed[KK].former] == [(WIFE, "left"), (DAUGHTER, "left")]
    [told] = await office.told("register_changed")
    assert (told["subject"], told["data"]["basis"], told["data"]["families_opened"]) == (CASE, "akta_cerai", 1)
    [case] = await office.rows("cases")
    assert (case["state"], case["personal"]["change"]) == ("issued", None)


async def test_what_became_of_a_family_is_kept_and_shown_to_officers(office: Office, desk: httpx.AsyncClient) -> None:
    await approved(office)
    await office.issue(HIS, "kk", "ktp")
    await office.issue(HERS, "kk", "ktp", "kia")
    [change] = (await ok(desk.post("/v1/register/history", json={"kk_number": NEW_KK})))["changes"]
    assert (change["id"], change["basis"], change["officer_id"]) == (CASE, "akta_cerai", None)
    assert change["personal"]["basis_number"] == people.decision().answers.text("deed_number")
    persons = {person["nik"]: person for person in change["personal"]["persons"]}
    assert {nik: (person["effect"], person["kk_before"], person["kk_after"]) for nik, person in persons.items()} == {
        HUSBAND: ("changed", KK, KK),
        WIFE: ("joined", KK, NEW_KK),
        DAUGHTER: ("joined", KK, NEW_KK),
    }
    assert (persons[HUSBAND]["before"]["marital"], persons[HUSBAND]["after"]["marital"]) == ("KAWIN TERCATAT", "CERAI HIDUP TERCATAT")
    assert await ok(desk.post("/v1/register/history", json={"kk_number": "3519081611239999"})) == {"changes": []}
    async with office.client("adapter") as stranger:
        assert await refused(stranger.post("/v1/register/history", json={"kk_number": KK})) == (403, "scope_missing")


async def test_the_next_request_sees_the_register_as_it_is_then(office: Office) -> None:
    await approved(office)
    lost = people.lost_card(request_id=new_id(), nik=WIFE, kk_number=NEW_KK)
    events = [*(document_issued(request, key) for request, key in ISSUED), request_submitted(lost)]
    assert await office.deliver(*map(office.delivery, events)) == [Done()] * 6
    told = await office.told("request_approved")
    assert told[-1]["data"]["personal"]["documents"][0]["content"]["head_name"] == "TITIK FITRIANI"


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "one by one"])
async def test_a_family_that_waits_for_its_documents_gives_no_other_card(
    office: Office,
    desk: httpx.AsyncClient,
    together: bool,  # noqa: FBT001 - a table
) -> None:
    await office.load(people.family())
    for some in ((HIS, HERS, people.lost_card()),) if together else ((HIS, HERS), (people.lost_card(),)):
        await office.take_in(*some)
    [task] = await office.rows("tasks")
    assert [reason["code"] for reason in task["reasons"]] == ["register_change_pending"]
    seen = await ok(desk.post(f"/v1/tasks/{task['_id']}/claim"))
    assert seen["personal"]["registered"][0]["pending"] == CASE
    path = f"/v1/tasks/{task['_id']}/decision"
    assert await refused(desk.post(path, json=decision("approve", seen["version"]))) == (409, "register_change_pending")
    await office.issue(HIS, "kk", "ktp")
    await office.issue(HERS, "kk", "ktp", "kia")
    seen = await ok(desk.get(f"/v1/tasks/{task['_id']}"))
    await ok(desk.post(path, json=decision("approve", seen["version"])))
    told = (await office.told("request_approved"))[-1]["data"]["personal"]["documents"][0]["content"]
    assert [row["nik"] for row in told["members"]] == [HUSBAND, SON]


async def test_a_load_in_between_is_laid_under_the_change(office: Office) -> None:
    await approved(office)
    await office.load(replace(people.family(), address="JL. BARU NO. 1"))
    assert (await families(office))[KK].pending == CASE
    await office.issue(HIS, "kk", "ktp")
    await office.issue(HERS, "kk", "ktp", "kia")
    changed = await families(office)
    assert (changed[KK].address, niks(changed[KK]), niks(changed[NEW_KK])) == ("JL. BARU NO. 1", [HUSBAND, SON], [WIFE, DAUGHTER])


@pytest.mark.parametrize("act", ["replay", "discard"])
async def test_a_load_that_contradicts_the_change_is_a_persons_and_nothing_is_lost(office: Office, act: str) -> None:
    await approved(office)
    await office.load(people.family(*people.family().members[:1], *people.family().members[2:]))
    await office.issue(HIS, "kk", "ktp")
    assert await office.issue(HERS, "kk", "ktp", "kia") == [Done()] * 3
    [case] = await office.rows("cases")
    assert (case["state"], await office.told("register_changed")) == ("unrecorded", [])
    async with office.client("admin") as admin:
        [stuck] = (await ok(admin.get("/v1/stuck")))["stuck"]
        assert (stuck["id"], stuck["code"]) == (CASE, "register_conflict")
        shown = await ok(admin.get(f"/v1/stuck/{CASE}"))
        assert WIFE not in str(shown)
        assert await refused(admin.post(f"/v1/stuck/{CASE}/replay")) == (409, "register_conflict")
        await office.load(people.family())
        body = {"note": "the court took it back"} if act == "discard" else None
        assert (await admin.post(f"/v1/stuck/{CASE}/{act}", json=body)).status_code == 204
        assert (await ok(admin.get("/v1/stuck")))["stuck"] == []
    changed = await families(office)
    assert [family.pending for family in changed.values()] == [None] * len(changed)
    assert len(await office.told("register_changed")) == (act == "replay")
    assert niks(changed[KK]) == ([HUSBAND, SON] if act == "replay" else [HUSBAND, WIFE, SON, DAUGHTER])


async def test_a_guardian_of_whom_a_court_said_so_is_known_when_they_ask(office: Office) -> None:
    guardian = CourtParty(nik=HUSBAND, name="Slamet Darmawan")
    why = {"guardian_relation": "bibi", "reason": "parents_dead", "scope": "both"}
    ruling = people.ruling("perwalian", guardian=guardian, children=(CourtChild(nik=SON),), **why)
    told = DecisionRecorded(
        case_id=CASE,
        kind="perwalian",
        final_on=ruling.final_on,
        recorded_at=people.NOW,
        personal=DecisionRecordedPersonal(contact=Contact(channel="court", address="PA.Kab.Mn"), decision=sent_decision(ruling)),
    )
    for _ in range(2):
        assert await office.deliver(office.delivery(told, subject=CASE, correlation_id=CASE)) == [Done()]
    [kept] = await office.rows("recorded_decisions")
    assert (kept["_id"], kept["kind"], kept["personal"]["relied_on_by"]) == (CASE, "perwalian", HUSBAND)
    assert kept["personal"]["wards"] == [SON]


async def test_what_a_court_decided_before_it_moved_the_child_is_an_officers(office: Office) -> None:
    """Custody moves a child without an officer; a court's older decision may come in after its later one."""
    await approved(office)
    await office.deliver(*(office.delivery(document_issued(*each), subject=f"{each[0].request_id}.{each[1]}") for each in ISSUED))
    man, woman = CourtParty(nik=HUSBAND, name="Slamet Darmawan"), CourtParty(nik=WIFE, name="Titik Fitriani")
    later = custody(man, woman, date(2026, 9, 2))
    await office.take_in(*later)
    made = {told["subject"]: told["data"]["documents"] for told in await office.told("request_approved")}
    await office.deliver(
        *(
            office.delivery(document_issued(each, key), subject=f"{each.request_id}.{key}")
            for each in later
            for key in made[each.request_id]
        )
    )
    assert await office.rows("tasks") == []
    await office.take_in(*custody(woman, man, date(2026, 9, 1)))
    [task] = await office.rows("tasks")
    assert "custody_decided_since" in [reason["code"] for reason in task["reasons"]]


def custody(holder: CourtParty, other: CourtParty, decided_on: date) -> list[Submission]:
    own = {"holder": holder, "other_parent": other, "handed_over": True, "children": (CourtChild(nik=DAUGHTER),)}
    ruling = people.ruling("hadhanah", **own, decided_on=decided_on, final_on=date(2026, 9, 30))
    asked = {HUSBAND: new_id(), WIFE: new_id()}
    both = {"service": "hadhanah", "products": ("kk", "kia"), "case_id": new_id(), "case_requests": tuple(asked.values())}
    return [people.divorce(nik, ruling=ruling, request_id=each, **both) for nik, each in asked.items()]
