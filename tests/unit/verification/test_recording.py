"""A change of the register is applied as it was approved, or laid over what was loaded since; what nobody can tell waits for a person."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from services.verification.domain.documents import CaseDocument
from services.verification.domain.history import RegisterEntry, completed
from services.verification.domain.recording import AwaitedChange, applied, ensure_sound
from services.verification.domain.register import GONE, Family, Former
from services.verification.domain.rules import Basis, RegisterChange
from shared.errors import DomainError
from shared.reference.population import Effect, Relation
from tests.support import families as people
from tests.support.families import DAUGHTER, HUSBAND, KK, SON, TODAY, WIFE
from tests.unit.verification.test_divorce import NEW_KK, after, planned

CASE = "case-1"
BABY = "3519082411260001"
LODGER = "3519080101700009"


def marked(family: Family) -> Family:
    return replace(family, pending=CASE, edition=family.edition + 1)


def divorce() -> AwaitedChange:
    plan = planned(people.register())
    assert plan.change is not None
    return AwaitedChange(plan.change, (marked(people.family()),))


def result(awaited: AwaitedChange, *present: Family) -> dict[str, Family]:
    return {family.kk_number: family for family in applied(awaited, {family.kk_number: family for family in present}, on=TODAY)}


def niks(family: Family) -> list[str]:
    return [member.nik for member in family.members]


def test_families_become_as_planned_and_who_left_is_kept_as_a_former_member() -> None:
    families = result(divorce(), marked(people.family()))
    assert families[KK].members == after(planned(people.register()))[KK].members
    assert niks(families[NEW_KK]) == [WIFE, DAUGHTER]
    assert [(former.member.nik, former.closed_on, former.reason) for former in families[KK].former] == [
        (WIFE, TODAY, Effect.LEFT),
        (DAUGHTER, TODAY, Effect.LEFT),
    ]
    assert [family.pending for family in families.values()] == [None, None]


def death() -> AwaitedChange:
    family = people.family(people.member(), people.wife())
    change = RegisterChange((replace(family, members=family.members[:1]),), Basis("akta_kematian", TODAY), died=(WIFE,))
    return AwaitedChange(change, (marked(family),))


def test_who_died_is_kept_with_that_reason_and_the_basis_gets_the_number_of_the_certificate() -> None:
    awaited = death().with_numbers(
        (CaseDocument("r", "kk", "kk", "kk:1", "3519-KK-1"), CaseDocument("r", "a", "akta_kematian", "x", "KM-1"))
    )
    assert awaited.change.basis.number == "KM-1"
    [family] = result(awaited, marked(people.family(people.member(), people.wife()))).values()
    assert [(former.member.nik, former.reason) for former in family.former] == [(WIFE, Effect.DIED)]


def test_the_number_of_the_birth_certificate_goes_to_the_newborn() -> None:
    family = people.family()
    baby = people.child(BABY, date(2026, 11, 24))
    change = RegisterChange((replace(family, members=(*family.members, baby)),), Basis("akta_kelahiran", TODAY), born=(BABY,))
    document = CaseDocument("r", "akta_kelahiran", "akta_kelahiran", f"akta_kelahiran:{BABY}", "3519-LU-24112026-0001")
    awaited = AwaitedChange(change, (marked(family),)).with_numbers((document,))
    recorded = result(awaited, marked(family))[KK].member(BABY)
    assert recorded is not None
    assert recorded.birth_certificate == awaited.change.basis.number == "3519-LU-24112026-0001"
    assert recorded.birth_certificate_on == TODAY


def test_a_further_extract_leaves_what_is_known_of_the_akta_even_where_it_is_given_up() -> None:
    family = people.family(people.member(), replace(people.child(BABY, TODAY), birth_certificate="3519-LU-01022020-0007"))
    change = RegisterChange((family,), Basis("court_order", TODAY, "1"))
    about = f"akta_kelahiran:{BABY}"
    for document in (CaseDocument("r", "a", "akta_kelahiran", about, "3519-LU-01022020-0007"), voided("akta_kelahiran", about)):
        assert AwaitedChange(change, (marked(family),)).with_numbers((document,)).change.families == (family,)


def voided(key: str, about: str) -> CaseDocument:
    return CaseDocument("r", key, key, about, voided_at=people.NOW)


def test_a_change_that_needs_the_number_of_a_void_certificate_is_refused_and_any_other_gets_the_number_of_what_there_is() -> None:
    family = people.family()
    change = RegisterChange((replace(family, members=(*family.members, people.child(BABY, TODAY))),), Basis("x", TODAY, "1"), born=(BABY,))
    with pytest.raises(DomainError, match="document_void"):
        AwaitedChange(change, (marked(family),)).with_numbers((voided("akta_kelahiran", f"akta_kelahiran:{BABY}"),))
    card = CaseDocument("r", "kk", "kk", "kk:1", "3519-KK-1")
    with pytest.raises(DomainError, match="document_void"):
        death().with_numbers((card, voided("akta_kematian", "x")))
    moved = AwaitedChange(replace(change, basis=Basis("f_102", TODAY)), (marked(family),))
    assert moved.with_numbers((voided("ktp", "ktp:1"), card)).change.basis.number == "3519-KK-1"


def loaded(change: Callable[[Family], Family]) -> Family:
    """The family as a load from outside left it since the approval."""
    return replace(change(marked(people.family())), edition=3)


def test_what_was_loaded_since_stays_where_the_change_says_nothing_of_it() -> None:
    lodger = people.member(LODGER, name="MBAH", relation=Relation.OTHER_KIN)
    now = loaded(
        lambda family: replace(
            family,
            address="JL. BARU NO. 1",
            members=(replace(family.members[0], occupation="GURU"), *family.members[1:], lodger),
        )
    )
    families = result(divorce(), now)
    assert niks(families[KK]) == [HUSBAND, SON, LODGER]
    assert (families[KK].head.occupation, families[KK].head.marital.value) == ("GURU", "CERAI HIDUP TERCATAT")
    assert families[KK].address == "JL. BARU NO. 1"


def test_who_moves_takes_along_what_was_loaded_since() -> None:
    now = loaded(lambda family: replace(family, members=(family.members[0], people.wife(name="TITIK FITRIYANI"), *family.members[2:])))
    assert result(divorce(), now)[NEW_KK].head.name == "TITIK FITRIYANI"


def test_who_was_gone_with_the_load_and_is_not_in_the_change_stays_gone() -> None:
    now = loaded(lambda held: replace(held, members=held.members[:2] + held.members[3:], former=(Former(held.members[2], TODAY, GONE),)))
    families = result(divorce(), now)
    assert SON not in niks(families[KK])
    assert [former.reason for former in families[KK].former if former.member.nik == SON] == [GONE]


@pytest.mark.parametrize(
    "now",
    [
        loaded(lambda family: replace(family, members=(family.members[0], *family.members[2:], people.wife(marital_on=date(2000, 1, 1))))),
        loaded(lambda family: replace(family, members=(replace(family.members[0], marital_on=date(2020, 1, 1)), *family.members[1:]))),
        loaded(lambda family: replace(family, members=family.members[1:])),
        loaded(lambda family: replace(family, members=(*family.members, people.member(LODGER)))),
    ],
    ids=["another row of who leaves", "another day of the marriage", "the head is gone", "a second head"],
)
def test_what_nobody_can_tell_is_not_applied(now: Family) -> None:
    with pytest.raises(DomainError, match="register_conflict"):
        result(divorce(), now)


def test_a_number_that_a_load_took_and_a_person_who_is_elsewhere_now_are_conflicts() -> None:
    taken = people.family(people.member(LODGER), kk_number=NEW_KK)
    with pytest.raises(DomainError, match="register_conflict"):
        result(divorce(), marked(people.family()), taken)
    elsewhere = people.family(people.wife(relation=Relation.HEAD), kk_number="3519081611230009")
    with pytest.raises(DomainError, match="register_conflict"):
        result(divorce(), marked(people.family()), elsewhere)


@pytest.mark.parametrize(
    "families",
    [
        (people.family(people.wife()),),
        (people.family(people.member()), people.family(people.member(), kk_number=NEW_KK)),
        (people.family(people.member(), people.member(LODGER)),),
        (people.family(people.member(), people.child(BABY, TODAY)),),
    ],
    ids=["no head", "in two families", "two heads", "from nowhere"],
)
def test_a_plan_that_would_break_the_register_is_refused(families: tuple[Family, ...]) -> None:
    before = people.family(people.member(), people.wife())
    with pytest.raises(DomainError, match="register_change_unsound"):
        ensure_sound(RegisterChange(families, Basis("kk", TODAY)), [before])


def test_the_history_names_every_person_before_and_after() -> None:
    awaited, present = divorce(), marked(people.family())
    families = applied(awaited, {KK: present}, on=TODAY)
    draft = RegisterEntry("case-1", "r-1", None, "cerai", None, awaited.change.basis, people.NOW, awaited.kk_numbers)
    entry = completed(draft, [present], families, awaited.change)
    assert {(person.nik, person.effect, person.kk_before, person.kk_after) for person in entry.persons} == {
        (HUSBAND, "changed", KK, KK),
        (WIFE, "joined", KK, NEW_KK),
        (DAUGHTER, "joined", KK, NEW_KK),
    }
    assert (entry.opened, entry.closed, entry.families) == (1, 0, (KK, NEW_KK))
    assert entry.addresses == ()


def test_the_history_has_the_address_that_a_family_left() -> None:
    before = people.family()
    after = replace(before, address="DSN. KRAJAN 7", village_code="3519022001")
    change = RegisterChange((after,), Basis("f_103", TODAY))
    draft = RegisterEntry("r-1", "r-1", None, "pindah_dalam", None, change.basis, people.NOW, (KK,))
    entry = completed(draft, [before], [after], change)
    assert entry.persons == ()
    assert [(each.kk_number, each.before.address, each.after.village_code) for each in entry.addresses] == [
        (KK, "JL. DIPONEGORO NO. 81", "3519022001")
    ]


def test_the_history_says_who_moved_out_and_who_came() -> None:
    before, stranger = people.family(people.member(), people.wife()), people.child(LODGER, date(2001, 2, 3))
    after = people.family(people.member(), stranger)
    change = RegisterChange((after,), Basis("skpwni", TODAY, "SKPWNI/3519/24112026/0001"), moved_out=(WIFE,), moved_in=(LODGER,))
    draft = RegisterEntry("r-1", "r-1", None, "pindah", None, change.basis, people.NOW, (KK,))
    entry = completed(draft, [before], [after], change)
    assert {person.nik: person.effect for person in entry.persons} == {WIFE: "moved_out", LODGER: "moved_in"}


def test_who_a_load_lost_while_the_letter_was_made_moved_out_all_the_same() -> None:
    before = marked(people.family(people.member(), people.wife()))
    change = RegisterChange((people.family(people.member()),), Basis("skpwni", TODAY, "SKPWNI/3519/24112026/0001"), moved_out=(WIFE,))
    loaded = replace(before, members=(people.member(),), former=(Former(people.wife(), date(2026, 11, 23)),), edition=2)
    (family,) = applied(AwaitedChange(change, (before,)), {KK: loaded}, on=TODAY)
    (former,) = family.former
    assert (former.reason, former.letter, former.closed_on) == (Effect.MOVED_OUT, "SKPWNI/3519/24112026/0001", date(2026, 11, 23))


@pytest.mark.parametrize(("moved_out", "moved_in"), [((), (LODGER,)), ((WIFE,), ())])
def test_nobody_leaves_or_comes_unless_the_change_says_so(moved_out: tuple[str, ...], moved_in: tuple[str, ...]) -> None:
    before, stranger = people.family(people.member(), people.wife()), people.child(LODGER, date(2001, 2, 3))
    change = RegisterChange((people.family(people.member(), stranger),), Basis("skpwni", TODAY), moved_out=(WIFE,), moved_in=(LODGER,))
    ensure_sound(change, [before])
    with pytest.raises(DomainError, match="register_change_unsound"):
        ensure_sound(replace(change, moved_out=moved_out, moved_in=moved_in), [before])
