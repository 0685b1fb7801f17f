"""From a poster to a finished request: what brought somebody is kept with them and the request, and each step is counted once."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from services.intake.domain.outreach.funnel import CountedStep, Facet, FunnelQuestion, FunnelStep, WhoAndWhere
from services.intake.domain.outreach.sources import OutreachSource, SourceDescription
from services.intake.handlers import PageVisitor, add_source, note_measured, note_seen, note_visit, pass_on_source, retire_source
from services.intake.wiring.funnel import funnel_command
from shared.contracts.notifier import PostMeasured
from shared.errors import Conflict
from shared.messaging.delivery import Done
from tests.integration.intake.desk import Desk
from tests.integration.intake.rig import ADAPTER, Rig, only
from tests.integration.intake.test_progress import APPROVED, DELIVERED, ISSUED, delivery
from tests.support.harness import keyed

VILLAGE, HOME = "3519081001", "3519012001"  # where the poster hangs, and where the person lives by the register
POSTER = SourceDescription("Poster balai desa", "KK 2026", "print", "poster", "kk_hilang", VILLAGE, ads=("120210",))
YEAR = FunnelQuestion(date(2026, 1, 1), date(2026, 12, 31))
BROWSER = "Mozilla/5.0 (Linux; Android 13) Chrome/120"


async def made(rig: Rig, **changes: Any) -> OutreachSource:
    """A source of this intake."""
    return await rig.units.run(partial(add_source, deps=rig.wiring.deps, what=replace(POSTER, **changes), by="dewi"))


async def counts(rig: Rig, question: FunnelQuestion = YEAR, facet: Facet = Facet.SOURCE) -> dict[str, dict[str, int]]:
    """What was counted, after a fold."""
    await rig.wiring.deps.funnel.fold(500)
    found = await rig.wiring.deps.funnel.counts(question, facet)
    return {code: {step.value: count for step, count in steps.items()} for code, steps in found.items()}


async def finish(rig: Rig, request_id: str) -> None:
    """The other services' part of a request."""
    for minute, (kind, more) in enumerate(((APPROVED, {}), (ISSUED, {}), (DELIVERED, {"kind": "document"}))):
        for _ in range(2):  # whatever is told twice counts once
            assert await rig.deliver(delivery(kind, request_id, minute + 1, **more)) == [Done()]


