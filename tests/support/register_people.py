"""Who comes to the register in its state machine: people and families picked of it, with what they may say of themselves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from random import Random
from typing import Any, Final

from hypothesis.stateful import RuleBasedStateMachine

from services.verification.domain.identity import is_adult
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
        row, day = self.row(nik), pick.choice(DAYS)
        own = row.birth_certificate if row is not None else None
        number = own if own and pick.random() < 0.7 else f"3519-{pick.choice(['LU', 'LT', 'KM'])}-{day:%d%m%Y}-{pick.randint(1, 40):04}"
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

    def akta(self, pick: Random) -> dict[str, Any]:
        """Pick the number of a certificate of birth."""
        return {"certificate_number": pick.choice(["3519-LU-20052016-0007", "477/0123/1999", "belum ada"])}

    def of_a_child(self, pick: Random, family: Family, other: Family) -> dict[str, Any]:
        """Pick a child with father and mother, who may be anybody."""
        named = {"child_nik": self.one_of(pick, family), "mother_nik": self.one_of(pick, family, sex="P")}
        asked = {"nik": self.asker(pick, family), "kk_number": family.kk_number, "religious_marriage_on": pick.choice(DAYS)}
        return asked | named | {"father_nik": self.one_of(pick, other, sex="L"), "witnesses": WITNESSES} | self.akta(pick)

    def stranger(self) -> str:
        """Return the NIK of somebody of another regency, another person each time."""
        self.strangers += 1
        return f"357701120685{self.strangers:04}"

    def rows_ever(self) -> Iterable[Member]:
        """Yield every row that the register has of anybody, former ones included."""
        for family in self.register.values():
            yield from family.members
            yield from (former.member for former in family.former)
