"""Numbers of newborns and new cards, by rules made for this test alone: each is given once, never one that the register has."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from services.verification.domain.contents import BirthCertificate, ChildCard, FamilyCard
from services.verification.domain.finding import Finding
from services.verification.domain.register import Register
from services.verification.domain.rules import Application, Basis, NikWish, Ordered, People, Plan, RegisterChange, Rules, Wish
from services.verification.domain.submission import Submission
from shared.ids import new_id
from shared.messaging.delivery import Done, Retry
from shared.reference.catalogue import catalogue
from tests.integration.verification.conftest import Office
from tests.support import families as people
from tests.support.families import KK, TODAY
from tests.support.harness import Harness

BORN = date(2026, 11, 20)
DISTRICT = "351908"
WORKERS = 16


def _wishes(_application: Application, _register: Register) -> tuple[Wish, ...]:
    return (NikWish(DISTRICT, BORN, "P"),)


def _plan(application: Application, register: Register, numbers: tuple[str, ...], today: date) -> Plan:
    """A girl joins the card: certificate, card and KIA."""
    [nik] = numbers
    family = register.by_kk[application.first.kk_number or ""]
    girl = people.child(nik, BORN, name="BAYI BARU", sex="P")
    after = replace(family, members=(*family.members, girl))
    born = BirthCertificate(nik, girl.name, "P", BORN, None, "MADIUN", 3, 4, late=False)
    documents = (
        Ordered("akta_kelahiran", born, girl.name, f"akta_kelahiran:{nik}"),
        Ordered("kk", FamilyCard(after), family.head.name, f"kk:{family.kk_number}"),
        Ordered("kia", ChildCard(girl, after, today, "akta_kelahiran"), girl.name, f"kia:{nik}"),
    )
    return Plan(documents, RegisterChange((after,), Basis("akta_kelahiran", TODAY), born=(nik,)))


def _nobody(_application: Application) -> People:
    return People()


def _nothing(_application: Application, _register: Register, _today: date) -> Iterator[Finding]:
    return iter(())


def with_births(office: Office) -> None:
    """Let a lost card be a birth: the rules of a service are what the process is given."""
    shipped = catalogue()
    lost = replace(shipped.services["kk_hilang"], products=("akta_kelahiran", "kk", "kia"))
    services = {**shipped.services, "kk_hilang": lost}
    rules = {**office.deps.rules, "kk_hilang": Rules(people=_nobody, check=_nothing, wishes=_wishes, plan=_plan)}
    office.deps = replace(office.deps, rules=rules, catalogue=replace(shipped, services=services))


def birth(serial: int = 1) -> Submission:
    """A request for a family of its own."""
    number = f"351908161123{serial:04d}"
    return people.lost_card(
        request_id=new_id(),
        receipt=f"MDN-{serial}",
        nik=f"351908110788{serial:04d}",
        kk_number=number,
        products=("akta_kelahiran", "kk", "kia"),
    )


def family(serial: int) -> Any:
    """A couple of its own numbers."""
    request = birth(serial)
    head = people.member(request.applicant_nik)
    return people.family(head, people.wife(nik=f"351908590490{serial:04d}"), kk_number=str(request.kk_number))


async def niks(office: Harness) -> list[str]:
    told = await office.told("request_approved")
    return [envelope["data"]["personal"]["documents"][0]["content"]["nik"] for envelope in told]


async def test_sixteen_workers_at_once_give_every_newborn_a_number_of_their_own(office: Office) -> None:
    with_births(office)
    await office.load(*(family(serial) for serial in range(1, WORKERS + 1)))
    waiting = [birth(serial) for serial in range(1, WORKERS + 1)]
    for _ in range(WORKERS):  # who lost too many races comes again, as the retry ladder would have it
        outcomes = await asyncio.gather(*(office.take_in(each) for each in waiting))
        assert all(outcome in (Done(), Retry("contended")) for [outcome] in outcomes), outcomes
        waiting = [each for each, [outcome] in zip(waiting, outcomes, strict=True) if outcome != Done()]
    assert sorted(await niks(office)) == [f"{DISTRICT}601126{serial:04d}" for serial in range(1, WORKERS + 1)]
    [counter] = await office.rows("counters")
    assert (counter["_id"], counter["last"]) == (f"NIK-{DISTRICT}601126", WORKERS)


async def test_a_number_that_the_register_has_is_never_given(office: Office) -> None:
    with_births(office)
    taken = people.member(f"{DISTRICT}6011260001", born_on=BORN, sex="P")
    dead = people.member(f"{DISTRICT}6011260002", born_on=BORN, sex="P")
    await office.load(family(1), people.family(taken, dead, kk_number="3519081611239999"))
    await office.load(people.family(taken, kk_number="3519081611239999"))
    assert await office.take_in(birth(1)) == [Done()]
    assert await niks(office) == [f"{DISTRICT}6011260003"]


async def test_a_newborn_stands_in_the_register_with_the_number_of_the_certificate(office: Office) -> None:
    with_births(office)
    await office.load(people.family())
    request = replace(people.lost_card(), products=("akta_kelahiran", "kk", "kia"))
    await office.take_in(request)
    [approved] = await office.told("request_approved")
    assert approved["data"]["documents"] == ["akta_kelahiran", "kk", "kia"]
    assert approved["data"]["personal"]["documents"][2]["content"]["birth_certificate_of"] == "akta_kelahiran"
    await office.issue(request, "kk", "kia")
    await office.issue(request, "akta_kelahiran", number="3519-LU-24112026-0001")
    [nik] = await niks(office)
    [home] = (await office.registry.look_up(kk_numbers=[KK], niks=[])).families
    girl = home.member(nik)
    assert girl is not None
    assert girl.birth_certificate == "3519-LU-24112026-0001"
    [told] = await office.told("register_changed")
    assert (told["data"]["born"], told["data"]["basis"], told["sequence"]) == (1, "akta_kelahiran", 2)
    assert [entry["personal"]["basis_number"] for entry in await office.rows("register_history")] == ["3519-LU-24112026-0001"]
    await office.load(replace(people.family(), members=(*people.family().members, replace(girl, birth_certificate=None))))
    [loaded] = (await office.registry.look_up(kk_numbers=[KK], niks=[])).families
    assert loaded.member(nik) == girl, "a load has no certificates, and takes none away"
