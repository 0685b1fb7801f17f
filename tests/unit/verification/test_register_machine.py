"""Any sequence of births, deaths, moves, changes of households and decisions of courts leaves the register whole, whatever is approved.

A plan is made from no more than what its service looks up. Where the checks find no failure, it is made; else it may be refused.
`make register STEPS=10000` runs it longer and shows how often each effect came.
"""

from __future__ import annotations

from datetime import date
from itertools import product
from random import Random
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from services.verification.domain.identity import is_adult
from services.verification.domain.rules import Application
from services.verification.domain.submission import decided
from shared.reference.courts import CourtKind
from shared.reference.decision_kinds import decision_kinds
from shared.reference.population import Relation
from tests.support.families import TODAY
from tests.support.register_office import CARDS, RegisterOffice, Tally, expected
from tests.support.register_people import DAYS, RELATIONS, VILLAGES, WITNESSES, couple, minors
from tests.support.register_requests import arriving, of_court

COURT_KINDS = sorted(kind.id for kind in decision_kinds().values() if kind.service)
SEEDS = 8  # of each rule: what a rule chooses from is come to by one of them
PICK = st.integers(0, 2**32).map(Random)  # one draw a step: what it picks is not shrunk, the steps are


class RegisterMachine(RegisterOffice):
    """People come with anything that a form lets through, courts with anything that they may send."""

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
        late = pick.choice([family.head, family.head, *family.members[:2]])
        number = pick.choice(["3577-KM-01012026-0001", "3519-KM-01012026-0001"])
        asker = pick.choice(family.members[1:] or family.members)
        answers = {"nik": asker.nik, "late_head_nik": late.nik, "death_certificate_number": number}
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
        answers = {"nik": family.members[0].nik, "kk_number": family.kk_number, "reason": "own", "moves": pick.random() < 0.3}
        answers |= {"street": "Jl. Melati", "rt": 1, "rw": 2, "village": pick.choice(VILLAGES)} if answers["moves"] else {}
        rows = self.rows(pick, family)
        if pick.random() < 0.8:
            grown = [each for each in family.members if each is not family.head and is_adult(each, today=TODAY)]
            rows = [{"nik": pick.choice(grown or family.members).nik, "relation": "head"}]
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

    @rule(pick=PICK, event=st.sampled_from(["marriage", "divorce", "birth", "death"]))
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
        niks = [self.stranger() for _ in range(pick.randint(0, 2))] + pick.sample(back, min(len(back), pick.randint(0, 2)))
        niks += [self.one_of(pick, host)] if pick.randint(0, 5) == 0 or not niks else []
        first = pick.choice(["head", "head", "other_kin"])
        relations = [first, *(pick.choice(["head", "child", "wife", "other_kin"]) for _ in niks[1:])]
        rows = [arriving(nik, relation, self.row(nik)) for nik, relation in zip(niks, relations, strict=True)]
        answers: dict[str, Any] = {
            "nik": niks[0],
            "arriving": rows,
            "letter_persons": len(rows),
            "card": pick.choice(["new", "same", "join"]) if first == "head" else "join",
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
        parties, named = self.fitting(pick, kind) if pick.random() < 0.7 else ({}, [])
        anybody = {role: self.one_of(pick, pick.choice((first, second)), sexes.get(role, "LP")) for role in known.persons}
        niks = anybody | {role: party.nik for role, party in parties.items()}
        whose = [child.nik for child in named] if parties else [self.one_of(pick, first) for _ in range(pick.randint(0, 2))]
        children = [{"nik": nik, "custody_nik": pick.choice(list(niks.values()))} for nik in whose]
        court = {"court_code": "PN.Mjy" if known.court is CourtKind.GENERAL else "PA.Kab.Mn", "case_number": "1", "kind": kind}
        days = {"decided_on": DAYS[1], "final_on": DAYS[1], "deed_on": DAYS[1], "married_on": DAYS[2], "book_on": DAYS[0]}
        texts = {"child_status": "legitimate", "handed_over": True, "book_number": "1", "new_name": "BAGUS UTAMA", "birth_order": 1}
        pledge = {"pledge_on": DAYS[1]} if (kind == "cerai_talak") ^ (pick.random() < 0.1) else {}
        akta = self.akta(pick, self.row(niks.get("child") or niks.get("person") or "")) | {
            "husband_before": "single",
            "wife_before": "divorced",
        }
        persons = {role: {"nik": nik, "name": self.name_of(nik)} for role, nik in niks.items()}
        ruling = decided({**court, **days, **pledge, **texts, **akta, **persons, "children": tuple(children)})
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
        slips = {"name": row.certified_name if row else "X", "father": row.father if row else "X"}
        slips |= {"mother": row.mother if row and pick.random() < 0.8 else "SITI AMINAH"}
        chosen = pick.sample(sorted(slips), pick.randint(1, 2))
        corrections = [{"element": each, "as_written": slips[each], each: f"{slips[each]}{pick.choice(['I', 'I', ''])}"} for each in chosen]
        proof = {"basis_kind": "diploma", "basis_number": "1", "basis_on": DAYS[0], "witnesses": WITNESSES}
        place = {"element": "death_place", "as_written": "MADIUN", "death_place": "3577"}
        corrections += [place] if pick.random() < 0.3 else []
        died = {"died_on": pick.choice(DAYS), "death_place": "3519"}
        self.ask("akta_betul", told | {"certificate": pick.choice(["birth", "death"]), "corrections": corrections} | died | proof)

    @rule(pick=PICK)
    def an_annulment(self, pick: Random) -> None:
        family = self.family(pick)
        told = self.of_certificate(pick, family)
        double = {"annulled_for": "double", "valid_certificate_number": self.of_certificate(pick, family)["certificate_number"]}
        why = double if pick.random() < 0.5 else {"annulled_for": "no_basis"}
        by = {"annulled_by": pick.choice(["office", "court"]), "order_number": "1/Pdt.P/2026/PN Mjy", "basis_on": pick.choice(DAYS)}
        self.ask("akta_batal", told | {"certificate": "birth"} | why | by | {"witnesses": WITNESSES})

    @rule(pick=PICK)
    def acknowledgement(self, pick: Random) -> None:
        family, other = self.family(pick), self.family(pick)
        self.ask("pengakuan_anak", self.of_a_child(pick, family, other) | {"statement_on": DAYS[0]})

    @rule(pick=PICK)
    def legitimation(self, pick: Random) -> None:
        family, other = self.family(pick), self.family(pick)
        told = {"parents_named": pick.choice(["both_unrecorded", "mother"]), "birth_order": pick.choice([1, None])}
        wedding = {"marriage_number": "1/2/XI/2026", "married_on": pick.choice(DAYS)}
        self.ask("pengesahan_anak", self.of_a_child(pick, family, other) | told | wedding)

    @rule(pick=PICK)
    def adoption(self, pick: Random) -> None:
        family, home = self.family(pick), self.family(pick)
        child = pick.choice(minors(family) or family.members)
        answers = {"nik": self.asker(pick, home), "kk_number": home.kk_number, "child_nik": child.nik, **self.akta(pick, child)}
        pair = couple(home) if pick.random() < 0.7 else None
        if pair or pick.random() < 0.9:
            answers["adoptive_father_nik"] = pair[0].nik if pair else self.one_of(pick, home, sex="L")
        if pair or pick.random() < 0.7:
            answers["adoptive_mother_nik"] = pair[1].nik if pair else self.one_of(pick, home, sex="P")
        order = {"order_number": "1/Pdt.P/2026/PA.Kab.Mn", "order_on": pick.choice(DAYS), "order_court": "Pengadilan Agama Madiun"}
        self.ask("pengangkatan_anak", answers | order | {"witnesses": WITNESSES})

    @rule(pick=PICK, service=st.sampled_from(CARDS))
    def a_card(self, pick: Random, service: str) -> None:
        """Cards show the register, and change nothing in it."""
        family = self.family(pick)
        child = pick.choice(minors(family) or family.members)
        answers = {"nik": self.asker(pick, family), "kk_number": family.kk_number, "child_nik": child.nik}
        self.ask(service, answers | {"birth_certificate_number": self.akta(pick, child)["certificate_number"]})

    @rule(pick=PICK)
    def stillbirth(self, pick: Random) -> None:
        family = self.family(pick)
        answers = {"nik": self.asker(pick, family), "kk_number": family.kk_number, "parents": "mother_only", "witnesses": WITNESSES}
        told = {"stillborn_on": DAYS[0], "child_sex": "L", "birth_place": "3519", "months": 8, "birth_order": 1, "plurality": "single"}
        self.ask("lahir_mati", answers | told | {"mother_nik": self.one_of(pick, family, sex="P")})

    @rule()
    @precondition(lambda self: self.last is not None)
    def the_same_again(self) -> None:
        """Somebody asks a second time for what was approved."""
        assert self.last is not None
        self.settle(self.last)


TestRegisterMachine = RegisterMachine.TestCase
# The same steps in each run of the suite, which is not where new ones are tried out: `make register` does that.
TestRegisterMachine.settings = settings(max_examples=50, stateful_step_count=20, derandomize=True, phases=[Phase.generate, Phase.shrink])


def test_everything_that_can_be_asked_for_is() -> None:
    machine = RegisterMachine()
    machine.load(seed=1, count=6)
    machine.tally = Tally()  # type: ignore[misc]  # of this machine alone
    for each in (each for each in machine.rules if "pick" in each.arguments):
        others = [name for name in each.arguments if name != "pick"]
        for seed, values in product(range(SEEDS), product(*(each.arguments[name].elements for name in others))):
            each.function(machine, pick=Random(seed), **dict(zip(others, values, strict=True)))
    assert set(machine.tally.asked) == expected()
