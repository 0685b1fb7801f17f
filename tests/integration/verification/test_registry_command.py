"""The register as the office loads it: the command over a real database, and what a request meets afterwards."""

import asyncio
import re
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.verification.adapters.registry_csv import write_families
from services.verification.domain.register import Family
from services.verification.wiring import registry
from shared.messaging.delivery import Done
from tests.integration.verification.conftest import Office
from tests.support import families as people
from tests.support.families import DAUGHTER, HUSBAND, KK, SON

OTHER_KK = "3519081611230002"
Import = Callable[..., Coroutine[Any, Any, int]]


def other(**changes: str) -> Family:
    """A second family."""
    head = people.member("3519081107880009", name="JOKO SUSILO", **changes)
    return people.family(head, kk_number=OTHER_KK)


@pytest.fixture
def load(office: Office, mongo_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Import:
    """Write families to a file and load it by the command; its exit code."""
    monkeypatch.setenv("MONGO_URL", mongo_url)
    monkeypatch.setenv("MONGO_DATABASE", office.database)

    async def run(families: Sequence[Family], *words: str) -> int:
        path = tmp_path / "register.csv"
        write_families(path, families)
        return await asyncio.to_thread(registry, ["import", str(path), *words])

    return run


async def reasons(office: Office, **request: str) -> list[str]:
    """Why the request is an officer's."""
    assert await office.take_in(people.lost_card(**request)) == [Done()]
    told = await office.told()
    assert told[-1]["type"] == "verification.task_opened.v1"
    return [reason["code"] for reason in told[-1]["data"]["reasons"]]


async def test_a_file_with_a_wrong_row_loads_nothing_and_with_partial_all_but_that_family(
    office: Office, load: Import, capsys: pytest.CaptureFixture[str]
) -> None:
    families = [people.family(), other(religion="ISLA")]
    assert await load(families) == 1
    assert await office.rows("families") == []
    said = capsys.readouterr()
    assert re.search(r"^baris 6, religion: term_unknown: .+$", said.err, re.MULTILINE)
    assert "1 kesalahan pada 1 dari 2 keluarga" in said.err
    assert "ISLA" not in said.err
    assert await load(families, "--partial") == 3
    assert [row["_id"] for row in await office.rows("families")] == [KK]
    said = capsys.readouterr()
    assert "baris 6: left_out" in said.err
    assert said.out.startswith("1 keluarga dimuat")
    assert await load([people.family(), other()]) == 0
    assert len(await office.rows("families")) == 2


async def test_what_is_wrong_is_shown_up_to_a_limit_and_counted(office: Office, load: Import, capsys: pytest.CaptureFixture[str]) -> None:
    members = tuple(replace(member, religion="ISLA") for member in people.family().members)
    assert await load([people.family(*members)], "--show", "2") == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[2:] == [
        "… dan 2 lagi",
        "4 kesalahan pada 1 dari 1 keluarga",
        "berkas: register_empty: tidak ada satu keluarga pun yang dapat dimuat",
    ]
    assert await office.rows("families") == []


async def test_a_full_load_closes_who_is_missing_and_deletes_nobody(
    office: Office, load: Import, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await load([people.family(), other()]) == 0
    assert await load([other()], "--replace") == 0
    assert "1 keluarga yang tidak ada dalam berkas ditutup" in capsys.readouterr().out
    rows = {row["_id"]: row for row in await office.rows("families")}
    assert rows[KK]["closed_on"] is not None
    assert len(rows[KK]["members"]) == 4
    assert rows[OTHER_KK]["closed_on"] is None
    assert await reasons(office) == ["family_closed"]
    assert await load([people.family(), other()], "--replace") == 0
    assert await office.take_in(people.lost_card(request_id="01938b3e-0000-7000-8000-000000000009")) == [Done()]
    assert (await office.told())[-1]["type"] == "verification.request_approved.v1"


async def test_a_person_who_left_a_card_is_an_officers_and_not_on_the_card_any_more(office: Office, load: Import) -> None:
    assert await load([people.family()]) == 0
    members = people.family().members
    assert await load([people.family(*members[1:2], *members[2:3])], "--partial") == 1
    head = replace(members[1], relation=members[0].relation)
    assert await load([people.family(head, members[2])]) == 0
    [row] = await office.rows("families")
    assert {member["nik"] for member in row["members"] if "closed_on" in member} == {HUSBAND, DAUGHTER}
    assert await reasons(office) == ["person_closed"]
    request = people.lost_card(nik=head.nik, request_id="01938b3e-0000-7000-8000-000000000009")
    assert await office.take_in(request) == [Done()]
    [approved] = await office.told("request_approved")
    assert [member["nik"] for member in approved["data"]["personal"]["documents"][0]["content"]["members"]] == [head.nik, SON]


async def test_a_person_who_moved_is_of_the_new_family_alone(office: Office, load: Import) -> None:
    assert await load([people.family(), other()]) == 0
    [head] = other().members
    moved = replace(people.family().members[3], relation=people.family().members[2].relation)
    assert await load([people.family(*people.family().members[:3]), people.family(head, moved, kk_number=OTHER_KK)], "--replace") == 0
    request = people.lost_card(nik=head.nik, kk_number=OTHER_KK)
    assert await office.take_in(request) == [Done()]
    [approved] = await office.told("request_approved")
    assert DAUGHTER in {member["nik"] for member in approved["data"]["personal"]["documents"][0]["content"]["members"]}


async def test_what_is_wrong_in_a_full_load_is_left_as_it_was(office: Office, load: Import, capsys: pytest.CaptureFixture[str]) -> None:
    assert await load([people.family(), other()]) == 0
    assert await load([people.family(), other(religion="ISLA")], "--replace", "--partial") == 3
    assert "0 keluarga yang tidak ada dalam berkas ditutup" in capsys.readouterr().out
    assert {row["closed_on"] for row in await office.rows("families")} == {None}


async def test_a_file_without_a_right_family_replaces_nothing(office: Office, load: Import, capsys: pytest.CaptureFixture[str]) -> None:
    assert await load([people.family()]) == 0
    assert await load([], "--replace") == 1
    assert await load([other(religion="ISLA")], "--replace", "--partial") == 1
    assert "register_empty" in capsys.readouterr().err
    assert [row["closed_on"] for row in await office.rows("families")] == [None]
