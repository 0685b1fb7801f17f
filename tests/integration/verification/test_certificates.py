"""Whose certificate it is is found by its number, wherever in the register that person is, or was."""

from dataclasses import replace
from datetime import date

from services.verification.domain.register import Former
from services.verification.domain.rules import People
from shared.reference.population import Effect
from tests.integration.verification.conftest import Office
from tests.support import families as people
from tests.support.families import DAUGHTER, HUSBAND, KK

BIRTH, DEATH, VOID = "3519-LU-10052016-0007", "3519-KM-02032024-0004", "3519-LU-11052016-0009"
OTHER = "3519080101850001"


async def test_a_certificate_leads_to_its_family(office: Office) -> None:
    girl = people.child(DAUGHTER, date(2016, 5, 5), birth_certificate=BIRTH, former_names=("SUSI WAHYU",), birth_kind=3)
    girl = replace(girl, annulled=(VOID,), disability="FISIK")
    late = Former(people.member("3519080101600001"), date(2024, 3, 2), Effect.DIED, date(2024, 2, 28), DEATH, "MADIUN")
    bereaved = replace(people.family(people.member("3519080101650009"), kk_number=OTHER), former=(late,))
    await office.load(people.family(people.member(), girl), bereaved)
    await office.load(people.family(people.member(), people.child(DAUGHTER, date(2016, 5, 5))))

    found = await office.units.run(lambda tx: tx.register(People(niks=(HUSBAND,), certificates=(BIRTH, DEATH))))
    assert set(found.by_kk) == {KK, OTHER}
    assert found.late("3519080101600001") == late
    row = found.person(DAUGHTER)
    assert row is not None
    assert (row.birth_certificate, row.former_names, row.birth_kind) == (BIRTH, ("SUSI WAHYU",), 3), "a load that does not say it leaves it"
    assert (row.annulled, row.disability) == ((VOID,), "FISIK")
    void = await office.units.run(lambda tx: tx.register(People(certificates=(VOID,))))
    assert set(void.by_kk) == {KK}, "an annulled certificate leads to whose it was"
    alone = await office.units.run(lambda tx: tx.register(People(certificates=("3519-LU-10052016-0008",))))
    assert not alone.by_kk
