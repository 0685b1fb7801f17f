"""Every service that is open, by chat and by API, from the first answer to its signed documents and the register after.

What is asked for and what comes of it are the rows of `tests.support.samples.KINDS`: a new service is played by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from deploy.local import journeys
from deploy.local.answered import answered_by_chat
from deploy.local.applications import Application, today
from deploy.local.chat import Chat, spoken
from deploy.local.office import Officer, effects
from deploy.local.stack import Stack
from deploy.local.travel import JourneyError, Places, Travel
from shared.reference.catalogue import catalogue
from shared.reference.forms.form import asked
from tests.journeys.brought import Brought, Sheet
from tests.journeys.counter import Counter
from tests.support.samples import KINDS, application_for
from tests.support.samples.people import Kind, Sample


class Ground:
    """A running system, and the people of its register."""

    def __init__(self, stack: Stack, sample: Sample) -> None:
        self.stack = stack
        self.sample = sample
        self.places = Places.of(stack.parts, stack.keys.clients["petugas-01"])

    async def by_chat(self, service: str) -> Brought:
        """Ask for a service in a chat.

        Raises:
            JourneyError: a step did not bring what it should.
        """
        kind, application = KINDS[service], application_for(self.sample, service, 1)
        written: list[str] = []

        def heard(who: str, what: str) -> None:
            if who == "citizen":
                written.append(what)

        questions = sum(1 for _ in spoken(application))
        if kind.answer:
            told = await answered_by_chat(self.places, application, kind.answer, tell=heard)
            return _answered(kind, told, questions, len(written))
        decided = journeys.nothing if kind.by_rules else self.approval(service)
        changes = card_of(application) if kind.change else None
        result = await journeys.by_chat(self.places, application, decided, heard, changes=changes)
        sheets = tuple(Sheet.of(paper) for paper in result.papers)
        return _checked(kind, application, Brought(sheets, result.register, questions, len(written)))

    async def by_api(self, service: str) -> Brought:
        """Ask for a service as a counter does.

        Raises:
            JourneyError: a step did not bring what it should.
        """
        kind, application = KINDS[service], application_for(self.sample, service, 0)
        async with Counter(self.stack) as counter, Travel(self.places, lambda _who, _what: None) as travel:
            receipt = (await counter.file(application))["receipt"]
            given = list(_given(application))
            if kind.answer:
                await Officer(travel).answer(receipt, kind.answer)
                told = (await counter.until(receipt, "answered"))["told"]["text"]
                return _answered(kind, told, len(given), sum(given))
            if not kind.by_rules:
                await self._approve(travel, service, receipt)
            stands, sheets = await counter.fetch(receipt)
            after = (await travel.request(receipt))["state"]
            if after != "delivered":
                raise JourneyError(f"all documents were fetched, and request {receipt} is {after}")
            change = None
            if kind.change:
                change = effects(await Officer(travel).history(card_of(application), stands["request_id"]))
        return _checked(kind, application, Brought(tuple(sheets), change, len(given), sum(given)))

    def approval(self, service: str) -> journeys.Meanwhile:
        """Return what the office does with a request for a service that no rules decide."""

        async def approved(travel: Travel, _chat: Chat, receipt: str) -> None:
            await self._approve(travel, service, receipt)

        return approved

    async def _approve(self, travel: Travel, service: str, receipt: str) -> None:
        """Approve a request, by the head of the section too where its service always takes two."""
        await Officer(travel).approve(receipt)
        if catalogue().get(service).second is True:
            await Officer(travel, self.stack.keys.clients["kepala-seksi-01"]).approve(receipt)


def _given(application: Application) -> Iterator[bool]:
    """Yield for each field that applies, row by row in a group, whether it is answered."""
    form = application.catalogued.form
    values = form.values(application.answers)
    for field in form.asked(values, today()):
        for row in values.get(field.name, ()) if field.is_group else ():
            yield from (cell.name in row for cell in asked(field.fields, row, today()))
        if not field.is_group:
            yield field.is_document or field.name in values


def card_of(application: Application) -> str:
    """Return the family card of which the change is looked at: the applicant's own, or the one that takes them in."""
    return str(application.answers.get("kk_number") or application.answers["host_kk_number"])


def _answered(kind: Kind, told: str, questions: int, answers: int) -> Brought:
    """Return what came of what ends with words.

    Raises:
        JourneyError: they are others than the officer's.
    """
    if kind.answer not in told:
        raise JourneyError(f"the answer is {told!r}, expected {kind.answer!r}")
    return Brought((), None, questions, answers)


def _checked(kind: Kind, application: Application, found: Brought) -> Brought:
    """Return what came of it where it is what should.

    Raises:
        JourneyError: other documents, a text that does not say whom it is about, or another change of the register.
    """
    found.check(kind.products, kind.change)
    texts = [sheet.text for sheet in found.sheets]
    if application.name not in "\n".join(texts):
        raise JourneyError("no document names whom it is for")
    child = application.answers.get("child_name")
    if child is not None and not all(child in text for text in texts):
        raise JourneyError("a document does not name the child")
    return found
