"""Cards that a request only reads hold nothing up, and a card on which one of its people stands as well is seen before the documents."""

from dataclasses import replace

from services.verification.domain.rules import Application
from services.verification.domain.submission import Answers, Submission
from shared.ids import new_id
from shared.messaging.delivery import Done
from shared.reference.catalogue import catalogue
from shared.reference.population import Effect, KkMarital, Relation
from shared.values import VouchedBy, Vouching
from tests.integration.verification.conftest import Office
from tests.support import families as people
from tests.support.applications import GUARDIAN, HOST_KK, guardian_family
from tests.support.families import KK, SON, TODAY
from tests.unit.verification.test_birth_rules import birth
from tests.unit.verification.test_death_rules import death, orphaned


def asked(application: Application) -> Submission:
    """The request as a counter hands it in, who vouches for the sender."""
    submission: Submission = application.first
    form = catalogue().get(submission.service).form
    values = form.values(submission.answers.values)
    papers = tuple(people.attachment(field.any_of[0], field.name) for field in form.asked(values, TODAY) if field.is_document)
    vouching = Vouching(VouchedBy.ADAPTER)
    return replace(submission, request_id=new_id(), answers=Answers(values), attachments=papers, vouching=vouching)


async def reasons(office: Office) -> list[list[str]]:
    return [[reason["code"] for reason in task["reasons"]] for task in await office.rows("tasks")]


async def test_the_family_of_a_witness_may_wait_for_its_own_documents(office: Office) -> None:
    witness = guardian_family().members[0]
    await office.load(people.family(), guardian_family())
    lost = people.lost_card(request_id=new_id(), nik=GUARDIAN, kk_number=HOST_KK)
    await office.mongo.collection(office.database, "families").update_one({"_id": HOST_KK}, {"$set": {"pending": "another-case"}})
    theirs = [{"nik": witness.nik, "name": witness.name}, {"nik": "3519010202750002", "name": "HARTONO SLAMET"}]
    assert await office.take_in(asked(birth(witnesses=theirs)), lost) == [Done(), Done()]
    assert sorted(await reasons(office)) == [["officer_required"], ["register_change_pending"]]


async def test_an_orphan_who_stands_on_a_second_card_is_an_officers(office: Office) -> None:
    """The second card is none that the request names."""
    alone = people.family(people.member(marital=KkMarital.WIDOWED), *people.family().members[2:])
    again = people.child(SON, people.family().members[2].born_on, relation=Relation.GRANDCHILD)
    grandparents = people.family(people.member("3519084101600005", name="INTAN", sex="P"), again, kk_number="3519081611230009")
    await office.load(alone, guardian_family(), grandparents)
    assert await office.take_in(asked(orphaned())) == [Done()]
    [codes] = await reasons(office)
    assert "nik_registered_twice" in codes


async def test_a_death_is_kept_with_its_day_and_certificate(office: Office) -> None:
    await office.load(people.family())
    request = asked(death())
    assert await office.take_in(request) == [Done()]
    [task] = await office.rows("tasks")
    async with office.client() as desk:
        seen = (await desk.post(f"/v1/tasks/{task['_id']}/claim")).json()
        body = {"action": "approve", "version": seen["version"]}
        assert (await desk.post(f"/v1/tasks/{task['_id']}/decision", json=body)).status_code == 200
    await office.issue(request, "akta_kematian", "kk", "ktp", number="3519-KM-24112026-0001")
    [family] = (await office.registry.look_up(kk_numbers=[KK], niks=[])).families
    late = next(each for each in family.former if each.reason == Effect.DIED)
    assert (str(late.died_on), late.certificate) == ("2026-11-20", "3519-KM-24112026-0001")
