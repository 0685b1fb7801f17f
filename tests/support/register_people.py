"""Who comes to the register in its state machine: people and families picked of it, with what they may say of themselves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from hypothesis.stateful import RuleBasedStateMachine

from services.verification.domain.identity import is_adult
from services.verification.domain.kinship import SPOUSES
from services.verification.domain.register import Family, Member
from shared.reference.population import Relation
from tests.support.families import TODAY

RELATIONS: Final = [relation.name.lower() for relation in Relation]
NOBODY: Final = "3519019901010001"  # no such person
VILLAGES: Final = ["3519012001", "3519022001"]
DAYS: Final = [date(2026, 11, 20), date(2026, 1, 5), date(2015, 6, 1)]
WITNESSES: Final = [{"nik": "3577010101700001", "name": "SUTRISNO WIBOWO"}, {"nik": "3577010202750002", "name": "HARTONO SLAMET"}]


class RegisterPeople(RuleBasedStateMachine):
    """A register, and who of it comes."""

    def __init__(self) -> None:
        super().__init__()
        self.register: dict[str, Family] = {}
        self.strangers = 0

    def open(self) -> list[Family]:
        """Return the open families."""
        return [family for family in self.register.values() if family.closed_on is None]

    def family(self, pick: Random) -> Family:
        """Pick an open family."""
        return pick.choice(self.open())

    def one_of(self, pick: Random, family: Family, sex: str = "LP") -> str:
        """Pick a member of a family, by preference of that sex, once in a while nobody."""
        fitting = [member.nik for member in family.members if member.sex in sex] or [member.nik for member in family.members]
        return NOBODY if pick.randint(0, 19) == 0 else pick.choice(fitting)

    def asker(self, pick: Random, family: Family) -> str:
        """Pick who asks: somebody of the register, mostly an adult."""
        adults = [member for member in family.members if is_adult(member, today=TODAY)]
        return pick.choice(adults if adults and pick.random() < 0.9 else family.members).nik

    def rows(self, pick: Random, family: Family) -> list[dict[str, Any]]:
        """Pick some members with relations, by preference those that they have."""
        chosen = pick.sample(family.members, pick.randint(1, min(4, len(family.members))))
        return [{"nik": member.nik, "relation": pick.choice([member.relation.name.lower(), "child", *RELATIONS])} for member in chosen]

    def movers(self, pick: Random, family: Family, *, relation: bool) -> dict[str, Any]:
        """Pick who moves, and who looks after those who stay."""
        kind, rows = pick.choice(["head", "head_and_all", "head_and_some", "members", "members"]), self.rows(pick, family)
        if not relation:
            rows = [{"nik": row["nik"]} for row in rows]
        named = {"moving": rows} if kind in ("head_and_some", "members") else {}
        after = self.after_the_head(pick, family) if kind.startswith("head") else {"kk_number": family.kk_number}
        return {"nik": self.asker(pick, family), "kind": kind, "minors_alone": pick.random() < 0.3} | named | after

    def fitting(self, pick: Random, kind: str) -> tuple[dict[str, Member], list[Member]]:
        """Pick whom a decision of a kind would be about in life, and the children whom it names; nobody where the register has no such."""
        couples = [pair for family in self.open() if (pair := couple(family))]
        children = [(child, *self.parents(child)) for family in self.open() for child in minors(family)]
        parted = [(child, father, mother) for child, father, mother in children if father and mother and not self.together(father, mother)]
        natural = [(child, mother) for child, father, mother in children if father is None and mother]
        pairs: list[tuple[Member, Member]] = pick.sample(couples, min(2, len(couples)))
        match kind:
            case "hadhanah" if parted:
                child, father, mother = pick.choice(parted)
                holder, other = (mother, father) if self.together(child, father) else (father, mother)
                return {"holder": holder, "other_parent": other}, [child]
            case "asal_usul_anak" if natural and pairs:
                child, mother = pick.choice(natural)
                return {"child": child, "father": pairs[0][0], "mother": mother}, []
            case "pengangkatan_anak" if children and pairs:
                return {"child": pick.choice(children)[0], "adoptive_father": pairs[0][0], "adoptive_mother": pairs[0][1]}, []
            case "cerai_gugat" | "cerai_talak" | "pembatalan_perkawinan" | "itsbat_nikah" if pairs:
                husband, wife = pairs[0]
                theirs = [child for child, father, mother in children if (father, mother) == (husband, wife)]
                return {"husband": husband, "wife": wife}, theirs if kind != "itsbat_nikah" else []
        return {}, []

    def parents(self, child: Member) -> tuple[Member | None, Member | None]:
        """Return the father and the mother of somebody, as far as they live here."""
        here = [member for family in self.open() for member in family.members if member.born_on < child.born_on]
        father = next((row for row in here if (row.name, row.sex) == (child.father, "L")), None)
        return father, next((row for row in here if (row.name, row.sex) == (child.mother, "P")), None)

    def together(self, one: Member, other: Member) -> bool:
        """Whether two are on one card."""
        return any({one.nik, other.nik} <= {member.nik for member in family.members} for family in self.open())

    def row(self, nik: str) -> Member | None:
        """Return the row of somebody who is or was in a family."""
        return next((row for row in self.rows_ever() if row.nik == nik), None)

    def name_of(self, nik: str) -> str:
        """Return the name of somebody of the register."""
        row = self.row(nik)
        return row.name if row else "TIDAK ADA"

    def of_certificate(self, pick: Random, family: Family) -> dict[str, Any]:
        """Pick a certificate: of a member or of one who died, mostly its own number, once in a while somebody else's."""
        late = [former.member.nik for former in family.former]
        nik = pick.choice(late) if late and pick.random() < 0.4 else self.one_of(pick, family)
        number = self.akta(pick, self.row(nik))["certificate_number"]
        told = {"certificate_number": number, "birth_order": pick.randint(1, 3), "parents_named": pick.choice(["both", "mother", "nobody"])}
        return {"nik": self.asker(pick, family), "kk_number": family.kk_number, "holder_nik": nik} | told

    def died(self, pick: Random, family: Family) -> dict[str, Any]:
        """Pick the day of a death."""
        return {"kk_number": family.kk_number, "died_on": pick.choice(DAYS), "death_place": "3519"}

    def after_the_head(self, pick: Random, family: Family) -> dict[str, Any]:
        """Pick what follows from the death of a head."""
        host, remaining = self.family(pick), pick.choice(["adult", "adult", "minors", "none"])
        guardian = {"guardian_nik": self.one_of(pick, host), "guardian_kk_number": host.kk_number}
        more: dict[str, dict[str, Any]] = {"adult": {"new_head_nik": self.one_of(pick, family)}, "minors": guardian, "none": {}}
        return {"remaining": remaining} | more[remaining] | self.died(pick, family)

    def akta(self, pick: Random, row: Member | None) -> dict[str, Any]:
        """Pick the number of a certificate of birth: mostly somebody's own, as the register has it or as it may be."""
        if row is None or pick.random() < 0.2:
            day = pick.choice(DAYS)
            unfit = f"3519-{pick.choice(['LU', 'LT', 'KM'])}-{day:%d%m%Y}-{pick.randint(1, 40):04}"
            return {"certificate_number": pick.choice([unfit, "477/0123/1999", "belum ada"])}
        given_on = row.born_on + timedelta(days=pick.randint(1, 4))
        return {"certificate_number": row.birth_certificate or f"3519-LU-{given_on:%d%m%Y}-{pick.randint(1, 9_999):04}"}

    def of_a_child(self, pick: Random, family: Family, other: Family) -> dict[str, Any]:
        """Pick a child with father and mother, who may be anybody."""
        child = pick.choice(minors(family) or family.members)
        father, mother = self.parents(child) if pick.random() < 0.7 else (None, None)
        mother_nik = mother.nik if mother else self.one_of(pick, family, sex="P")
        father_nik = father.nik if father else self.one_of(pick, other, sex="L")
        asked = {"nik": pick.choice([mother_nik, father_nik, self.asker(pick, family)]), "kk_number": family.kk_number}
        named = {"child_nik": child.nik, "mother_nik": mother_nik, "father_nik": father_nik, "has_order": pick.random() < 0.7}
        order = {"order_number": "1/Pdt.P/2026/PA.Kab.Mn", "order_on": DAYS[0], "order_court": "Pengadilan Agama Madiun"}
        wed = {"religious_marriage_on": child.born_on - timedelta(days=pick.choice([400, 400, -30]))}
        return asked | named | wed | (order if named["has_order"] else {}) | {"witnesses": WITNESSES} | self.akta(pick, child)

    def stranger(self) -> str:
        """Return the NIK of somebody of another regency, another person each time."""
        self.strangers += 1
        return f"357701120685{self.strangers:04}"

    def rows_ever(self) -> Iterable[Member]:
        """Yield every row that the register has of anybody, former ones included."""
        for family in self.register.values():
            yield from family.members
            yield from (former.member for former in family.former)


def couple(family: Family) -> tuple[Member, Member] | None:
    """Return the man and the woman of whom one heads a family and the other stands beside."""
    spouse = next((member for member in family.members if member.relation in SPOUSES), None)
    return None if spouse is None else (family.head, spouse) if family.head.sex == "L" else (spouse, family.head)


def minors(family: Family) -> list[Member]:
    """Return the members who are under age."""
    return [member for member in family.members if not is_adult(member, today=TODAY)]
