"""What follows from a divorce: nobody is lost or stands twice, children follow custody, and one party keeps the number."""

from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.verification.adapters.registry_sample import AS_OF, sample_families
from services.verification.domain.contents import ChildCard, FamilyCard, IdentityCard
from services.verification.domain.documents import keyed
from services.verification.domain.parting import leaver
from services.verification.domain.recording import ensure_sound
from services.verification.domain.register import Family, Register
from services.verification.domain.rules import Application, CardWish, Plan
from services.verification.domain.services.divorce import RULES
from services.verification.domain.submission import CourtChild, CourtDecision, CourtParty
from shared.errors import DomainError
from shared.reference.population import KkMarital, Relation
from tests.support import families as people
from tests.support.families import DAUGHTER, HUSBAND, KK, SON, TODAY, WIFE

NEW_KK = "3519082411260001"
OLD_HEAD = "3519080101600001"
HER_KK = "3519081611230005"
COUPLES = [
    family
    for family in sample_families(300, 3)
    if len(family.members) > 2 and family.members[1].relation is Relation.WIFE and family.head.marital is KkMarital.MARRIED
]


def planned(register: Register, ruling: CourtDecision | None = None, *, niks: tuple[str, ...] = (HUSBAND, WIFE)) -> Plan:
    """The plan for the requests of these parties, with as many new numbers as it wishes for."""
    application = Application(tuple(people.divorce(nik, ruling=ruling) for nik in niks))
    wishes = RULES.wishes(application, register)
    return RULES.plan(application, register, (NEW_KK,)[: len(wishes)], TODAY)


def after(plan: Plan) -> dict[str, Family]:
    assert plan.change is not None
    return {family.kk_number: family for family in plan.change.families}


def rows(family: Family) -> dict[str, tuple[str, str]]:
    return {member.nik: (member.relation.value, member.marital.value) for member in family.members}


def test_the_head_keeps_the_number_and_who_leaves_heads_a_new_card_each_with_the_children_in_their_custody() -> None:
    families = after(planned(people.register()))
    assert rows(families[KK]) == {HUSBAND: ("KEPALA KELUARGA", "CERAI HIDUP TERCATAT"), SON: ("ANAK", "BELUM KAWIN")}
    assert rows(families[NEW_KK]) == {WIFE: ("KEPALA KELUARGA", "CERAI HIDUP TERCATAT"), DAUGHTER: ("ANAK", "BELUM KAWIN")}
    assert {family.head.marital_on for family in families.values()} == {date(2026, 9, 16)}
    assert (families[NEW_KK].address, families[NEW_KK].edition) == (people.family().address, 1)


def test_the_new_number_is_of_the_district_of_the_card() -> None:
    application = Application(people.divorces())
    assert RULES.wishes(application, people.register()) == (CardWish("351908"),)


def test_each_party_gets_card_and_ktp_and_a_child_that_changes_cards_a_kia() -> None:
    application = Application(people.divorces())
    plan = RULES.plan(application, people.register(), (NEW_KK,), TODAY)
    made = [(document.request_id, document.key, document.ordered.about) for document in keyed(application, plan)]
    his, hers = (submission.request_id for submission in application.submissions)
    assert made == [
        (his, "kk", f"kk:{KK}"),
        (his, "ktp", f"ktp:{HUSBAND}"),
        (hers, "kk", f"kk:{NEW_KK}"),
        (hers, "ktp", f"ktp:{WIFE}"),
        (hers, "kia", f"kia:{DAUGHTER}"),
    ]
    assert [type(ordered.content) for ordered in plan.documents] == [FamilyCard, IdentityCard, FamilyCard, IdentityCard, ChildCard]


def test_the_card_that_both_had_is_replaced_even_where_one_alone_is_served_here_and_never_by_the_card_of_the_other() -> None:
    register = people.register()
    both = Application(people.divorces())
    assert [document.ordered.replaces for document in keyed(both, planned(register))] == [()] * 5
    hers = planned(register, niks=(WIFE,))
    assert keyed(Application((people.divorce(WIFE),)), hers)[0].ordered.replaces == (f"kk:{KK}",)
    assert set(after(hers)) == {KK, NEW_KK}, "he is divorced as well"


def test_nine_children_and_more_have_each_a_key_of_their_own() -> None:
    children = tuple(people.child(f"35190803021300{serial:02d}", date(2013, 2, 3)) for serial in range(1, 13))
    ruling = people.decision(children=tuple(CourtChild(nik=child.nik, custody_nik=WIFE) for child in children))
    plan = planned(people.register(people.family(people.member(), people.wife(), *children)), ruling)
    keys = [document.key for document in keyed(Application(people.divorces(ruling)), plan) if document.ordered.product == "kia"]
    assert keys == ["kia", *(f"kia.{number}" for number in range(2, 13))]


