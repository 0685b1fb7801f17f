"""A complaint out of a bad answer: a draft of `pengaduan` in which only what the person wants to say is missing. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from services.intake.domain.chat import Draft
from services.intake.domain.filled_form import ANONYMOUS

COMPLAINT: Final = "pengaduan"
OTHER_TOPIC: Final = "other"
_PASSED_OVER: Final = ("happened_on", "place", "foto_pendukung")


def prefilled(draft: Draft, topic: str, receipt: str) -> Draft:
    """Return a draft just begun with what is known: what it is about, and of which request.

    Without a name, as the survey was: whoever wants to give it changes that line of the summary.
    """
    return replace(draft, answers={**draft.answers, "topic": topic, "receipt": receipt, ANONYMOUS: True}, closed=_PASSED_OVER)
