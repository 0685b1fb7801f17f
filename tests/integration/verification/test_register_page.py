"""The register's page: the head of the section pauses with a reason and lets go on; everybody at work is told by whom and why."""

from services.verification.jobs import RegisterJob
from shared.audit import AuditFilter
from tests.integration.verification.conftest import Office
from tests.integration.verification.work_desk import browser_of, officer, work_app
from tests.support.sessions import SessionIssuer

PATH = "/desk/register"


async def test_it_is_paused_and_resumed_by_hand_and_all_are_told(office: Office) -> None:
    issuer = SessionIssuer()
    app = work_app(office, issuer)
    head = browser_of(app, issuer, officer(office, issuer, "sari", "section_head"))
    verifier = browser_of(app, issuer, officer(office, issuer))
    async with head, verifier:
        assert "Bisa dipakai" in (await verifier.get(PATH)).text
        assert "Jeda pekerjaan" not in (await verifier.get(PATH)).text
        assert (await verifier.post(f"{PATH}/jeda", data={"alasan": "closed"})).status_code == 403
        refused = await head.post(f"{PATH}/jeda", data={"alasan": ""})
        assert (refused.status_code, "Alasan belum dipilih." in refused.text) == (422, True)
        assert (await head.post(f"{PATH}/jeda", data={"alasan": "national_outage"})).status_code == 303
        again = await head.post(f"{PATH}/jeda", data={"alasan": "closed"})
        assert (again.status_code, "Sudah dijeda orang lain." in again.text) == (409, True)
        office.clock.forward(minutes=10)
        told = (await verifier.get("/desk/pekerjaan")).text
        assert "semua jam berhenti" in told
        assert "Register pusat mati (gangguan nasional)" in told
        assert "sudah 10 mnt" in (await verifier.get(PATH)).text
        job = RegisterJob(office.deps, office.units, failures=3)
        await job.turn()
        assert office.deps.gate.is_paused, "that it answers does not end what a person paused"
        assert (await head.post(f"{PATH}/lanjut")).status_code == 303
        assert (await head.post(f"{PATH}/lanjut")).status_code == 409
        assert "semua jam berhenti" not in (await verifier.get("/desk/pekerjaan")).text
    page = await office.units.audit.page(AuditFilter(about="register"))
    assert [(row.entry.act, dict(row.entry.detail)) for row in reversed(page.rows)] == [
        ("register.paused", {"reason": "national_outage"}),
        ("register.resumed", {}),
    ]
