"""Any sequence of births, deaths, moves, changes of households and decisions of courts leaves the register whole, whatever is approved.

A plan is made from no more than what its service looks up. Where the checks find no failure, it is made; else it may be refused.
"""

from collections import Counter
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.verification.adapters.registry_sample import sample_families
from services.verification.domain.certificates import certificates_in
from services.verification.domain.kinship import SPOUSES
from services.verification.domain.likeness import has_alike
from services.verification.domain.recording import AwaitedChange, applied, ensure_sound
from services.verification.domain.register import Family, Member, Register
from services.verification.domain.rules import Application, NikWish, People, Plan, RegisterChange
from services.verification.domain.services import RULES
from services.verification.domain.submission import decided
from shared.errors import DomainError
from shared.reference.courts import CourtKind
from shared.reference.decision_kinds import decision_kinds
from shared.reference.population import MARRIED, Effect, Relation
from tests.support.families import TODAY
from tests.support.register_requests import arriving, check_documents, of_court, submission

COURT_KINDS = sorted(kind.id for kind in decision_kinds().values() if kind.service)
RELATIONS = [relation.name.lower() for relation in Relation]
OF_CHILDREN = ("pengakuan_anak", "pengesahan_anak", "pengangkatan_anak")
PRINT_AGAIN = frozenset({"kutipan_kedua", "akta_betul", "akta_ln", *OF_CHILDREN, "pengangkatan_pengadilan"})
"""Services of which nothing changes where the register has all of it already."""
NOBODY = "3519019901010001"  # no such person
PICK = st.integers(0, 2**32).map(Random)  # one draw a step: what it picks is not shrunk, the steps are
VILLAGES = ["3519012001", "3519022001"]
DAYS = [date(2026, 11, 20), date(2026, 1, 5), date(2015, 6, 1)]
WITNESSES = [{"nik": "3577010101700001", "name": "SUTRISNO WIBOWO"}, {"nik": "3577010202750002", "name": "HARTONO SLAMET"}]


def read(register: dict[str, Family], people: People) -> Register:
    """Look families up as the store does: by card, and by everybody who is or was in them."""
    niks, numbers = set(people.niks), set(people.certificates)
    return Register.of(
        family
        for family in register.values()
        if family.kk_number in people.kk_numbers
        or not numbers.isdisjoint(certificates_in(family))
        or any(member.nik in niks for member in family.members)
        or any(former.member.nik in niks for former in family.former)
        or has_alike(family, people.alike)
    )


def apply(register: dict[str, Family], change: RegisterChange) -> dict[str, Family]:
    """Return the register once the change is recorded."""
    for family in change.families:
        known = register.get(family.kk_number)
        assert family.edition == (known.edition if known else 1)
        assert known is None or known.closed_on is None or _is_back(known, change), "a closed family stays as it was"
    before = tuple(register[family.kk_number] for family in change.families if family.kk_number in register)
    recorded = applied(AwaitedChange(change, before), register, on=TODAY)
    return register | {family.kk_number: replace(family, edition=family.edition + 1) for family in recorded}


