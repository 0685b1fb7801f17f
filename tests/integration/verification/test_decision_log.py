"""Each decision of a request is one line of the log, an automatic one as well as an officer's; nobody is named in it."""

from typing import Any

from structlog.testing import capture_logs

from tests.integration.verification.conftest import Office
from tests.integration.verification.test_desk import REASON, decision, ok
from tests.support import families as people

RECEIPT = people.lost_card().receipt


def decided(lines: list[Any]) -> list[dict[str, Any]]:
    """What the lines about decisions say, without what every line has."""
    return [
        {name: line[name] for name in ("receipt", "request_id", "outcome", "decider", "reasons", "round")}
        for line in lines
        if line["event"] == "request.decided"
    ]


def line(outcome: str, decider: str = "rules", reasons: tuple[str, ...] = (), number: int = 1) -> dict[str, Any]:
    request_id = people.lost_card().request_id
    return {
        "receipt": RECEIPT,
        "request_id": request_id,
        "outcome": outcome,
        "decider": decider,
        "reasons": list(reasons),
        "round": number,
    }


async def test_decisions_by_the_rules_are_told_with_their_receipt(office: Office) -> None:
    await office.load(people.family())
    with capture_logs() as lines:
        await office.take_in(people.lost_card(attachments=()))
        await office.take_in(people.lost_card(round=2))
    assert decided(lines) == [line("returned", reasons=("attachment_missing", "attachment_missing")), line("approved", number=2)]
    assert not any(person in str(lines) for person in (people.HUSBAND, "DARMAWAN"))


async def test_an_officers_decision_is_told_with_who_and_why_and_a_refused_one_not_at_all(office: Office) -> None:
    await office.load(people.family())
    with capture_logs() as lines:
        await office.take_in(people.lost_card(applicant_name="Slamet Darmawanto"))
        assert decided(lines) == [], "a task is no decision"
        [task] = await office.rows("tasks")
        async with office.client() as desk:
            claimed = await ok(desk.post(f"/v1/tasks/{task['_id']}/claim"))
            path = f"/v1/tasks/{task['_id']}/decision"
            assert (await desk.post(path, json=decision("reject", "0-0", reasons=[REASON]))).status_code == 412
            await ok(desk.post(path, json=decision("reject", claimed["version"], reasons=[REASON], note="Pak Slamet, fotonya salah")))
    assert decided(lines) == [line("rejected", "officer-1", ("attachment_wrong",))]
    assert "Slamet" not in str(lines)