def test_a_cerai_talak_ends_with_the_pledge() -> None:
    ruling = people.decision(kind="cerai_talak", pledge_on=date(2026, 9, 18))
    assert after(planned(people.register(), ruling))[NEW_KK].head.marital_on == date(2026, 9, 18)


def test_a_child_of_whom_nothing_was_decided_stays_where_it_is() -> None:
    families = after(planned(people.register(), people.decision(children=())))
    assert {SON, DAUGHTER} <= set(rows(families[KK]))
    assert set(rows(families[NEW_KK])) == {WIFE}


def test_in_the_house_of_her_parents_it_is_the_husband_who_leaves() -> None:
    house = people.family(
        people.member(OLD_HEAD, name="PAK TUA"),
        people.wife(relation=Relation.CHILD),
        people.member(relation=Relation.CHILD_IN_LAW),
        people.child(SON, date(2013, 2, 3), relation=Relation.GRANDCHILD),
        people.child(DAUGHTER, date(2016, 5, 5), relation=Relation.GRANDCHILD),
    )
    assert leaver(house, people.decision()) == HUSBAND
    families = after(planned(people.register(house)))
    assert rows(families[KK]) == {
        OLD_HEAD: ("KEPALA KELUARGA", "KAWIN TERCATAT"),
        WIFE: ("ANAK", "CERAI HIDUP TERCATAT"),
        DAUGHTER: ("CUCU", "BELUM KAWIN"),
    }
    assert rows(families[NEW_KK])[SON] == ("ANAK", "BELUM KAWIN")


def test_parties_who_live_apart_both_keep_their_numbers_and_a_child_moves_to_the_parent_with_custody() -> None:
    hers = people.family(people.wife(relation=Relation.HEAD), people.child(SON, date(2013, 2, 3)), kk_number=HER_KK)
    register = people.register(people.family(people.member()), hers)
    ruling = people.decision(children=(CourtChild(nik=SON, custody_nik=HUSBAND),))
    families = after(planned(register, ruling))
    assert set(families) == {KK, HER_KK}
    assert rows(families[KK])[SON] == ("ANAK", "BELUM KAWIN")
    assert set(rows(families[HER_KK])) == {WIFE}


def test_a_child_that_joins_a_lodgers_household_is_other_kin_there() -> None:
    house = people.family(people.member(OLD_HEAD, name="PAK TUA"), people.member(relation=Relation.OTHER_KIN))
    hers = people.family(people.wife(relation=Relation.HEAD), people.child(SON, date(2013, 2, 3)), kk_number=HER_KK)
    ruling = people.decision(children=(CourtChild(nik=SON, custody_nik=HUSBAND),))
    assert rows(after(planned(people.register(house, hers), ruling))[KK])[SON] == ("FAMILI LAIN", "BELUM KAWIN")


def test_the_family_of_another_office_stays_as_it_is() -> None:
    his = people.family(people.member(), village_code="3577011003")
    hers = people.family(people.wife(relation=Relation.HEAD), kk_number=HER_KK)
    families = after(planned(people.register(his, hers), people.decision(children=()), niks=(WIFE,)))
    assert set(families) == {HER_KK}
    assert families[HER_KK].head.marital is KkMarital.DIVORCED


def test_without_a_family_nothing_follows() -> None:
    with pytest.raises(DomainError, match="holder_not_in_register"):
        planned(Register.of(()))


@given(st.sampled_from(COUPLES), st.randoms(use_true_random=False))
def test_every_person_stands_on_exactly_one_of_the_two_cards(family: Family, chance: Random) -> None:
    man, woman = family.members[0], family.members[1]
    young = [member for member in family.members[2:] if member.age_on(AS_OF) < 17]
    ruling = people.decision(
        husband=CourtParty(nik=man.nik, name=man.name),
        wife=CourtParty(nik=woman.nik, name=woman.name),
        children=tuple(CourtChild(nik=child.nik, custody_nik=chance.choice([man.nik, woman.nik])) for child in young),
    )
    plan = planned(Register.of([family]), ruling, niks=(man.nik, woman.nik))
    assert plan.change is not None
    ensure_sound(plan.change, [family])
    families = after(plan)
    assert sorted(nik for each in families.values() for nik in rows(each)) == sorted(member.nik for member in family.members)
    assert set(families) == {family.kk_number, NEW_KK}
    for kk_number, party in ((family.kk_number, ruling.husband), (NEW_KK, ruling.wife)):
        assert ruling.custody_of(party.nik) <= set(rows(families[kk_number]))
        assert rows(families[kk_number])[party.nik][1] == KkMarital.DIVORCED.value
