"""A file that another family sent before is a warning to whoever looks, and changes no way."""

from dataclasses import replace
from typing import Any

import pytest

from services.verification.domain.finding import warning
from services.verification.domain.policy import CaseRoute
from tests.support import families as people
from tests.unit.verification.test_checks import found, way


@pytest.mark.parametrize(
    ("marks", "code"),
    [
        ({"same_file_in": "MDN-7K4Q-9F2X"}, "file_of_another_family"),
        ({"same_looks_in": "MDN-7K4Q-9F2X"}, "file_looks_like_another"),
        ({"same_file_in": "MDN-7K4Q-9F2X", "same_looks_in": "MDN-7K4Q-9F2X"}, "file_of_another_family"),
    ],
)
def test_it_is_told_once_for_each_file(marks: dict[str, Any], code: str) -> None:
    request = people.lost_card()
    letter, *rest = request.attachments
    marked = replace(request, attachments=(replace(letter, **marks), *rest))
    assert found(marked) == (warning(code, f"answers.{letter.field}"),)
    assert way(marked) is CaseRoute.APPROVE
