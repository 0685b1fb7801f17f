"""The sample register: the same people for a seed, possible people, over every village; and its way through a CSV file."""

from collections import Counter
from datetime import date
from itertools import islice
from pathlib import Path

import orjson
import pytest

from deploy.local.commands import PICKED
from services.verification.adapters.registry_csv import check_file, read_families, write_families
from services.verification.adapters.registry_sample import AS_OF, sample_families
from services.verification.domain.checks import check_kk_number, check_name, check_nik
from services.verification.domain.register import Family
from services.verification.wiring import registry
from shared.reference.population import KkMarital, Relation
from shared.reference.regions import villages
from shared.values import Nik

FAMILIES = list(sample_families(1500, 7))
PEOPLE = [(member, family) for family in FAMILIES for member in family.members]


def test_a_seed_always_gives_the_same_people_and_a_short_register_is_the_beginning_of_a_long_one() -> None:
    assert list(sample_families(40, 7)) == FAMILIES[:40]
    assert list(sample_families(40, 8)) != FAMILIES[:40]


def test_every_village_and_no_other_has_families() -> None:
    assert {family.village_code for family in FAMILIES} == set(villages())


def test_numbers_are_well_formed_unique_and_agree_with_the_person() -> None:
    assert len({member.nik for member, _ in PEOPLE}) == len(PEOPLE)
    assert len({family.kk_number for family in FAMILIES}) == len(FAMILIES)
    for member, family in PEOPLE:
        number = Nik.parse(member.nik)
        assert number.matches_birth(member.born_on)
        assert number.sex.value == member.sex
        assert not [*check_nik(member.nik, "nik"), *check_kk_number(family.kk_number, "kk")]


def test_names_are_names() -> None:
    assert not [member.name for member, _ in PEOPLE if list(check_name(member.name, "name"))]


def test_every_family_has_one_head_and_possible_ages() -> None:
    for family in FAMILIES:
        relations = Counter(member.relation for member in family.members)
        assert relations[Relation.HEAD] == 1
        for member in family.members:
            assert member.born_on < AS_OF
            assert member.marital_on is None or member.age_on(member.marital_on) >= 18
            if member.relation is Relation.CHILD and member.marital is KkMarital.SINGLE and member.father == family.head.name:
                assert family.head.age_on(member.born_on) >= 18


def test_a_card_is_not_older_than_the_marriage_on_it() -> None:
    for family in FAMILIES:
        day, month, year = int(family.kk_number[6:8]), int(family.kk_number[8:10]), 2000 + int(family.kk_number[10:12])
        assert family.head.marital_on is None or date(year, month, day) >= family.head.marital_on


def test_a_register_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    assert write_families(path, FAMILIES) == len(FAMILIES)
    report = check_file(path, today=AS_OF)
    assert (report.families, report.problems) == (len(FAMILIES), [])
    assert list(read_families(path)) == FAMILIES


def test_the_command_makes_a_file_and_picks_persons_for_demonstrations(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "register.csv"
    assert registry(["generate", "--families", "60", "--seed", "7", "--out", str(path)]) == 0
    capsys.readouterr()
    assert registry(["pick", str(path), "--count", "2"]) == 0
    picked = orjson.loads(capsys.readouterr().out)
    by_kk = {family.kk_number: family for family in islice(FAMILIES, 60)}
    assert {kind: len(of_kind) for kind, of_kind in picked.items()} == dict.fromkeys(PICKED, 2)
    families = [each["kk_number"] for of_kind in picked.values() for each in of_kind]
    assert len(families) == len(set(families)), "one kind of request would meet another's"
    for person in (*picked["kk_hilang"], *picked["kk_rusak"]):
        assert by_kk[person["kk_number"]].head.nik == person["nik"]
    for couple in picked["cerai"]:
        assert _couple(by_kk[couple["kk_number"]]) == [couple["husband"]["nik"], couple["wife"]["nik"]]
        assert couple["children"]
    for family in picked["akta_lahir"]:
        assert _couple(by_kk[family["kk_number"]]) == [family["father"]["nik"], family["mother"]["nik"]]
    for family in picked["akta_mati"]:
        assert _couple(by_kk[family["kk_number"]]) == [family["deceased"]["nik"], family["spouse"]["nik"]]
    for family in (*picked["akta_lahir"], *picked["akta_mati"]):
        assert len({witness["nik"] for witness in family["witnesses"]}) == 2
        assert not {witness["nik"] for witness in family["witnesses"]} & {row.nik for kk in families for row in by_kk[kk].members}


def _couple(family: Family) -> list[str]:
    return [member.nik for member in family.members[:2]]
