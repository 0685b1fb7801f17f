"""`/survei/…`: the survey of one request behind a link that only its sender has; no name on it, no script, and no answer in an address.

One question a page, each page carrying the answers before it, or all nine at once. What is sent is counted; nothing is kept meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Response
from pydantic import BaseModel, ConfigDict, Field

from services.intake.domain.survey.invitations import InvitationState, SurveyInvitation, digest_of
from services.intake.domain.survey.questions import ELEMENTS, SurveyQuestions, is_whole
from services.intake.domain.survey_complaint import COMPLAINT
from services.intake.handlers import SURVEY_PATH, answer_by_page, complain_by_page, refuse_by_page
from services.intake.ports import Deps, Tx
from shared.errors import DomainError, NotFound, TooMany
from shared.messaging.transaction.runner import UnitOfWorkRunner
from shared.web.public import PublicPages

PATH: Final = SURVEY_PATH + "/{token}"
ALL: Final = PATH + "/semua"
TO_COMPLAIN: Final = PATH + "/pengaduan"
PATHS: Final = frozenset({PATH, ALL, TO_COMPLAIN})
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{22}")  # as `shared.ids.new_token` makes it
_WORDS_MOST: Final = 500  # characters of free words, as the page takes them
_STORY_MOST: Final = 800  # of a complaint
_ENDS_OF_LINES: Final = 2  # a browser counts the end of a line as one character and sends two
_WORDS_STEP: Final = len(ELEMENTS) + 1  # the page behind the last question


class SurveySent(BaseModel):
    """What a page of the survey sends. `langkah`: the number of the question that it shows, 0 where it shows all of them."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    u1: str = ""
    u2: str = ""
    u3: str = ""
    u4: str = ""
    u5: str = ""
    u6: str = ""
    u7: str = ""
    u8: str = ""
    u9: str = ""
    saran: Annotated[str, Field(max_length=_WORDS_MOST * _ENDS_OF_LINES)] = ""
    langkah: Annotated[int, Field(ge=0, le=_WORDS_STEP)] = 0
    tindakan: Annotated[str, Field(max_length=10)] = ""

    @property
    def sheet(self) -> Mapping[str, int]:
        """The answers that are there; what is none of the four is not."""
        given = {code: getattr(self, code) for code in ELEMENTS}
        return {code: int(value) for code, value in given.items() if value in ("1", "2", "3", "4")}

    @property
    def words(self) -> str:
        """The free words in one line."""
        return " ".join(self.saran.split())[:_WORDS_MOST]


class ComplaintSent(BaseModel):
    """A complaint out of a bad answer. `unsur`: code of the element."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    unsur: Annotated[str, Field(max_length=2)] = ""
    cerita: Annotated[str, Field(max_length=_STORY_MOST * _ENDS_OF_LINES)] = ""


@dataclass(frozen=True, slots=True)
class SurveyPages:
    """What the routes have in common."""

    deps: Deps
    units: UnitOfWorkRunner[Tx]
    pages: PublicPages

    @property
    def questions(self) -> SurveyQuestions:
        """What is asked."""
        return self.deps.questions

    async def is_flooded(self, token: str) -> bool:
        """Count a call of a link that there is; return whether there were too many. Of one that there is not nothing is written."""
        return await self.deps.tries.take(f"survey.{digest_of(token)}", self.deps.survey.calls_a_link) is not None

    async def find(self, token: str) -> SurveyInvitation | None:
        """Return the invitation of a link that can still be used."""
        found = await self.deps.surveys.invitation(digest_of(token)) if _TOKEN.fullmatch(token) else None
        return found if found is not None and self.deps.clock() < found.expires_at else None

    def show(self, template: str, token: str, status: int = HTTPStatus.OK, **values: Any) -> Response:
        """Return a page that is nobody else's."""
        answer = self.pages.show(template, status=status, action=f"{SURVEY_PATH}/{token}", elements=self.questions.elements, **values)
        answer.headers["X-Robots-Tag"] = "noindex, nofollow"
        answer.headers["Referrer-Policy"] = "no-referrer"  # the address is the secret
        return answer

    def over(self, token: str, why: str, status: int) -> Response:
        """Return the page that says that there is nothing to answer, and why."""
        return self.show("survey_over.html", token, status, why=why)

    def question(self, token: str, sent: SurveySent, step: int, *, is_missing: bool = False) -> Response:
        """Return one question, or the free words behind the last one."""
        status = HTTPStatus.UNPROCESSABLE_ENTITY if is_missing else HTTPStatus.OK
        element = self.questions.element(step) if step < _WORDS_STEP else None
        return self.show("survey_one.html", token, status, sheet=sent.sheet, sent=sent, step=step, element=element, is_missing=is_missing)

    def whole(self, token: str, sent: SurveySent, *, is_checked: bool = False) -> Response:
        """Return all questions; `is_checked`: those without an answer are marked."""
        missing = [code for code in ELEMENTS if is_checked and code not in sent.sheet]
        status = HTTPStatus.UNPROCESSABLE_ENTITY if missing else HTTPStatus.OK
        return self.show("survey_all.html", token, status, sheet=sent.sheet, sent=sent, missing=missing)

    async def take(self, token: str, sent: SurveySent) -> Response:
        """Count a whole sheet, and thank; whoever gave a low value is offered to complain."""
        try:
            await self.units.run(lambda tx: answer_by_page(tx, self.deps, token, sent.sheet, sent.words))
        except (NotFound, DomainError) as error:
            return self.refused(token, error)
        low = self.questions.lowest(sent.sheet) if COMPLAINT in self.deps.menu.forms else None
        return self.show("survey_thanks.html", token, low=low)

    def refused(self, token: str, error: NotFound | DomainError) -> Response:
        """Return the page of an answer that came too late, or twice."""
        if isinstance(error, NotFound):
            return self.over(token, "unknown", HTTPStatus.NOT_FOUND)
        return self.over(token, "answered", HTTPStatus.CONFLICT)


