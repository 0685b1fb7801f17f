"""A decision as the page sends it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from services.verification.desk import reason_choices
from services.verification.domain.finding import Finding
from services.verification.domain.tickets import Telling
from services.verification.handlers import Act, TaskDecision
from shared.errors import BadInput, FieldProblem
from shared.reference.reasons import reasons

ASK: Final = "tanya"
TELL: Final = "kabari"
APPROVE: Final = "setujui"
REJECT: Final = "tolak"
ANSWER: Final = "jawab"
ACTS: Final[Mapping[str, Act]] = MappingProxyType({APPROVE: Act.APPROVE, "kembalikan": Act.RETURN, REJECT: Act.REJECT, ANSWER: Act.ANSWER})
"""What the form sends; `tanya` and `kabari` are no decisions."""
_SAME: Final = "sama"  # the answer that the faces are one person's
_MOST_NOTE: Final = 1_000  # characters, as the API has it


class DecisionForm(BaseModel):
    """The bar at the bottom. `versi`: what was on the screen; `terlihat`: what stood there, to say what changed since."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    putusan: Annotated[str, Field(max_length=20)] = ""
    versi: Annotated[str, Field(max_length=400)] = ""
    alasan: Annotated[list[str], Field(max_length=20)] = []
    bidang: Annotated[list[str], Field(max_length=20)] = []
    lain: Annotated[str, Field(max_length=64)] = ""
    tolakan: Annotated[list[str], Field(max_length=20)] = []
    tolakan_lain: Annotated[str, Field(max_length=64)] = ""
    jawaban: Annotated[list[str], Field(max_length=20)] = []
    hari: Annotated[str, Field(max_length=10)] = ""
    lapangan: Annotated[str, Field(max_length=5)] = ""
    catatan: Annotated[str, Field(max_length=_MOST_NOTE)] = ""
    wajah: Annotated[str, Field(max_length=20)] = ""
    terlihat: Annotated[str, Field(max_length=100_000)] = ""

    @property
    def note(self) -> str | None:
        """The words that were written."""
        return self.catatan.strip() or None

    def reasons(self) -> tuple[Finding, ...]:
        """Return the reasons that were ticked.

        Raises:
            BadInput: `reason_unknown`.
        """
        if self.putusan == REJECT:
            return reason_choices.given(self.tolakan, self.bidang, self.tolakan_lain)
        if self.putusan == ANSWER:
            return reason_choices.given(self.jawaban, (), "")
        return reason_choices.given(self.alasan, self.bidang, self.lain)

    def question(self) -> str:
        """Return what the citizen is asked.

        Raises:
            BadInput: `question_missing`.
        """
        if self.note is None:
            raise BadInput("question_missing", problems=(FieldProblem("catatan", "question_missing"),))
        return self.note

    def telling(self) -> Telling:
        """Return what the citizen is told while the request stays open.

        Raises:
            BadInput: `telling_missing` or `visit_malformed`.
        """
        if self.note is None:
            raise BadInput("telling_missing", problems=(FieldProblem("catatan", "telling_missing"),))
        try:
            day = date.fromisoformat(self.hari) if self.hari else None
        except ValueError:
            raise BadInput("visit_malformed", problems=(FieldProblem("hari", "visit_malformed"),)) from None
        return Telling(self.note, needs_field=bool(self.lapangan), visit_on=day)

    def said(self) -> tuple[str, ...]:
        """Return the sentences of the reasons that were ticked; none of an approval."""
        try:
            found = self.reasons() if ACTS.get(self.putusan) in (Act.RETURN, Act.REJECT, Act.ANSWER) else ()
        except BadInput:  # it is said where the form was sent
            return ()
        return tuple(reasons()[each.code].text for each in found)

    def decision(self) -> TaskDecision:
        """Return the decision as the handlers know it.

        Raises:
            BadInput: `act_missing` or `reason_unknown`.
        """
        act = ACTS.get(self.putusan)
        if act is None:
            raise BadInput("act_missing", problems=(FieldProblem("putusan", "act_missing"),))
        reasons = () if act is Act.APPROVE else self.reasons()
        return TaskDecision(act, self.versi, reasons, self.note, grant_link=self.wajah == _SAME and act is not Act.REJECT)
