"""Whole journeys over the running processes, one of each channel, and what they leave behind."""

import asyncio
import re
from typing import Any

import pytest

from deploy.local import journeys
from deploy.local.travel import JourneyError, Places, Travel
from tests.support.eventually import eventually
from tests.support.pdf import text_of
from tests.support.persons import Persons


async def test_a_citizen_gets_a_lost_family_card_in_the_chat(places: Places, persons: Persons) -> None:
    person = persons("kk_hilang")
    told: list[tuple[str, str]] = []
    result = await journeys.whatsapp(places, person, lambda who, what: told.append((who, what)))
    (paper,) = result.papers
    assert re.fullmatch(r"3519-KK-\d{8}-\d{4,6}", paper.number)
    assert person["kk_number"] in text_of(paper.pdf)
    assert person["name"] in text_of(paper.pdf)
    assert set(result.seconds) == {"accepted", "approved", "issued", "delivered"}
    states = [what.split()[2] for who, what in told if who == "request"]
    assert states == ["submitted", "approved", "issued", "delivered"]


async def test_the_court_is_told_of_every_document_that_follows_from_a_divorce(places: Places) -> None:
    decision = await journeys.sample_decision(places, 7)
    result = await journeys.court(places, decision)
    assert result.case_id
    assert len(set(result.receipts)) == 2, "one request for each party"
    products = sorted(paper.product for paper in result.papers)
    assert [product for product in products if product != "kia"] == ["kk", "kk", "ktp", "ktp"]
    assert products.count("kia") <= len(decision["children"]), "of those who move"
    cards = "\n".join(text_of(paper.pdf) for paper in result.papers if paper.product == "kk")
    for party in ("husband", "wife"):
        assert decision[party]["nik"] in cards
    assert len({paper.number for paper in result.papers}) == len(result.papers)


async def test_two_citizens_at_once_get_each_their_own(places: Places, persons: Persons) -> None:
    people = [persons("kk_hilang") for _ in range(3)]
    results = await asyncio.gather(*(journeys.whatsapp(places, person) for person in people))
    for person, result in zip(people, results, strict=True):
        assert person["kk_number"] in text_of(result.papers[0].pdf)
    assert len({result.papers[0].number for result in results}) == len(people)


async def test_a_decision_that_breaks_a_rule_is_refused_with_the_field(places: Places) -> None:
    decision = await journeys.sample_decision(places, 8)
    with pytest.raises(JourneyError, match="422") as raised:
        await journeys.court(places, decision | {"final_on": decision["decided_on"]})
    assert "final_on" in str(raised.value)


async def test_a_birth_gives_three_documents_of_one_request_and_the_register_has_the_child(places: Places, persons: Persons) -> None:
    family = persons("akta_lahir")
    result = await journeys.birth(places, family, "MELATI KUSUMA DEWI")
    assert len(result.receipts) == 1
    papers = {paper.product: text_of(paper.pdf) for paper in result.papers}
    assert set(papers) == {"akta_kelahiran", "kk", "kia"}
    for text in papers.values():
        assert "MELATI KUSUMA DEWI" in text
    assert family["kk_number"] in papers["kk"]
    assert result.register is not None
    assert result.register["effects"]["born"] == 1
    assert result.register["basis"] == "akta_kelahiran"
    assert result.register["basis_number"] in {paper.number for paper in result.papers}
    assert result.register["families"] == [family["kk_number"]]


async def test_the_death_of_a_head_gives_the_family_another_head_and_number(places: Places, persons: Persons) -> None:
    family = persons("akta_mati")
    result = await journeys.death(places, family)
    papers = {paper.product: text_of(paper.pdf) for paper in result.papers}
    assert set(papers) == {"akta_kematian", "kk", "ktp"}
    assert family["deceased"]["name"] in papers["akta_kematian"]
    assert family["deceased"]["nik"] not in papers["kk"]
    assert family["spouse"]["name"] in papers["kk"]
    assert result.register is not None
    assert result.register["effects"]["died"] == 1
    (number,) = set(result.register["families"]) - {family["kk_number"]}
    assert number in papers["kk"]
    assert family["kk_number"] not in papers["kk"]


async def test_a_returned_request_is_mended_in_the_chat_under_its_receipt(places: Places, persons: Persons) -> None:
    told: list[tuple[str, str]] = []
    result = await journeys.mended(places, persons("kk_rusak"), lambda who, what: told.append((who, what)))
    assert [paper.product for paper in result.papers] == ["kk"]
    assert len(result.receipts) == 1
    states = [what.split()[2] for who, what in told if who == "request"]
    assert states == ["submitted", "returned", "submitted", "approved", "issued", "delivered"]


async def test_a_divorce_with_a_wrong_husband_issues_nothing_and_is_one_task(places: Places) -> None:
    decision, other = [await journeys.sample_decision(places, index) for index in (14, 15)]
    wrong = decision | {"husband": other["husband"], "children": []}
    async with Travel(places, lambda _who, _what: None) as travel:
        sent = await travel.call("POST", f"{places.court}/sim/decisions", json={"decision": wrong})
        wait = {"callbacks": 1, "wait_seconds": 30}
        stands = await travel.call("GET", f"{places.court}/sim/decisions/{sent['id']}", params=wait)
        receipts = [request["receipt"] for request in stands["answer"]["requests"]]
        assert len(receipts) == 2

        async def task() -> dict[str, Any] | None:
            found = [await _tasks(travel, receipt) for receipt in receipts]
            return next((each for tasks in found for each in tasks), None)

        opened = await eventually(task, 60)
        assert opened is not None
        assert "parties_not_spouses" in {reason["code"] for reason in opened["reasons"]}
        assert {each["id"] for receipt in receipts for each in await _tasks(travel, receipt)} == {opened["id"]}
        assert [await travel.documents(receipt) for receipt in receipts] == [[], []]


async def _tasks(travel: Travel, receipt: str) -> list[dict[str, Any]]:
    url = f"{travel.places.verification}/v1/tasks/search"
    found: list[dict[str, Any]] = (await travel.call("POST", url, json={"text": receipt}, headers=travel.key))["tasks"]
    return found
