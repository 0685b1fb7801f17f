"""The reasons that an officer may give for a decision: what the checks found first, then what only people see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from services.verification.desk.work_words import place_label
from services.verification.domain.case import Case
from services.verification.domain.finding import Finding
from services.verification.handlers import Act, TaskView
from shared.errors import BadInput, FieldProblem
from shared.reference.catalogue import Catalogue
from shared.reference.reasons import KnownReason, ReasonScope, reasons

_SEEN_BY_PEOPLE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "attachment_unreadable": "Foto tidak terbaca",
        "attachment_wrong": "Berkas tidak sesuai",
        "answer_wrong": "Jawaban tidak sesuai",
        "identity_unproven": "Bukti diri belum cukup",
    }
)
"""What no check finds, the most frequent first, in the words of an officer."""
_BETWEEN: Final = "|"  # code and field in one value of the form


@dataclass(frozen=True, slots=True)
class ReasonPlace:
    """A field that a reason may be about."""

    field: str
    label: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A reason that can be ticked. `place`: what it is about; `places`: what it may be about, one of which is chosen."""

    code: str
    text: str
    place: ReasonPlace | None = None
    places: tuple[ReasonPlace, ...] = ()

    @property
    def word(self) -> str:
        """What an officer calls it; the citizen reads `text`."""
        return _SEEN_BY_PEOPLE.get(self.code, self.text)

    @property
    def value(self) -> str:
        """What the form sends."""
        return f"{self.code}{_BETWEEN}{self.place.field}" if self.place else self.code


def choices(view: TaskView, act: Act, catalogue: Catalogue) -> tuple[Choice, ...]:
    """Return the reasons for an act that fit this case, each once. To an answer all that its service has are shown."""
    if act is Act.ANSWER:
        fitting = (known for known in reasons().values() if act.value in known.officer and known.is_for(view.task.service))
        return tuple(Choice(known.code, known.text) for known in fitting)
    documents, answers = tuple(_documents(view.case, catalogue)), tuple(_answers(view.case, catalogue))
    found = [*_found(view, act, catalogue)]
    named = {choice.code for choice in found}
    for code in _SEEN_BY_PEOPLE:
        known = reasons()[code]
        if act.value in known.officer and not (code in named and known.about is ReasonScope.REQUEST):
            places = {ReasonScope.DOCUMENT: documents, ReasonScope.ANSWER: answers}.get(known.about, ())
            if places or known.about is ReasonScope.REQUEST:
                found.append(Choice(code, known.text, places=places))
    return tuple(found)


def with_kept(shown: tuple[Choice, ...], ticked: Sequence[str], service: str, catalogue: Catalogue) -> tuple[Choice, ...]:
    """Return the reasons that are shown, and those that were ticked on a page where a check found them still: nothing sent is lost."""
    known = {choice.value for choice in shown}
    lost = [each.partition(_BETWEEN) for each in ticked if each not in known]
    return (
        *shown,
        *(
            Choice(code, reasons()[code].text, ReasonPlace(field, place_label(service, field, catalogue)) if field else None)
            for code, _, field in lost
            if code in reasons()
        ),
    )


def others(shown: Sequence[Choice], act: Act, service: str) -> tuple[KnownReason, ...]:
    """Return the reasons of the list for a service that are not among those shown."""
    codes = {choice.code for choice in shown}
    fitting = (known for known in reasons().values() if act.value in known.officer and known.is_for(service))
    return tuple(known for known in fitting if known.code not in codes)


def given(ticked: Sequence[str], places: Sequence[str], other: str) -> tuple[Finding, ...]:
    """Return the reasons as a form sent them. `places`: `code|field` of each reason whose field was chosen.

    Raises:
        BadInput: `reason_unknown`: no page of ours sends that.
    """
    chosen = dict(each.split(_BETWEEN, 1) for each in places if _BETWEEN in each)
    found = []
    for each in (*ticked, *([other] if other else [])):
        code, _, field = each.partition(_BETWEEN)
        if code not in reasons():
            raise BadInput("reason_unknown", problems=(FieldProblem("alasan", "reason_unknown"),))
        found.append(Finding(code, field or chosen.get(code) or None))
    return tuple(dict.fromkeys(found))


def _found(view: TaskView, act: Act, catalogue: Catalogue) -> Iterator[Choice]:
    service = view.task.service
    for finding in view.case.findings:
        known = reasons().get(finding.code)
        if known is not None and act.value in known.officer and finding.is_failure:
            place = ReasonPlace(finding.field, place_label(service, finding.field, catalogue)) if finding.field else None
            yield Choice(known.code, known.text, place)


def _documents(case: Case, catalogue: Catalogue) -> Iterator[ReasonPlace]:
    for attachment in case.first.attachments:
        yield ReasonPlace(f"answers.{attachment.field}", catalogue.attachment_name(attachment.kind))


def _answers(case: Case, catalogue: Catalogue) -> Iterator[ReasonPlace]:
    service = case.first.service
    for field in catalogue.get(service).form_kept(case.first.form_version).fields:
        value = case.first.answers.values.get(field.name)
        if value is None or field.is_document:
            continue
        if not field.is_group:
            yield ReasonPlace(f"answers.{field.name}", place_label(service, f"answers.{field.name}", catalogue))
            continue
        for number, row in enumerate(value):
            for inner in field.fields:
                if row.get(inner.name) is not None:
                    name = f"answers.{field.name}[{number}].{inner.name}"
                    yield ReasonPlace(name, place_label(service, name, catalogue))
