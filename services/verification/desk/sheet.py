"""A task as it is laid out for an officer: findings, answers beside the register, documents, history, what a decision would do."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from types import MappingProxyType
from typing import Final

from services.verification.desk import work_words as words
from services.verification.desk.work_room import DECIDE, LEAD, WorkRoom
from services.verification.domain.comparison import NUMBERS, ComparedAnswer, Match, compared
from services.verification.domain.finding import Finding
from services.verification.domain.history import RegisterEntry
from services.verification.domain.identity import SELFIE
from services.verification.domain.policy import OFFICER_REQUIRED
from services.verification.domain.submission import Submission
from services.verification.domain.task import Task
from services.verification.domain.task_parts import TaskStage
from services.verification.domain.unclear import UNCLEAR
from services.verification.handlers import TaskView
from shared.values import Attachment
from shared.web.desk import StaffMember, State, Tone
from shared.web.desk.words import masked_number

_RELATED: Final = 10  # earlier requests of the same people: the newest are what an officer asks for
_HISTORY: Final = 10  # changes of each family
_FAMILIES: Final = 3
_KTP: Final = "ktp"
_DIGEST_HEX: Final = 12  # tells two values apart, no more

MATCHES: Final[Mapping[Match, State]] = MappingProxyType(
    {
        Match.WRONG: State("Salah", Tone.BAD, icon="alert-octagon"),
        Match.DIFFERS: State("Beda", Tone.WAIT, icon="equal-not"),
        Match.SAME: State("Sama", Tone.GOOD, icon="check"),
        Match.NEW: State("Baru", Tone.IDLE, icon="plus"),
    }
)
GROUPS: Final[tuple[tuple[str, frozenset[Match]], ...]] = (
    ("Beda dari register", frozenset({Match.WRONG, Match.DIFFERS})),
    ("Sama dengan register", frozenset({Match.SAME})),
    ("Data baru untuk register", frozenset({Match.NEW})),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One answer beside the register. `given` in clear; `shown` masked. `mark` tells two values apart without saying them."""

    name: str
    label: str
    given: str
    shown: str
    registered: str | None
    match: Match
    mark: str
    is_number: bool

    def letters(self) -> Iterator[tuple[str, bool]]:
        """Yield the parts of what was given, and whether each is other than in the register."""
        if self.is_number or self.registered is None or self.match in (Match.SAME, Match.NEW):
            yield self.given, False
            return
        matcher = SequenceMatcher(None, self.registered.upper(), self.given.upper(), autojunk=False)
        for kind, _, _, begin, end in matcher.get_opcodes():
            if end > begin:
                yield self.given[begin:end], kind != "equal"


@dataclass(frozen=True, slots=True)
class Told:
    """One finding in words."""

    tone: Tone
    place: str
    text: str
    evidence: str
    file_id: str | None


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that came with a request."""

    file_id: str
    name: str
    field: str
    is_pdf: bool
    request: str
    same_file_in: str
    """The receipt of another family's request that came with the very same file."""
    same_looks_in: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that the page shows of a task."""

    view: TaskView
    rows: tuple[Row, ...]
    findings: tuple[Told, ...]
    papers: tuple[Paper, ...]
    related: tuple[Task, ...]
    similar: frozenset[str]
    """Ids of those among `related` that ask for the same."""
    history: tuple[RegisterEntry, ...]
    officers: Mapping[str, str]
    blocked: int
    """How many findings stand in the way of an approval, where nothing can follow from the request; else 0."""
    needs_second: bool

    def grouped(self) -> Iterator[tuple[str, tuple[Row, ...]]]:
        """Yield the rows under their headings; a heading without rows is left out."""
        for heading, matches in GROUPS:
            rows = tuple(row for row in self.rows if row.match in matches)
            if rows:
                yield heading, rows

    def face(self, kind: str) -> Paper | None:
        """Return the photo to compare: of the KTP, or with it."""
        field = {"ktp": _KTP, "selfie": SELFIE}[kind]
        return next((paper for paper in self.papers if paper.field == field and not paper.is_pdf), None)


async def lay_out(room: WorkRoom, member: StaffMember, view: TaskView) -> Sheet:
    """Return a task laid out for who looks at it."""
    deps, task, case = room.deps, view.task, view.case
    service = deps.catalogue.get(task.service)
    related = await deps.task_reader.related(_numbers(case.submissions), but=task.id, limit=_RELATED)
    first = case.first
    return Sheet(
        view=view,
        rows=tuple(_rows(room, member, view)),
        findings=tuple(_findings(room, view)),
        papers=tuple(_papers(room, case.submissions)),
        related=related,
        similar=frozenset(
            each.id for each in related if each.service == task.service and (each.case_key == first.repeats or _is_open(each))
        ),
        history=await _history(room, view),
        officers=await room.names([task, *related]),
        blocked=max(1, sum(_blocks(finding) for finding in case.findings)) if view.preview is None else 0,
        needs_second=service.needs_second(first.answers.values, first.submitted_on) and task.first_approval is None,
    )


def may_decide(view: TaskView, member: StaffMember) -> bool:
    """Return whether the decision is this person's now: an expired claim still counts while nobody else has claimed it."""
    task = view.task
    mine = task.claim is not None and task.claim.officer_id == member.staff_id
    return member.may(DECIDE) and mine and task.stage in (TaskStage.FIRST, TaskStage.SECOND)


