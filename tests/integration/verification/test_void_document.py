"""Documents of an approved case that are given up before their issue: what of the case goes on, what ends, and what a person decides."""

import itertools
from collections.abc import Sequence

import pytest

from services.verification.domain.submission import Submission
from shared.ids import new_id
from shared.messaging.delivery import Dead, Done
from tests.integration.verification.conftest import Office
from tests.integration.verification.test_court_case import HERS, HIS, approved, families, niks
from tests.integration.verification.test_desk import ok, refused
from tests.integration.verification.test_given_numbers import birth, family, with_births
from tests.support import families as people
from tests.support.families import CASE, DAUGHTER, HUSBAND, KK, SON, WIFE
from tests.support.submissions import document_issued, document_voided

NOTE = "the kartu of TITIK will be asked for again; decided by op"
ALL = [(HIS, "kk"), (HIS, "ktp"), (HERS, "kk"), (HERS, "ktp"), (HERS, "kia")]
BIRTH = ("akta_kelahiran", "kk", "kia")


async def tell(office: Office, *events: tuple[Submission, str, bool]) -> None:
    """Hand over what became of documents, one message after the other, each of them twice. The last of three: whether it is void."""
    for submission, key, is_void in events:
        event = (document_voided if is_void else document_issued)(submission, key)
        for _ in range(2):
            assert await office.deliver(office.delivery(event, subject=event.document_id)) == [Done()]


async def states(office: Office) -> list[str]:
    return [case["state"] for case in await office.rows("cases")]


async def pending(office: Office) -> list[str | None]:
    return [each.pending for each in (await families(office)).values()]


async def test_a_case_without_a_change_ends_void_and_its_family_may_ask_again(office: Office) -> None:
    await office.load(people.family())
    await office.take_in(people.lost_card())
    await tell(office, (people.lost_card(), "kk", True))
    assert await states(office) == ["void"]
    assert await office.take_in(people.lost_card(request_id=new_id())) == [Done()]
    assert sorted(await states(office)) == ["approved", "void"]
    assert await office.rows("tasks") == []


@pytest.mark.parametrize("order", [tuple(ALL), tuple(reversed(ALL))], ids=["in order", "backwards"])
async def test_a_case_of_which_nothing_is_issued_drops_its_change(office: Office, order: Sequence[tuple[Submission, str]]) -> None:
    await approved(office)
    assert await pending(office) == [CASE]
    await tell(office, *((request, key, True) for request, key in order))
    assert (await states(office), await pending(office)) == (["void"], [None])
    assert (await office.told("register_changed"), await office.rows("register_history")) == ([], [])
    assert niks((await families(office))[KK]) == [HUSBAND, WIFE, SON, DAUGHTER]
    async with office.client("admin") as admin:
        assert (await ok(admin.get("/v1/stuck")))["stuck"] == []


@pytest.mark.parametrize("void_at", [0, 2, 4], ids=["void first", "void between", "void last"])
@pytest.mark.parametrize("act", ["replay", "discard"])
async def test_a_change_of_which_a_document_is_void_waits_for_a_person(
    office: Office, void_at: int, act: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await approved(office)
    events = [(request, key, False) for request, key in ALL if (request, key) != (HERS, "kia")]
    await tell(office, *events[:void_at], (HERS, "kia", True), *events[void_at:])
    assert (await states(office), await pending(office)) == (["unrecorded"], [CASE])
    async with office.client("admin") as admin:
        [stuck] = (await ok(admin.get("/v1/stuck")))["stuck"]
        assert (stuck["id"], stuck["code"], stuck["kind"]) == (CASE, "document_void", "cerai")
        assert WIFE not in str(await ok(admin.get(f"/v1/stuck/{CASE}")))
        body = {"note": NOTE} if act == "discard" else None
        assert (await admin.post(f"/v1/stuck/{CASE}/{act}", json=body)).status_code == 204
        assert await refused(admin.post(f"/v1/stuck/{CASE}/{act}", json=body)) == (409, "not_stuck")
    assert (await states(office), await pending(office)) == (["issued"], [None] * (2 if act == "replay" else 1))
    assert len(await office.told("register_changed")) == (act == "replay")
    assert "TITIK will" not in capsys.readouterr().out, "an operator's note is no line of the log"
    async with office.client() as officer:
        [kept] = (await ok(officer.post("/v1/register/history", json={"kk_number": KK})))["changes"]
    assert kept["personal"]["given_up"] == (NOTE if act == "discard" else None)
    assert bool(kept["personal"]["persons"]) == (act == "replay")


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_a_newborn_whose_certificate_is_void_is_not_recorded_without_its_number(office: Office, order: tuple[int, ...]) -> None:
    with_births(office)
    await office.load(family(1))
    request = birth(1)
    await office.take_in(request)
    told = [(request, key, key == "akta_kelahiran") for key in BIRTH]
    await tell(office, *(told[place] for place in order))
    async with office.client("admin") as admin:
        assert await refused(admin.post(f"/v1/stuck/{request.request_id}/replay")) == (409, "document_void")
        [stuck] = (await ok(admin.get("/v1/stuck")))["stuck"]
        assert (stuck["id"], stuck["code"]) == (request.request_id, "document_void"), "it waits still"
        assert (await admin.post(f"/v1/stuck/{request.request_id}/discard", json={"note": NOTE})).status_code == 204
    [home] = (await office.registry.look_up(kk_numbers=[str(request.kk_number)], niks=[])).families
    assert (home.pending, len(home.members)) == (None, 2)


async def test_numbers_that_a_void_case_was_given_stay_used(office: Office) -> None:
    with_births(office)
    await office.load(family(1))
    request, again = birth(1), birth(1)
    await office.take_in(request)
    await tell(office, *((request, key, True) for key in BIRTH))
    await office.take_in(again)
    told = [each["data"]["personal"]["documents"][0]["content"]["nik"] for each in await office.told("request_approved")]
    assert [nik[-4:] for nik in told] == ["0001", "0002"]


async def test_what_was_issued_is_not_void_and_what_was_not_ordered_is_parked(office: Office) -> None:
    await office.load(people.family())
    await office.take_in(people.lost_card())
    assert await office.issue(people.lost_card()) == [Done()]
    for event in (document_voided(people.lost_card()), document_voided(people.lost_card(), "ktp")):
        assert await office.deliver(office.delivery(event, subject=event.document_id)) == [
            Dead("other_document_issued", "The approval ordered another document.")
        ]
    assert await states(office) == ["issued"]
