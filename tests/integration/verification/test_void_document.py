"""A document of an approved case that is made void: its case can't end by itself, and its families must not wait for ever."""

from shared.messaging.delivery import Done
from tests.integration.verification.conftest import Office
from tests.integration.verification.test_court_case import HERS, HIS, approved, families
from tests.integration.verification.test_desk import refused
from tests.support.families import CASE


async def test_the_change_of_a_case_whose_document_is_void_can_be_given_up(office: Office) -> None:
    await approved(office)
    await office.issue(HIS, "kk", "ktp")
    assert [family.pending for family in (await families(office)).values()] == [CASE]
    async with office.client("admin") as admin:
        assert await refused(admin.post(f"/v1/stuck/{CASE}/replay")) == (409, "not_stuck")
        gave_up = await admin.post(f"/v1/stuck/{CASE}/discard", json={"note": "her card is void"})
        assert gave_up.status_code == 204
        assert (await admin.post(f"/v1/stuck/{CASE}/discard", json={"note": "twice"})).status_code == 409
    assert [family.pending for family in (await families(office)).values()] == [None]
    assert await office.issue(HERS, "kk", "ktp", "kia") == [Done()] * 3, "told late, they change nothing"
    assert await office.told("register_changed") == []