def router(deps: Deps, units: UnitOfWorkRunner[Tx], pages: PublicPages) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    survey = SurveyPages(deps, units, pages)
    _looking(routes, survey)
    _answering(routes, survey)
    return routes


def _looking(routes: APIRouter, survey: SurveyPages) -> None:
    @routes.get(PATH)
    async def begin(token: str) -> Response:
        return await _open(survey, token, whole=False)

    @routes.get(ALL)
    async def whole(token: str) -> Response:
        return await _open(survey, token, whole=True)


async def _open(survey: SurveyPages, token: str, *, whole: bool) -> Response:
    invitation = await survey.find(token)
    if invitation is None:
        return survey.over(token, "unknown", HTTPStatus.NOT_FOUND)
    if await survey.is_flooded(token):
        return survey.over(token, "flooded", HTTPStatus.TOO_MANY_REQUESTS)
    if invitation.state is not InvitationState.ASKED:
        return survey.over(token, "answered", HTTPStatus.OK)
    return survey.whole(token, SurveySent()) if whole else survey.question(token, SurveySent(), 1)


def _answering(routes: APIRouter, survey: SurveyPages) -> None:
    @routes.post(PATH)
    async def go_on(token: str, sent: Annotated[SurveySent, Form()]) -> Response:
        """Show the next question, or the one before; at the end count. The answers are in the form and nowhere else."""
        invitation = await survey.find(token)
        if invitation is None or invitation.state is not InvitationState.ASKED or await survey.is_flooded(token):
            return await _open(survey, token, whole=False)
        if sent.tindakan == "tidak":
            return await _stop(survey, token)
        if not sent.langkah:
            return await survey.take(token, sent) if is_whole(sent.sheet) else survey.whole(token, sent, is_checked=True)
        return await _step(survey, token, sent)

    @routes.post(TO_COMPLAIN)
    async def complain(token: str, sent: Annotated[ComplaintSent, Form()]) -> Response:
        element = survey.questions.named(sent.unsur)
        if element is None or await survey.find(token) is None:
            return survey.over(token, "unknown", HTTPStatus.NOT_FOUND)
        if await survey.is_flooded(token):
            return survey.over(token, "flooded", HTTPStatus.TOO_MANY_REQUESTS)
        words = " ".join(sent.cerita.split())[:_STORY_MOST]
        try:
            receipt = await survey.units.run(lambda tx: complain_by_page(tx, survey.deps, token, element, words))
        except TooMany:
            return survey.over(token, "too_many", HTTPStatus.TOO_MANY_REQUESTS)
        except (NotFound, DomainError) as error:
            return survey.refused(token, error)
        return survey.show("survey_complained.html", token, receipt=receipt)


async def _stop(survey: SurveyPages, token: str) -> Response:
    try:
        await survey.units.run(lambda tx: refuse_by_page(tx, survey.deps, token))
    except (NotFound, DomainError) as error:
        return survey.refused(token, error)
    return survey.over(token, "declined", HTTPStatus.OK)


async def _step(survey: SurveyPages, token: str, sent: SurveySent) -> Response:
    """Go on from one question to the next; to the first that has no answer where somebody sends a form of their own."""
    if sent.tindakan == "kembali":
        return survey.question(token, sent, max(1, sent.langkah - 1))
    unanswered = [number for number, code in enumerate(ELEMENTS, 1) if number <= sent.langkah and code not in sent.sheet]
    if unanswered:
        return survey.question(token, sent, unanswered[0], is_missing=True)
    if sent.langkah < _WORDS_STEP:
        return survey.question(token, sent, sent.langkah + 1)
    return await survey.take(token, sent)
