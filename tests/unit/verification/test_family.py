"""The cards after a divorce: nobody is lost, nobody stands twice, children follow custody, and one party keeps the number."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.verification.adapters.registry_sample import AS_OF, sample_families
from services.verification.domain.family import Card, card_for, leaver, record
from services.verification.domain.register import Family, Register
from services.verification.domain.submission import CourtChild, CourtDecision, CourtParty
from shared.errors import DomainError
from shared.reference.population import KkMarital, Relation
from tests.support import families as people
from tests.support.families import DAUGHTER, HUSBAND, KK, SON, WIFE

NEW_KK = "3519082411260001"
COUPLES = [family for family in sample_families(300, 3) if len(family.members) > 2 and family.members[1].relation is Relation.WIFE]


def rows(card: Card) -> dict[str, tuple[str, str]]:
    return {member.nik: (member.relation.value, member.marital.value) for member in card.members}


def test_a_lost_card_is_printed_as_it_stands() -> None:
    card = card_for(people.lost_card(), people.register())
    assert card.kk_number == KK
    assert card.members == people.family().members
    assert card.head.nik == HUSBAND


def test_the_head_keeps_the_number_and_the_children_in_his_custody() -> None:
    card = card_for(people.divorce(HUSBAND), people.register())
    assert card.kk_number == KK
    assert rows(card) == {HUSBAND: ("KEPALA KELUARGA", "CERAI HIDUP TERCATAT"), SON: ("ANAK", "BELUM KAWIN")}
    assert card.head.marital_on == date(2026, 9, 16)


def test_who_leaves_heads_a_card_with_a_new_number_and_the_children_in_her_custody() -> None:
    card = card_for(people.divorce(WIFE), people.register())
    assert card.kk_number is None
    assert rows(card) == {WIFE: ("KEPALA KELUARGA", "CERAI HIDUP TERCATAT"), DAUGHTER: ("ANAK", "BELUM KAWIN")}
    assert card.address == people.family().address


def test_the_ktp_stands_on_the_same_card_as_the_kk() -> None:
    assert card_for(people.divorce(WIFE, product="ktp"), people.register()) == card_for(people.divorce(WIFE), people.register())


def test_a_cerai_talak_ends_with_the_pledge() -> None:
    ruling = people.decision(kind="cerai_talak", pledge_on=date(2026, 9, 18))
    card = card_for(people.divorce(WIFE, ruling=ruling), people.register())
    assert card.head.marital_on == date(2026, 9, 18)


def test_a_child_of_whom_nothing_was_decided_stays_where_it_is() -> None:
    ruling = people.decision(children=())
    register = people.register()
    assert {SON, DAUGHTER} <= set(rows(card_for(people.divorce(HUSBAND, ruling=ruling), register)))
    assert set(rows(card_for(people.divorce(WIFE, ruling=ruling), register))) == {WIFE}


def test_in_the_house_of_her_parents_it_is_the_husband_who_leaves() -> None:
    house = people.family(
        people.member("3519080101600001", name="PAK TUA"),
        people.wife(relation=Relation.CHILD),
        people.member(relation=Relation.CHILD_IN_LAW),
        people.child(SON, date(2013, 2, 3), relation=Relation.GRANDCHILD),
        people.child(DAUGHTER, date(2016, 5, 5), relation=Relation.GRANDCHILD),
    )
    register = people.register(house)
    assert leaver(house, people.decision()) == HUSBAND
    staying, leaving = card_for(people.divorce(WIFE), register), card_for(people.divorce(HUSBAND), register)
    assert (staying.kk_number, leaving.kk_number) == (KK, None)
    assert rows(staying) == {
        "3519080101600001": ("KEPALA KELUARGA", "KAWIN TERCATAT"),
        WIFE: ("ANAK", "CERAI HIDUP TERCATAT"),
        DAUGHTER: ("CUCU", "BELUM KAWIN"),
    }
    assert rows(leaving)[SON] == ("ANAK", "BELUM KAWIN")


def test_parties_who_live_apart_both_keep_their_numbers_and_a_child_moves_to_the_parent_with_custody() -> None:
    hers = people.family(people.wife(relation=Relation.HEAD), people.child(SON, date(2013, 2, 3)), kk_number="3519081611230005")
    register = people.register(people.family(people.member()), hers)
    ruling = people.decision(children=(CourtChild(nik=SON, custody_nik=HUSBAND),))
    his_card = card_for(people.divorce(HUSBAND, ruling=ruling), register)
    her_card = card_for(people.divorce(WIFE, ruling=ruling), register)
    assert (his_card.kk_number, her_card.kk_number) == (KK, "3519081611230005")
    assert rows(his_card)[SON] == ("ANAK", "BELUM KAWIN")
    assert set(rows(her_card)) == {WIFE}


def test_a_child_that_joins_a_lodgers_household_is_other_kin_there() -> None:
    house = people.family(people.member("3519080101600001", name="PAK TUA"), people.member(relation=Relation.OTHER_KIN))
    hers = people.family(people.wife(relation=Relation.HEAD), people.child(SON, date(2013, 2, 3)), kk_number="3519081611230005")
    ruling = people.decision(children=(CourtChild(nik=SON, custody_nik=HUSBAND),))
    card = card_for(people.divorce(HUSBAND, ruling=ruling), people.register(house, hers))
    assert rows(card)[SON] == ("FAMILI LAIN", "BELUM KAWIN")


def test_without_a_family_there_is_nothing_to_print() -> None:
    with pytest.raises(DomainError, match="holder_not_in_register"):
        card_for(people.lost_card(), Register.of(()))


@settings(deadline=None)  # a busy machine is no defect; pytest has the time limit
@given(st.sampled_from(COUPLES), st.randoms(use_true_random=False))
def test_every_person_stands_on_exactly_one_of_the_two_cards(family: Family, chance: Random) -> None:
    man, woman = family.members[0], family.members[1]
    young = [member for member in family.members[2:] if member.age_on(AS_OF) < 17]
    ruling = replace(
        people.decision(),
        husband=CourtParty(nik=man.nik, name=man.name),
        wife=CourtParty(nik=woman.nik, name=woman.name),
        children=tuple(CourtChild(nik=child.nik, custody_nik=chance.choice([man.nik, woman.nik])) for child in young),
    )
    his, hers = (card_for(people.divorce(nik, ruling=ruling), Register.of([family])) for nik in (man.nik, woman.nik))
    assert sorted([*rows(his), *rows(hers)]) == sorted(member.nik for member in family.members)
    assert {his.kk_number, hers.kk_number} == {family.kk_number, None}
    _follows_custody(ruling, his, hers)


def _follows_custody(ruling: CourtDecision, his: Card, hers: Card) -> None:
    for card, party in ((his, ruling.husband), (hers, ruling.wife)):
        assert ruling.custody_of(party.nik) <= set(rows(card))
        assert rows(card)[party.nik][1] == KkMarital.DIVORCED.value
        assert sum(relation == Relation.HEAD.value for relation, _ in rows(card).values()) == 1


def test_the_register_says_what_the_issued_cards_say_and_nobody_is_ever_in_no_family() -> None:
    family = people.family()
    hers, his = card_for(people.divorce(WIFE), people.register()), card_for(people.divorce(HUSBAND), people.register())
    for order in ((his, hers), (hers, his)):
        register = {KK: family}
        for card in order:
            for changed in record(card, card.kk_number or NEW_KK, tuple(register.values())):
                register[changed.kk_number] = changed
            assert sorted(member.nik for held in register.values() for member in held.members) == sorted([HUSBAND, WIFE, SON, DAUGHTER])
        assert register[KK].members == his.members
        assert register[NEW_KK].members == hers.members


def test_recording_a_card_again_changes_nothing() -> None:
    card = card_for(people.divorce(WIFE), people.register())
    register = {family.kk_number: family for family in (people.family(), *record(card, NEW_KK, (people.family(),)))}
    assert record(card, NEW_KK, tuple(register.values())) == ()


def test_only_the_rows_of_the_card_are_touched() -> None:
    grandmother = people.member("3519085201600001", name="MBAH", relation=Relation.PARENT)
    family = people.family(*people.family().members, grandmother)
    his = card_for(people.divorce(HUSBAND), people.register())
    [changed] = record(his, KK, (family,))
    assert grandmother in changed.members
    assert changed.member(WIFE) == people.wife()