class RegisterMachine(RuleBasedStateMachine):
    """A register of a few families to which people come with anything that a form lets through."""

    def __init__(self) -> None:
        super().__init__()
        self.register: dict[str, Family] = {}
        self.alive: set[str] = set()
        self.dead: set[str] = set()
        self.away: set[str] = set()
        self.serial = 0

    @initialize(seed=st.integers(1, 50), count=st.integers(3, 6))
    def load(self, seed: int, count: int) -> None:
        self.register = {family.kk_number: family for family in sample_families(count, seed)}
        self.alive = {member.nik for family in self.register.values() for member in family.members}

    @rule(pick=PICK)
    def birth(self, pick: Random) -> None:
        family, kind = self.family(pick), pick.choice(["married_recorded", "married_unrecorded", "mother_only", "unknown"])
        answers: dict[str, Any] = {"relation": "family", "nik": self.asker(pick, family), "kk_number": family.kk_number, "parents": kind}
        if kind != "unknown":
            answers["mother_nik"] = self.one_of(pick, family, sex="P")
        if kind.startswith("married"):
            answers["father_nik"] = self.one_of(pick, family, sex="L")
        if pick.randint(0, 4) == 0:
            answers["child_nik"] = self.one_of(pick, family)
        name = pick.choice(["BAGUS UTAMA", "CITRA UTAMI"])
        told = {"child_name": name, "child_sex": pick.choice("LP"), "born_on": pick.choice(DAYS)}
        self.ask("akta_lahir", answers | told | {"birth_place": "3519", "plurality": "single", "birth_order": 1, "witnesses": WITNESSES})

    @rule(pick=PICK)
    def death(self, pick: Random) -> None:
        family = self.family(pick)
        late = pick.choice(family.members)
        was_head = (late.relation is Relation.HEAD) ^ (pick.randint(0, 9) == 0)
        answers = {"nik": self.asker(pick, self.family(pick)), "deceased_nik": late.nik, "was_head": was_head, "witnesses": WITNESSES}
        self.ask("akta_mati", answers | self.after_the_head(pick, family) if was_head else answers | self.died(pick, family))

    @rule(pick=PICK)
    def new_head(self, pick: Random) -> None:
        family = self.family(pick)
        late = pick.choice(family.members[:2])
        answers = {"nik": self.asker(pick, family), "late_head_nik": late.nik, "death_certificate_number": "3519-KM-01012026-0001"}
        relations = self.rows(pick, family) if pick.random() < 0.5 else []
        self.ask("kk_ganti_kepala", answers | self.after_the_head(pick, family) | {"relations": relations})

    @rule(pick=PICK)
    def new_family(self, pick: Random) -> None:
        family, other = self.family(pick), self.family(pick)
        nik = self.asker(pick, family)
        home = {"street": "Jl. Melati", "rt": 1, "rw": 2, "village": pick.choice(VILLAGES)}
        answers: dict[str, Any] = {"nik": nik, "kk_number": family.kk_number, "purpose": "alone", **home}
        if pick.random() < 0.5:
            couple = {"husband_nik": self.one_of(pick, family, sex="L"), "wife_nik": self.one_of(pick, other, sex="P")}
            married = {"marriage_recorded": pick.random() < 0.5, "married_on": pick.choice(DAYS)}
            answers |= {"purpose": "couple", **couple, **married}
        self.ask("kk_baru", answers | {"others": self.rows(pick, family) if pick.random() < 0.5 else []})

    @rule(pick=PICK)
    def other_data(self, pick: Random) -> None:
        family = self.family(pick)
        values = {"occupation": "o065", "religion": "hindu", "blood_type": "ab", "father": "Slamet Utama"}
        elements = pick.choices(sorted(values), k=pick.randint(1, 3))
        changes = [{"nik": self.one_of(pick, family), "element": element, element: values[element]} for element in elements]
        basis = {"basis_kind": "statement", "basis_number": "1", "basis_on": DAYS[0]}
        self.ask("kk_ubah", {"nik": family.members[0].nik, "kk_number": family.kk_number, "changes": changes, **basis})

    @rule(pick=PICK)
    def data_of_a_ktp(self, pick: Random) -> None:
        family = self.family(pick)
        values = {"occupation": "o065", "religion": "hindu", "blood_type": "ab", "birth_place": "Kediri"}
        changes = [{"element": element, element: values[element]} for element in pick.choices(sorted(values), k=pick.randint(1, 3))]
        basis = {"basis_kind": "statement", "basis_number": "1", "basis_on": DAYS[0]}
        answers = {"nik": self.asker(pick, family), "kk_number": family.kk_number, "card_is_right": False}
        self.ask("ktp_ubah", answers | {"changes": changes} | basis)

    @rule(pick=PICK)
    def split(self, pick: Random) -> None:
        family = self.family(pick)
        answers = {"nik": family.members[0].nik, "kk_number": family.kk_number, "reason": "own", "moves": False}
        rows = self.rows(pick, family)
        if pick.random() < 0.5:
            rows[0]["relation"] = "head"
        self.ask("kk_pisah", answers | {"leaving": rows})

    @rule(pick=PICK)
    def first_entry(self, pick: Random) -> None:
        host, other = self.family(pick), pick.choice(self.family(pick).members)
        told: dict[str, Any] = {"name": pick.choice(["SUMIYATI RAHAYU", other.name]), "sex": pick.choice("LP"), "mother_name": other.mother}
        told |= {"born_on": pick.choice([*DAYS, date(1971, 7, 1), other.born_on]), "birth_place": "3519", "religion": "islam"}
        told |= {"education": "primary_school", "occupation": "o009", "blood_type": "unknown", "witnesses": WITNESSES}
        told |= {"marital": pick.choice(["single", "married", "widowed"])}
        new = {"card": "new", "street": "Jl. Melati", "rt": 1, "rw": 2, "village": pick.choice(VILLAGES)}
        joins = {"card": "join", "host_kk_number": host.kk_number, "host_nik": self.one_of(pick, host)}
        joins |= {"relation_to_head": pick.choice(["other_kin", "wife", *RELATIONS])}
        self.ask("biodata", told | pick.choice([new, joins]))

    @rule(pick=PICK)
    def lodging(self, pick: Random) -> None:
        family, host = self.family(pick), self.family(pick)
        rows = [{"nik": member.nik, "relation": "other_kin"} for member in family.members]
        joining = rows if pick.random() < 0.5 else self.rows(pick, family)
        answers = {
            "nik": family.members[0].nik,
            "kk_number": family.kk_number,
            "joining": joining,
            "minors_alone": pick.random() < 0.5,
        }
        self.ask("kk_numpang", answers | {"host_kk_number": host.kk_number, "host_nik": self.one_of(pick, host)})

    @rule(pick=PICK)
    def move_out(self, pick: Random) -> None:
        if len(self.open()) == 1:
            return  # somebody must be left to ask for something
        family = self.family(pick)
        to = {"destination": pick.choice(["3578", "3171"]), "street": "Jl. Mawar 3", "rt": 1, "rw": 2, "planned_on": date(2026, 12, 1)}
        place = {"destination_village": "Mojo", "destination_district": "Gubeng", "reason": "work"}
        answers = self.movers(pick, family, relation=False) | to | place | {"card": pick.choice(["own", "join"]), "country": "mys"}
        self.ask(pick.choice(["pindah", "pindah_ln"]), answers)

    @rule(pick=PICK, event=st.sampled_from(["marriage", "marriage", "divorce", "divorce", "birth", "death"]))
    def event_abroad(self, pick: Random, event: str) -> None:
        family, other = self.family(pick), self.family(pick)
        days = {"event_on": pick.choice(DAYS), "certificate_on": DAYS[0], "returned_on": DAYS[0]}
        answers = {"event": event, "nik": self.asker(pick, family), "kk_number": family.kk_number, "holder_nik": self.one_of(pick, family)}
        if event in ("marriage", "divorce") and pick.random() < 0.6:
            answers |= {"partner_citizenship": "indonesian", "partner_nik": self.one_of(pick, pick.choice((family, other)))}
        self.ask("akta_ln", answers | days | {"holder_name": "SIAPA SAJA", "partner_name": "CHEN WEI"})

    @rule(pick=PICK)
    def move_inside(self, pick: Random) -> None:
        family, host = self.family(pick), self.family(pick)
        answers = self.movers(pick, family, relation=True) | {"card": "own", "village": pick.choice(VILLAGES)}
        if pick.random() < 0.5:
            everybody = [{"nik": member.nik, "relation": "other_kin"} for member in family.members]
            rows = everybody if pick.random() < 0.5 else self.rows(pick, family)
            answers |= {"card": "join", "host_kk_number": host.kk_number, "host_nik": self.one_of(pick, host), "moving": rows}
        self.ask("pindah_dalam", answers | {"street": "Jl. Melati", "rt": 1, "rw": 2})

    @rule(pick=PICK)
    def arrival(self, pick: Random) -> None:
        host, back = self.family(pick), sorted(self.away)
        niks = [self.number(nik=True) for _ in range(pick.randint(0, 2))] + pick.sample(back, min(len(back), pick.randint(0, 2)))
        niks += [self.one_of(pick, host)] if pick.randint(0, 5) == 0 or not niks else []
        rows = [arriving(nik, pick.choice(["head", "child", "wife", "other_kin"]) if number else "head") for number, nik in enumerate(niks)]
        answers: dict[str, Any] = {
            "nik": niks[0],
            "arriving": rows,
            "letter_persons": len(rows),
            "card": pick.choice(["new", "same", "join"]),
        }
        home = {"street": "Jl. Melati", "rt": 1, "rw": 2, "village": pick.choice(VILLAGES)}
        numbers = {"host_kk_number": host.kk_number, "host_nik": host.head.nik, "old_kk_number": pick.choice(sorted(self.register))}
        letter = {"letter_number": "SKPWNI/3577/20112026/0001", "letter_on": DAYS[0], "arrived_on": DAYS[0], "leaving_letter": "none"}
        self.ask(pick.choice(["datang", "datang_ln"]), answers | home | numbers | letter)

    @rule(pick=PICK, kind=st.sampled_from(COURT_KINDS))
    def court(self, pick: Random, kind: str) -> None:
        """A court decides something about anybody: the office does not try the case again, but nobody may be lost by it."""
        known = decision_kinds()[kind]
        first, second = self.family(pick), self.family(pick)
        second = first if pick.random() < 0.6 else second
        sexes = {"husband": "L", "wife": "P", "father": "L", "mother": "P", "adoptive_father": "L", "adoptive_mother": "P"}
        niks = {role: self.one_of(pick, pick.choice((first, second)), sexes.get(role, "LP")) for role in known.persons}
        children = [{"nik": self.one_of(pick, first), "custody_nik": pick.choice(list(niks.values()))} for _ in range(pick.randint(0, 2))]
        court = {"court_code": "PN.Mjy" if known.court is CourtKind.GENERAL else "PA.Kab.Mn", "case_number": "1", "kind": kind}
        days = {"decided_on": DAYS[1], "final_on": DAYS[1], "deed_on": DAYS[1], "married_on": DAYS[2], "book_on": DAYS[0]}
        texts = {"child_status": "legitimate", "handed_over": True, "book_number": "1", "new_name": "BAGUS UTAMA", "birth_order": 1}
        akta = {"certificate_number": "3519-LU-01012020-0001", "husband_before": "single", "wife_before": "divorced"}
        persons = {role: {"nik": nik, "name": self.name_of(nik)} for role, nik in niks.items()}
        ruling = decided({**court, **days, **texts, **akta, **persons, "children": tuple(children)})
        holders = dict.fromkeys(niks[role] for role in known.served)
        self.settle(Application(tuple(of_court(known.service or "", nik, ruling) for nik in holders)))

    @rule(pick=PICK)
    def another_extract(self, pick: Random) -> None:
        family = self.family(pick)
        answers = {"certificate": pick.choice(["birth", "birth", "death"]), **self.of_certificate(pick, family), "reason": "lost"}
        died = {"died_on": pick.choice(DAYS), "death_place": "3519"} if answers["certificate"] == "death" else {}
        row = self.row(answers["holder_nik"])
        self.ask("kutipan_kedua", answers | died | {"holder_name": row.certified_name if row else "NIEMAND DI SINI"})

    @rule(pick=PICK)
    def another_name(self, pick: Random) -> None:
        family = self.family(pick)
        told = self.of_certificate(pick, family)
        name = pick.choice(["BAGUS UTAMA", "CITRA UTAMI", "Dr. SLAMET UTAMA", "NUR HIDAYAT PUTRA"])
        order = {"order_number": "32/Pdt.P/2026/PN Mjy", "order_on": DAYS[0], "order_court": pick.choice(["PN Madiun", "PA Madiun"])}
        self.ask("ubah_nama", told | {"subject_nik": told["holder_nik"], "new_name": name} | order)

    @rule(pick=PICK)
    def a_slip(self, pick: Random) -> None:
        family = self.family(pick)
        told = self.of_certificate(pick, family)
        row = self.row(told["holder_nik"])
        slips = {"name": row.certified_name if row else "X", "father": row.father if row else "X", "mother": "SITI AMINAH"}
        chosen = pick.choices(sorted(slips), k=pick.randint(1, 2))
        corrections = [{"element": each, "as_written": slips[each], each: f"{slips[each]}{pick.choice(['I', ''])}"} for each in chosen]
        proof = {"basis_kind": "diploma", "basis_number": "1", "basis_on": DAYS[0], "witnesses": WITNESSES}
        self.ask("akta_betul", told | {"certificate": "birth", "corrections": corrections} | proof)

    @rule(pick=PICK)
    def acknowledgement(self, pick: Random) -> None:
        family, other = self.family(pick), self.family(pick)
        self.ask("pengakuan_anak", self.of_a_child(pick, family, other) | {"has_order": False, "statement_on": DAYS[0]})

    @rule(pick=PICK)
    def legitimation(self, pick: Random) -> None:
        family, other = self.family(pick), self.family(pick)
        told = {"parents_named": pick.choice(["both_unrecorded", "mother"]), "birth_order": pick.choice([1, None]), "has_order": False}
        wedding = {"marriage_number": "1/2/XI/2026", "married_on": pick.choice(DAYS)}
        self.ask("pengesahan_anak", self.of_a_child(pick, family, other) | told | wedding)

    @rule(pick=PICK)
    def adoption(self, pick: Random) -> None:
        family, home = self.family(pick), self.family(pick)
        answers = {"nik": self.asker(pick, home), "kk_number": home.kk_number, "child_nik": self.one_of(pick, family), **self.akta(pick)}
        if pick.random() < 0.9:
            answers["adoptive_father_nik"] = self.one_of(pick, home, sex="L")
        if pick.random() < 0.7:
            answers["adoptive_mother_nik"] = self.one_of(pick, home, sex="P")
        order = {"order_number": "1/Pdt.P/2026/PA.Kab.Mn", "order_on": pick.choice(DAYS), "order_court": "Pengadilan Agama Madiun"}
        self.ask("pengangkatan_anak", answers | order | {"witnesses": WITNESSES})

    @invariant()
    def who_has_a_certificate_has_it_alone(self) -> None:
        held = [row.birth_certificate for family in self.open() for row in family.members if row.birth_certificate]
        assert len(set(held)) == len(held)

    @invariant()
    def everybody_who_lives_is_in_one_family(self) -> None:
        held = Counter(member.nik for family in self.open() for member in family.members)
        assert set(held) == self.alive
        assert not held or max(held.values()) == 1

    @invariant()
    def every_open_family_has_one_head_and_a_closed_one_nobody(self) -> None:
        for family in self.register.values():
            heads = sum(member.relation is Relation.HEAD for member in family.members)
            assert (heads, bool(family.members)) == ((0, False) if family.closed_on else (1, True))

    @invariant()
    def who_is_husband_or_wife_of_a_head_is_married_to_one(self) -> None:
        for family in self.open():
            for member in family.members:
                if member.relation in SPOUSES:
                    assert member.marital in MARRIED
                    assert family.head.marital in MARRIED
                    assert member.sex != family.head.sex

    @invariant()
    def who_is_gone_left_or_died(self) -> None:
        died, away = set(), set()
        for family in self.register.values():
            present = {member.nik for member in family.members}
            for former in family.former:
                assert former.reason in (Effect.DIED, Effect.LEFT, Effect.MOVED_OUT, Effect.MOVED_ABROAD)
                assert former.member.nik not in present
                died |= {former.member.nik} if former.reason == Effect.DIED else set()
                away |= {former.member.nik} if former.reason in (Effect.MOVED_OUT, Effect.MOVED_ABROAD) else set()
        assert died == self.dead
        assert away - self.alive - self.dead == self.away

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
        """Pick who asks: somebody of the register, which is checked for every service."""
        return pick.choice(family.members).nik

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
        rows = [row for family in self.register.values() for row in (*family.members, *(each.member for each in family.former))]
        return next((row for row in rows if row.nik == nik), None)

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

    def ask(self, service: str, answers: dict[str, Any]) -> None:
        """Judge a request and apply what follows from its approval, even where the checks found a failure."""
        plan = self.settle(Application((submission(service, answers),)), alone=service in ("datang", "datang_ln"))
        if plan is not None and plan.change is not None:
            check_documents(plan, plan.change)

    def settle(self, request: Application, *, alone: bool = False) -> Plan | None:
        """Judge an application and apply what follows; None: nothing does. `alone`: also where hardly anybody is left."""
        if len(self.alive) <= 1 and not alone:
            return None
        rules = RULES[request.first.service]
        register = read(self.register, rules.people(request))
        failures = [finding for finding in rules.check(request, register, TODAY) if finding.is_failure]
        try:
            numbers = tuple(self.number(nik=isinstance(wish, NikWish)) for wish in rules.wishes(request, register))
            plan = rules.plan(request, register, numbers, TODAY)
            if plan.change is None:
                assert request.first.service in PRINT_AGAIN, "what changes nothing was there before"
                return None
            ensure_sound(plan.change, register.by_kk.values())
        except DomainError:
            assert failures, "nothing is wrong with it, and yet nothing follows"
            return None
        assert len({ordered.about for ordered in plan.documents}) == len(plan.documents)
        self.register = apply(self.register, plan.change)
        change = plan.change
        self.alive = (self.alive | {*change.born, *change.moved_in}) - {*change.died, *change.moved_out}
        self.dead |= set(change.died)
        self.away = (self.away | set(change.moved_out)) - set(change.moved_in)
        return plan

    def name_of(self, nik: str) -> str:
        """Return the name of somebody of the register."""
        return next((member.name for family in self.open() for member in family.members if member.nik == nik), "TIDAK ADA")

    def number(self, *, nik: bool) -> str:
        """Return a number that nobody has."""
        self.serial += 1
        return f"351901{'20' if nik else '24'}1126{9000 + self.serial:04}"


def _is_back(family: Family, change: RegisterChange) -> bool:
    """Whether a family that moved out whole has its number again."""
    return not family.members and any(each.kk_number == family.kk_number and each.members for each in change.families)


TestRegisterMachine = RegisterMachine.TestCase
TestRegisterMachine.settings = settings(max_examples=80, stateful_step_count=20, phases=[Phase.reuse, Phase.generate, Phase.shrink])
