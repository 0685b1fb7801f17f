"""The bodies of requests from and answers to consoles. Fields may be added; none changes its meaning."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from services.verification.api.requested import PlannedDocumentOut, RequestOut, decision_out, planned_out, requests_out
from services.verification.api.task_rows import ReasonOut, TaskOut, task_out
from services.verification.domain.answers import UnclearAnswer
from services.verification.domain.case import Case
from services.verification.domain.finding import Finding
from services.verification.domain.policy import TELLS_NOTHING
from services.verification.domain.register import Family, Member
from services.verification.domain.task_parts import TicketProgress
from services.verification.handlers import Act, TaskDecision, TaskView
from services.verification.ports import TaskFilter, TaskOrder
from shared.reference.catalogue import Catalogue, CivilService
from shared.reference.reasons import KnownReason, ReasonScope

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
AreaCode = Annotated[str, Field(pattern=r"^([0-9]{6}|[0-9]{10})$", description="Code of a district (6 digits) or a village (10)")]
OfficerId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.\-]{0,63}$", description="Name of an officer")]
FieldName = Annotated[str, Field(max_length=100, pattern=r"^[a-z][a-z0-9_.\[\]]*$")]


class Input(BaseModel):
    """A body that consoles send; an unknown field is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


class ReasonIn(Input):
    """A reason for turning a request down: a code of `GET /v1/reasons`, which has the text for the citizen too."""

    code: Code
    field: FieldName | None = None


class DecisionIn(Input):
    """An officer's decision on the version that was on the screen."""

    action: Act
    version: Annotated[str, Field(min_length=1, max_length=100, description="`version` of the task as it was seen")]
    reasons: Annotated[
        tuple[ReasonIn, ...], Field(max_length=20, description="Required for return and reject, optional for answer; none for approve")
    ] = ()
    note: Annotated[str | None, Field(max_length=1000, description="Told to the citizen in these words")] = None
    grant_link: Annotated[
        bool,
        Field(description="The selfie was compared and shows the person: link the sender's chat to the NIK; not with reject"),
    ] = False

    def decision(self) -> TaskDecision:
        """Return the decision as the handlers know it."""
        reasons = tuple(Finding(code=reason.code, field=reason.field) for reason in self.reasons)
        return TaskDecision(act=self.action, version=self.version, reasons=reasons, note=self.note, grant_link=self.grant_link)


