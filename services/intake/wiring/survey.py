"""The survey put together: its questions out of the template, and how the office asks."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path

from services.intake.domain.survey.invitations import SurveyRules
from services.intake.domain.survey.questions import ELEMENTS, VALUES, RemarkTopic, SurveyElement, SurveyQuestions
from services.intake.settings import Settings


def read_questions(path: Path) -> SurveyQuestions:
    """Return what the survey asks.

    Raises:
        OSError: the file can't be read.
        KeyError: something is missing in it.
        ValueError: its elements are not the nine of the regulation, or one has not four answers.
    """
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    elements = tuple(SurveyElement(**{**row, "answers": tuple(row["answers"])}) for row in document["elements"])
    if tuple(each.code for each in elements) != ELEMENTS or any(len(each.answers) != len(VALUES) for each in elements):
        raise ValueError(f"{path.name}: nine elements with four answers each")
    return SurveyQuestions(elements, tuple(RemarkTopic(row["code"], row["name"], tuple(row["words"])) for row in document["topics"]))


def survey_rules(settings: Settings) -> SurveyRules:
    """Return how the office asks."""
    return SurveyRules(
        one_in=settings.survey_one_in,
        delay=timedelta(minutes=settings.survey_delay_minutes),
        lifetime=timedelta(days=settings.survey_link_days),
        rest=timedelta(days=settings.survey_rest_days),
        site=settings.public_url.rstrip("/"),
        small_sample=settings.survey_small_sample,
        smallest_cell=settings.survey_smallest_cell,
        calls_a_link=settings.survey_calls_a_link,
        hours=range(settings.survey_from_hour, settings.survey_until_hour),
    )
