"""Requests of services with forms: answers are read by the service's own form, as intake does, and travel as they do on the wire."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from services.verification.domain.recording import AwaitedChange, applied, ensure_sound
from services.verification.domain.register import Family, Former, Member, Register
from services.verification.domain.rules import Application, Plan, Rules, Wish
from services.verification.domain.services import RULES
from services.verification.domain.submission import Answers, Person, Submission
from shared.reference.catalogue import catalogue
from shared.reference.forms import Field, Form
from shared.reference.population import Relation
from shared.values import Contact
from tests.support import families as people

TODAY = people.TODAY
REQUEST = "01938b3e-0000-7000-8000-000000000011"
NIECE = "3519084101990003"
GUARDIAN = "3519011502850004"
HOST_KK = "3519011203150002"
NEW_NIK = "3519082011260001"
NEW_KK = "3519082411260001"
WITNESSES = [{"nik": "3519010101700001", "name": "SUTRISNO WIBOWO"}, {"nik": "3519010202750002", "name": "HARTONO SLAMET"}]


def guardian_family(*members: Member, village_code: str = "3519012001") -> Family:
    """A man alone in another village, who can take somebody in."""
    head = people.member(GUARDIAN, name="AGUS SAPUTRA", born_on=date(1985, 2, 15))
    return replace(
        people.family(*(members or (head,)), kk_number=HOST_KK, village_code=village_code), address="DSN. TAMBAKMAS", rt="002", rw="001"
    )


def submission(service: str, *, submitted_on: date = TODAY, **answers: Any) -> Submission:
    """A request with these answers; the form must take them."""
    form = catalogue().get(service).form
    given = answers | {field.name: _file(field) for field in form.asked(_typed(form, answers), submitted_on) if field.is_document}
    values, problems = form.read(given, submitted_on)
    assert not problems, problems
    return Submission(
        request_id=REQUEST,
        receipt="MDN-7K4Q-9F2X",
        channel="whatsapp",
        service=service,
        products=catalogue().get(service).products,
        submitted_at=datetime.combine(submitted_on, time(3, 0), UTC),
        contact=Contact(channel="whatsapp", address=people.PHONE),
        applicant=Person(nik=answers.get("nik"), kk_number=answers.get("kk_number")),
        answers=Answers(form.wire(values)),
    )


def application(service: str, **answers: Any) -> Application:
    """One request that is judged."""
    return Application((submission(service, **answers),))


def codes(request: Application, register: Register, *, failures_only: bool = False) -> set[str]:
    """What the rules of the service find."""
    found = RULES[request.first.service].check(request, register, TODAY)
    return {finding.code for finding in found if finding.is_failure or not failures_only}


def fields(request: Application, register: Register) -> dict[str, str | None]:
    """Each finding and the field that it names."""
    return {finding.code: finding.field for finding in RULES[request.first.service].check(request, register, TODAY)}


def planned(request: Application, register: Register, *, numbers: Iterable[str] | None = None, today: date = TODAY) -> Plan:
    """What follows from the approval, if it leaves the register whole."""
    rules = RULES[request.first.service]
    plan = rules.plan(request, register, tuple(numbers) if numbers is not None else _numbers(rules, request, register), today)
    if plan.change is not None:
        ensure_sound(plan.change, register.by_kk.values())
    return plan


def orders(plan: Plan) -> list[tuple[str, str]]:
    """The documents in their order: product, and what each is of."""
    return [(ordered.product, ordered.about) for ordered in plan.documents]


def after(plan: Plan) -> dict[str, Family]:
    """The families that the plan changes, by the numbers of their cards."""
    assert plan.change is not None
    return {family.kk_number: family for family in plan.change.families}


def rows(family: Family) -> dict[str, tuple[str, str]]:
    """Relation and status of each member."""
    return {member.nik: (member.relation.value, member.marital.value) for member in family.members}


def recorded(plan: Plan, register: Register) -> dict[str, Family]:
    """The families that the plan changes, once the register has recorded it."""
    assert plan.change is not None
    before = tuple(family for family in plan.change.families if family.kk_number in register.by_kk)
    awaited = AwaitedChange(plan.change, tuple(register.by_kk[family.kk_number] for family in before))
    return {family.kk_number: family for family in applied(awaited, register.by_kk, on=TODAY)}


def reasons(family: Family) -> dict[str, str]:
    """Why each former member is gone."""
    return {former.member.nik: former.reason for former in family.former}


def without_head(family: Family, *, reason: str) -> Family:
    """A family whose head the register has already taken out, with nobody in his place."""
    head = next(member for member in family.members if member.relation is Relation.HEAD)
    stay = tuple(member for member in family.members if member is not head)
    return replace(family, members=stay, former=(Former(head, TODAY, reason),))


def _numbers(rules: Rules, request: Application, register: Register) -> tuple[str, ...]:
    return tuple(NEW_NIK if hasattr(wish, "born_on") else NEW_KK for wish in _wishes(rules, request, register))


def _wishes(rules: Rules, request: Application, register: Register) -> tuple[Wish, ...]:
    return rules.wishes(request, register)


def _typed(form: Form, answers: dict[str, Any]) -> dict[str, Any]:
    return {
        field.name: field.parse(answers[field.name], TODAY) if field.type == "date" else answers[field.name]
        for field in form.fields
        if field.name in answers
    }


def _file(field: Field) -> dict[str, str]:
    return {"file_id": f"file-{field.name}", "kind": field.any_of[0]}