class ListIn(BaseModel):
    """The filters of a list."""

    show: TaskFilter = TaskFilter.OPEN
    service: Code | None = None
    channel: Code | None = None
    reason: Code | None = None
    area: AreaCode | None = None
    order: Annotated[TaskOrder, Field(description="due: by the promise; place: as the queue is worked off")] = TaskOrder.DUE
    after: Annotated[str | None, Field(max_length=300, description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class SearchIn(ListIn, Input):
    """A search by text, in a body because the text may be personal."""

    text: Annotated[str, Field(min_length=2, max_length=100, description="Receipt, NIK, KK, case number, or the beginnings of names")]


class KnownReasonOut(BaseModel):
    """A reason of the shared list."""

    code: str
    text: Annotated[str, Field(description="What the citizen is told, in Indonesian")]
    about: Annotated[ReasonScope, Field(description="What `field` names where the reason is given")]
    acts: Annotated[tuple[Act, ...], Field(description="What an officer may give it for; empty: only the checks find it")]
    services: Annotated[tuple[str, ...], Field(description="For which services it may be given; empty: all")]
    needs_note: Annotated[bool, Field(description="It says nothing without a `note` beside it")]
    tells_register: Annotated[bool, Field(description="It says what the register holds: not for a sender whose identity is unproven")]

    @classmethod
    def of(cls, reason: KnownReason) -> KnownReasonOut:
        """Build from a reason of the shared list."""
        acts = tuple(act for act in Act if act.value in reason.officer)
        return cls(
            code=reason.code,
            text=reason.text,
            about=reason.about,
            acts=acts,
            services=tuple(sorted(reason.services)),
            needs_note=reason.needs_note,
            tells_register=reason.code not in TELLS_NOTHING,
        )


class ReasonListOut(BaseModel):
    """All reasons of the shared list."""

    reasons: tuple[KnownReasonOut, ...]


class FamilyOut(BaseModel):
    """A family as it is registered."""

    kk_number: str
    address: str
    rt: str
    rw: str
    village_code: str
    postal_code: str
    head_name: str
    members: tuple[Member, ...]
    closed_on: Annotated[date | None, Field(description="The day since which the register has this family no more")]
    pending: Annotated[str | None, Field(description="Id of the approved case whose documents are being made and will change it")]

    @classmethod
    def of(cls, family: Family) -> FamilyOut:
        """Build from a registered family."""
        return cls(
            kk_number=family.kk_number,
            address=family.address,
            rt=family.rt,
            rw=family.rw,
            village_code=family.village_code,
            postal_code=family.postal_code,
            head_name=family.head.name if family.members else "",
            members=family.members,
            closed_on=family.closed_on,
            pending=family.pending,
        )


class AnswerLineOut(BaseModel):
    """One value of an answer of the register that makes no sense."""

    place: Annotated[str, Field(description="`members[1].born_on`; a finding names it as `unclear[n].members[1].born_on`")]
    text: str
    code: Annotated[str | None, Field(description="Why it can't be understood; null: it can")]


class UnclearOut(BaseModel):
    """An answer of the register that makes no sense, value by value: what can't be understood first."""

    lines: tuple[AnswerLineOut, ...]

    @classmethod
    def of(cls, answer: UnclearAnswer) -> UnclearOut:
        """Build from an answer."""
        return cls(lines=tuple(AnswerLineOut(place=line.place, text=line.text, code=line.code) for line in answer.lines))


class PersonalOut(BaseModel):
    """What the register says, and what an approval would make of it. The persons of each request stand in `requests`."""

    first_note: Annotated[str | None, Field(description="What the first officer wrote to the head of the section")]
    handover_note: Annotated[str | None, Field(description="What the officer wrote who handed it over")]
    question: Annotated[str | None, Field(description="What the citizen was asked and has not answered")]
    answer: Annotated[str | None, Field(description="What the citizen answered last")]

    decision: Annotated[
        dict[str, Any] | None, Field(description="What the court decided, as it came: the schemas `decisions/` of the events, by `kind`")
    ]
    registered: tuple[FamilyOut, ...]
    unclear: Annotated[
        tuple[UnclearOut, ...],
        Field(description="Answers of the register that make no sense; while a finding names them nothing that rests on them is approved"),
    ]
    documents: Annotated[tuple[PlannedDocumentOut, ...], Field(description="What an approval would make; empty: nothing can follow")]
    numbers_final: Annotated[
        bool,
        Field(description="false: NIKs and card numbers with 000000 for the date are placeholders, the real ones are given on approval"),
    ]


class IdentityOut(BaseModel):
    """Who vouches for the sender."""

    proven: Annotated[bool, Field(description="Somebody stands for the sender; false: only neutral reasons may be told")]
    vouched_by: Annotated[str | None, Field(description="link, court or adapter; a link of a stranger to the card proves nothing")]
    link_id: str | None
    level: Annotated[str | None, Field(description="How the link was proven: counter, officer")]
    can_grant_link: Annotated[bool, Field(description="A decision may say `grant_link`: there is a selfie to compare")]

    @classmethod
    def of(cls, case: Case, service: CivilService) -> IdentityOut:
        """Build from a case; where anybody may ask, nobody is proven."""
        vouching = case.first.vouching
        return cls(
            proven=not (case.is_unproven or service.is_for_anyone),
            vouched_by=vouching.by if vouching else None,
            link_id=vouching.link_id if vouching else None,
            level=vouching.level if vouching else None,
            can_grant_link=case.can_grant_link,
        )


class TicketOut(BaseModel):
    """How a request stands that ends with an officer's answer, or on the way to which an officer meets its sender."""

    answered: Annotated[bool, Field(description="It ends with `answer`; else with `approve`")]
    visits: Annotated[str | None, Field(description="Where an officer may meet the sender on a day told by `POST …/tell`: home, office")]
    counts_days: Annotated[bool, Field(description="Its stages are counted in working days: read, answered first, finished")]
    read_at: datetime | None
    told_at: datetime | None
    needs_field: bool
    visit_on: date | None

    @classmethod
    def of(cls, progress: TicketProgress, service: CivilService) -> TicketOut:
        """Build from a task's progress."""
        return cls(
            answered=service.is_answered,
            visits=service.visits.value if service.visits else None,
            counts_days=service.stages is not None,
            read_at=progress.read_at,
            told_at=progress.told_at,
            needs_field=progress.needs_field,
            visit_on=progress.visit_on,
        )


class TaskDetailOut(TaskOut):
    """A task with all that an officer needs; `version` is sent back with the decision."""

    version: str
    round: int
    case_state: str
    findings: tuple[ReasonOut, ...]
    identity: IdentityOut
    ticket: TicketOut
    repeats: Annotated[str | None, Field(description="Id of the request for the same that ended a short time ago")]
    requests: Annotated[tuple[RequestOut, ...], Field(description="One, or of a court's case one for each party: they are decided as one")]
    personal: PersonalOut


def detail_out(view: TaskView, catalogue: Catalogue, at: datetime) -> TaskDetailOut:
    """Return a task for the officer who is to decide it."""
    case, preview, task = view.case, view.preview, view.task
    return TaskDetailOut(
        **dict(task_out(view.task, catalogue, at)),
        version=view.version,
        round=case.round,
        case_state=case.state.value,
        findings=tuple(map(ReasonOut.of, case.findings)),
        identity=IdentityOut.of(case, catalogue.get(task.service)),
        ticket=TicketOut.of(task.ticket, catalogue.get(task.service)),
        repeats=case.first.repeats,
        requests=requests_out(case.submissions, catalogue, view.task.id),
        personal=PersonalOut(
            first_note=task.first_approval.note if task.first_approval else None,
            handover_note=task.handover_note,
            question=task.question.text if task.question else None,
            answer=task.answer.text if task.answer else None,
            decision=decision_out(case.first.decision),
            registered=tuple(map(FamilyOut.of, view.register.by_kk.values())),
            unclear=tuple(map(UnclearOut.of, case.unclear)),
            documents=planned_out(case.application, preview, catalogue),
            numbers_final=preview is None or preview.is_final,
        ),
    )