async def test_the_way_from_a_poster_to_a_document_is_counted_once_and_rebuilt_the_same(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = await made(rig)
    deps = rig.wiring.deps
    assert [await note_visit(deps, source, PageVisitor("10.0.0.1", BROWSER)) for _ in range(2)] == [True, True]
    assert await note_visit(deps, source, PageVisitor("10.0.0.2", "WhatsApp/2.23")) is False
    for typed, seen in (("a", 900), ("b", 800), ("b", 800)):
        await rig.units.run(partial(note_seen, deps=deps, code=source.code, day=date(2026, 11, 23), seen=seen, typed=typed))
    await rig.say(f"saya mau urus kk hilang # {source.code.lower()}")
    await rig.say("halo")
    await rig.file_request()
    request = only(await rig.rows("requests"))
    assert request["outreach_source"] == source.code
    assert only(await rig.told_data("intake.request_submitted.v1"))["outreach_source"] == source.code
    await finish(rig, request["_id"])

    way = {"seen": 800, "visited": 1, "chatted": 1, "began": 1, "submitted": 1, "finished": 1, "served": 1}
    assert await counts(rig) == {source.code: way}
    assert (await counts(rig, facet=Facet.VILLAGE))[HOME] == {"served": 1}
    born_1985 = (await counts(rig, facet=Facet.AGE))["40-59"]
    assert born_1985 == {"submitted": 1, "finished": 1, "served": 1}
    a_day = replace(YEAR, first=date(2026, 11, 24), last=date(2026, 11, 24))
    assert (await counts(rig, a_day))[source.code] == {name: count for name, count in way.items() if name != "seen"}
    assert (await counts(rig, replace(a_day, sources=frozenset({source.code})), Facet.DAY)).keys() == {"2026-11-24"}
    assert await counts(rig, replace(YEAR, service="kia_baru"), Facet.SERVICE) == {}
    cells = await tables_of_days(rig)
    rows = await rig.mongo.collection(rig.database, "funnel_steps").count_documents({})
    configured = rig.wiring.settings
    environment = {
        "MONGO_URL": configured.mongo_url.get_secret_value(),
        "MONGO_DATABASE": rig.database,
        "AMQP_URL": "amqp://nobody@127.0.0.1:1/",
    }
    secrets = {f"WHATSAPP_{name}": "1" for name in ("APP_SECRET", "VERIFY_TOKEN", "ACCESS_TOKEN", "PHONE_NUMBER_ID")}
    for name, value in (environment | secrets).items():
        monkeypatch.setenv(name, value)
    capsys.readouterr()
    assert await asyncio.to_thread(funnel_command, ["rebuild"]) == 0
    assert f"{rows:,} rows counted anew" in capsys.readouterr().out
    assert await tables_of_days(rig) == cells


async def test_a_month_that_is_over_is_added_up_once_and_takes_what_comes_late(rig: Rig) -> None:
    deps, filed = rig.wiring.deps, FunnelStep.SUBMITTED
    woman, man = WhoAndWhere("K7Q", "kk_hilang", VILLAGE, "P", "25-39"), WhoAndWhere("W2M", "kia_baru", HOME, "L", "60+")

    async def note(*days: str, what: WhoAndWhere = woman) -> None:
        await deps.steps.note([CountedStep(f"{day}.{what.source}", filed, date.fromisoformat(day), what) for day in days])
        await deps.funnel.fold(500)
        await deps.funnel.roll()

    async def told() -> tuple[Any, ...]:
        narrow = replace(YEAR, sources=frozenset({"K7Q"}), villages=frozenset({VILLAGE}), service="kk_hilang", sex="P", age="25-39")
        every = [await counts(rig, question, facet) for question in (YEAR, narrow) for facet in (Facet.MONTH, Facet.SOURCE, Facet.DAY)]
        return (*every, await counts(rig, replace(narrow, sex="L")), await counts(rig, replace(YEAR, first=date(2026, 10, 6))))

    await note("2026-10-05", "2026-10-06", "2026-11-02")
    await note("2026-10-05", "2026-11-24", what=man)
    by_month, by_source, by_day, *narrowed, nobody, later = await told()
    assert by_month == {"2026-10": {"submitted": 3}, "2026-11-02": {"submitted": 1}, "2026-11-24": {"submitted": 1}}
    assert by_source == {"K7Q": {"submitted": 3}, "W2M": {"submitted": 2}}
    assert by_day["2026-10-05"] == {"submitted": 2}
    assert narrowed[0] == {"2026-10": {"submitted": 2}, "2026-11-02": {"submitted": 1}}
    assert narrowed[1] == {"K7Q": {"submitted": 3}}
    assert (nobody, later) == ({}, {"K7Q": {"submitted": 2}, "W2M": {"submitted": 1}})
    live = await told()
    await deps.funnel.rebuild()
    assert await told() == live


async def tables_of_days(rig: Rig) -> list[dict[str, Any]]:
    """The tables of all days, but for which rebuild they are of, and how often they were written."""
    rows = await rig.rows("funnel_cells")
    days = [{**row, "_id": row["_id"].partition("|")[2], "version": 0} for row in rows if row["_id"].count("-") == 2]
    return sorted(days, key=lambda row: str(row["_id"]))


@pytest.mark.parametrize(
    ("tail", "kind", "odd"),
    [
        ("(#{cut}", "completed", None),
        ("(#{slip})", "completed", None),
        ("(#Z9", "damaged", "damaged"),
        ("(#W2M)", "unknown", "unknown"),
        ("(#{old})", "ended", "ended"),
    ],
)
async def test_whatever_became_of_the_code_the_person_is_served(rig: Rig, tail: str, kind: str, odd: str | None) -> None:
    source, old = await made(rig), await made(rig, name="Lama")
    await rig.units.run(partial(retire_source, deps=rig.wiring.deps, code=old.code))
    slip = source.code[:-1] + next(other for other in "23" if other != source.code[-1])
    (reply,) = await rig.say(f"Saya mau urus KK hilang {tail.format(cut=source.code[:-1], slip=slip, old=old.code)}")
    assert "Kartu Keluarga" in reply["personal"]["text"]
    touches = only(await rig.rows("contacts"))["touches"]
    assert (touches["first"], touches["last"]["kind"]) == (touches["last"], kind)
    code = touches["last"]["source"]
    assert code == {"completed": source.code, "ended": old.code}.get(kind, "")
    assert (await counts(rig))[code] == {"chatted": 1} | ({odd: 1} if odd else {})


async def test_an_advertisement_leads_to_its_source_and_the_first_touch_stays(rig: Rig) -> None:
    ad, poster = await made(rig), await made(rig, ads=())
    await rig.send(rig.message("text", {"body": "Halo"}, referral={"source_id": "120210", "ctwa_clid": "x"}))
    await rig.say(f"halo (#{poster.code})")
    await rig.say("halo")
    touches = only(await rig.rows("contacts"))["touches"]
    assert (touches["first"]["source"], touches["last"]["source"]) == (ad.code, poster.code)
    await rig.file_request()
    assert only(await rig.rows("requests"))["outreach_source"] == poster.code
    assert only(await rig.rows("contacts"))["touches"]["is_spent"]
    assert {code: row["chatted"] for code, row in (await counts(rig)).items()} == {ad.code: 1, poster.code: 1}


@pytest.mark.parametrize(
    ("named", "found", "odd"),
    [
        ("{code}", "code", ""),
        ("#{small}", "code", ""),
        ("{cut}", "code", ""),
        ("{old}", "old", "ended"),
        ("W2M", "", "unknown"),
        ("balai desa", "", "damaged"),
        (None, "", ""),
    ],
)
async def test_an_adapter_names_the_source_that_brought_the_person_and_whatever_it_names_they_are_served(
    rig: Rig, named: str | None, found: str, odd: str
) -> None:
    source, old = await made(rig), await made(rig, name="Lama", ads=())
    await rig.units.run(partial(retire_source, deps=rig.wiring.deps, code=old.code))
    ways = {"code": source.code, "small": source.code.lower(), "cut": source.code[:-1], "old": old.code}
    body = {"service": "kk_hilang", "answers": await rig.answers(ADAPTER), "outreach_source": named and named.format(**ways)}
    for _ in range(2):  # asked again, it is told the same
        answer = await rig.http.post("/v1/requests", json=body, headers=keyed(ADAPTER) | {"Idempotency-Key": "1"})
        assert answer.status_code == 201, answer.text
    code = ways.get(found)
    assert only(await rig.rows("requests"))["outreach_source"] == code
    assert await counts(rig) == {code or "": {"submitted": 1} | ({odd: 1} if odd else {})}


async def test_who_comes_by_a_link_that_was_passed_on_counts_for_who_passed_it_on(rig: Rig) -> None:
    source, pass_on = await made(rig), partial(pass_on_source, deps=rig.wiring.deps)
    shared = await rig.units.run(partial(pass_on, code=source.code))
    again, of_it = [await rig.units.run(partial(pass_on, code=code)) for code in (source.code, shared.code)]
    assert shared == again == of_it
    await rig.say(f"halo (#{shared.code})")
    nobodys = await rig.units.run(partial(pass_on, code=""))
    await rig.say(f"halo (#{nobodys.code})", sender="6281234567891")
    assert await counts(rig) == {source.code: {"told": 1}, shared.code: {"chatted": 1}, "": {"told": 1}, nobodys.code: {"chatted": 1}}


async def test_a_fold_that_dies_or_meets_a_rebuild_counts_nothing_twice(rig: Rig) -> None:
    source = await made(rig)
    await rig.say(f"halo (#{source.code})")
    funnel, state = rig.wiring.deps.funnel, rig.mongo.collection(rig.database, "funnel_state")
    await funnel.rebuild()
    await state.update_one({}, [{"$set": {"rebuilding_until": {"$dateAdd": {"startDate": "$$NOW", "unit": "hour", "amount": 1}}}}])
    assert await funnel.fold(500) == 0
    await state.update_one({}, [{"$set": {"rebuilding_until": {"$dateSubtract": {"startDate": "$$NOW", "unit": "hour", "amount": 1}}}}])
    assert [await funnel.fold(500), await funnel.fold(500)] == [1, 0]
    assert await counts(rig) == {source.code: {"chatted": 1}}


async def test_of_two_rebuilds_the_later_one_counts(rig: Rig) -> None:
    """Both wrote the same tables, and the second one deleted what the first one had switched to."""
    source = await made(rig)
    await rig.say(f"halo (#{source.code})")
    funnel, cells = rig.wiring.deps.funnel, rig.mongo.collection(rig.database, "funnel_cells")
    await funnel.fold(500)
    ended = await asyncio.gather(funnel.rebuild(), funnel.rebuild(), return_exceptions=True)
    assert 1 in ended
    assert all(each == 1 or (isinstance(each, Conflict) and each.code == "rebuild_overtaken") for each in ended)
    assert await counts(rig) == {source.code: {"chatted": 1}}
    await funnel.rebuild()
    assert len({each["_id"].split("|")[0] for each in await cells.find({}).to_list(None)}) == 1, "what they left is gone"


async def test_of_two_who_type_a_number_at_once_one_counts(rig: Rig) -> None:
    source, day = await made(rig), date(2026, 11, 23)
    both = [partial(note_seen, deps=rig.wiring.deps, code=source.code, day=day, seen=100, typed=typed) for typed in "abcd"]
    await asyncio.gather(*map(rig.units.run, both))
    assert await counts(rig) == {source.code: {"seen": 100}}


async def test_numbers_of_a_post_count_what_came_since_they_were_read_last(rig: Rig) -> None:
    source = await made(rig)

    async def told(publication: str, seen: int | None, hour: int, code: str = source.code) -> None:
        event = PostMeasured(
            publication=publication,
            source=code,
            platform="instagram",
            day=date(2026, 11, 24),
            seen=seen,
            measured_at=datetime(2026, 11, 24, hour, tzinfo=UTC),
        )
        await rig.tell(event)

    await told("post:a:instagram", 100, 1)
    await told("post:b:facebook", 40, 1)  # of the same source: added, not instead
    await told("post:a:instagram", 250, 3)
    await told("post:a:instagram", 180, 2)  # came late
    await told("post:a:instagram", 240, 4)  # the platform took some back
    await told("post:c:instagram", None, 4)
    await told("post:d:instagram", 9, 4, code="Z9Z")  # nobody gave that code out
    assert await counts(rig) == {source.code: {"seen": 280}}
    assert await rig.wiring.deps.funnel.rebuild() == 4
    assert await counts(rig) == {source.code: {"seen": 280}}


async def test_what_a_platform_tells_of_a_post_takes_the_place_of_what_was_typed_and_is_never_summed_twice(rig: Rig, desk: Desk) -> None:
    source, deps, at = await made(rig), rig.wiring.deps, rig.clock()
    form, browser = f"/desk/sumber/{source.code}/tayang", desk.browser("outreach")
    assert form in (await browser.get(f"/desk/sumber/{source.code}")).text
    await rig.units.run(partial(note_seen, deps=deps, code=source.code, day=date(2026, 11, 20), seen=900, typed="a"))
    for hour, post, seen in ((1, "p1", 1000), (1, "p1", 1000), (3, "p1", 1400), (2, "p1", 1200), (4, "p2", 50)):
        measured = partial(note_measured, deps=deps, code=source.code, publication=post, seen=seen, day=date(2026, 11, 24))
        await rig.units.run(partial(measured, at=at + timedelta(hours=hour)))
    assert await counts(rig) == {source.code: {"seen": 1450}}
    with pytest.raises(Conflict, match="source_is_measured"):
        await rig.units.run(partial(note_seen, deps=deps, code=source.code, day=date(2026, 11, 24), seen=5, typed="b"))
    page = (await browser.get(f"/desk/sumber/{source.code}")).text
    assert form not in page, "what would be refused is not offered"
    assert "dihitung dari angka platformnya" in page