def may_claim(view: TaskView, member: StaffMember, at: datetime) -> bool:
    """Return whether this person may claim it now."""
    task = view.task
    if not member.may(DECIDE) or task.stage not in (TaskStage.FIRST, TaskStage.SECOND) or may_decide(view, member):
        return False
    if task.claimant(at) is not None or task.reserved_for(at) not in (None, member.staff_id):
        return False
    first = task.first_approval
    return first is None or (member.may(LEAD) and first.officer_id != member.staff_id)


def _is_open(task: Task) -> bool:
    return task.stage is not TaskStage.CLOSED


def _blocks(finding: Finding) -> bool:
    return finding.is_failure and finding.code != OFFICER_REQUIRED


def _numbers(submissions: Sequence[Submission]) -> frozenset[str]:
    found = {
        number
        for each in submissions
        for person in (each.applicant, each.subject)
        if person is not None
        for number in (person.nik, person.kk_number, each.kk_number)
    }
    return frozenset(filter(None, found))


def _rows(room: WorkRoom, member: StaffMember, view: TaskView) -> Iterator[Row]:
    case, service = view.case, room.deps.catalogue.get(view.task.service)
    seen: set[str] = set()
    for number, submission in enumerate(case.submissions):
        for each in compared(submission, service, view.register, case.findings):
            if number and (each.name in seen or each.name.startswith("decision")):
                continue  # what a court's case says of both stands once
            seen.add(each.name)
            yield _row(room, member, view, each)


def _row(room: WorkRoom, member: StaffMember, view: TaskView, answer: ComparedAnswer) -> Row:
    is_number = answer.type in NUMBERS
    mark = hmac.new(member.session_id.encode(), f"{answer.given}|{answer.registered}".encode(), hashlib.sha256).hexdigest()
    return Row(
        name=answer.name,
        label=words.place_label(view.task.service, answer.name, room.deps.catalogue),
        given=answer.given,
        shown=masked_number(answer.given) if is_number else answer.given,
        registered=answer.registered,
        match=answer.match,
        mark=mark[:_DIGEST_HEX],
        is_number=is_number,
    )


def _findings(room: WorkRoom, view: TaskView) -> Iterator[Told]:
    case = view.case
    files = {f"answers.{each.field}": each.file_id for submission in case.submissions for each in submission.attachments}
    required = (
        finding for finding in view.task.reasons if finding.code == OFFICER_REQUIRED
    )  # no check finds that: the service asks for it
    for finding in dict.fromkeys((*case.findings, *required)):
        place = words.place_label(view.task.service, finding.field, room.deps.catalogue) if finding.field else ""
        file_id = files.get(finding.field or "")
        tone = Tone.WAIT
        if finding.code == OFFICER_REQUIRED:
            tone = Tone.GOOD
        elif view.preview is None and finding.is_failure:
            tone = Tone.BAD
        yield Told(tone, place, words.finding_text(finding), _evidence(finding), file_id)


def _evidence(finding: Finding) -> str:
    if finding.field is None:
        return ""
    if finding.code == UNCLEAR:
        return "Jawabannya ada di bawah."
    return "Bukti: isian warga dan register penduduk."


def _papers(room: WorkRoom, submissions: Iterable[Submission]) -> Iterator[Paper]:
    for submission in submissions:
        for attachment in submission.attachments:
            yield _paper(room, submission, attachment)


def _paper(room: WorkRoom, submission: Submission, attachment: Attachment) -> Paper:
    name = room.deps.catalogue.attachment_name(attachment.kind)
    is_pdf = attachment.media_type == "application/pdf"
    seen = {"same_file_in": attachment.same_file_in, "same_looks_in": attachment.same_looks_in}
    return Paper(attachment.file_id, name, attachment.field, is_pdf, submission.receipt, **seen)


async def _history(room: WorkRoom, view: TaskView) -> tuple[RegisterEntry, ...]:
    found: dict[str, RegisterEntry] = {}
    for kk_number in tuple(view.register.by_kk)[:_FAMILIES]:
        for entry in await room.deps.history_reader.of_family(kk_number, limit=_HISTORY):
            found[entry.id] = entry
    return tuple(sorted(found.values(), key=lambda entry: entry.at, reverse=True))[:_HISTORY]
