"""One list of reasons: whatever the rules may say is in it, with its sentence; so is what officers say."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import services.verification.domain.checks
import services.verification.domain.printing
from services.notifier.adapters.wording import load_texts
from services.verification.domain.finding import failure
from services.verification.domain.policy import OFFICER_REQUIRED, ROUTES
from services.verification.domain.reasons import check_reasons
from shared import values
from shared.errors import BadInput
from shared.reference.reasons import reasons


def literals(module: Path, *functions: str) -> Iterator[str]:
    """Every first argument, as written, of calls of these functions."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Call) and node.args:
            called = [node.func] if isinstance(node.func, ast.Name) else list(ast.walk(node.func))
            if any(isinstance(name, ast.Name) and name.id in functions for name in called):
                yield from (each.value for each in ast.walk(node.args[0]) if isinstance(each, ast.Constant) and isinstance(each.value, str))


def codes_of_rules() -> set[str]:
    """What checks find, what the policy adds, and what is malformed about numbers and names of persons."""
    modules = [Path(str(module.__file__)) for module in (services.verification.domain.checks, services.verification.domain.printing)]
    malformed = {code for path in values.__path__ for module in Path(path).glob("*.py") for code in literals(module, "Malformed")}
    of_persons = {code for code in malformed if code.startswith(("nik_", "kk_", "name_"))}
    found = {code for module in modules for code in literals(module, "failure", "warning")}
    return found | of_persons | set(ROUTES) | {OFFICER_REQUIRED}


def test_every_code_of_the_rules_is_in_the_list() -> None:
    found = codes_of_rules()
    assert {"nik_not_in_kk", "not_in_register", "pledge_unexpected", "name_has_title", "nik_serial_zero"} <= found, (
        "the reader reads nothing"
    )
    assert found <= set(reasons()), "put it into shared/reference/data/reasons.toml, with its sentence"


def test_every_code_has_its_sentence_in_what_the_notifier_says() -> None:
    texts = load_texts()
    for code in codes_of_rules() | set(reasons()):
        assert texts.reason(code) != texts.unknown_reason
        assert texts.reason(code).endswith((".", "!", "?"))


def test_what_the_rules_return_or_reject_an_officer_may_as_well() -> None:
    for code, way in ROUTES.items():
        assert way.value in reasons()[code].officer, f"{code} is no reason for an officer to {way.value}"


@pytest.mark.parametrize(
    ("code", "act", "expected"),
    [
        ("attachment_wrong", "return", None),
        ("attachment_wrong", "reject", None),
        ("other_office", "return", "reason_not_for_this"),
        ("name_one_word", "return", "reason_not_for_this"),
        ("invented", "reject", "reason_unknown"),
        ("", "reject", "reason_unknown"),
    ],
)
def test_an_officer_gives_only_reasons_of_the_list_each_for_what_it_is_meant(code: str, act: str, expected: str | None) -> None:
    given = (failure("name_differs"), failure(code))
    if expected is None:
        check_reasons(given, act)
        return
    with pytest.raises(BadInput, match=expected) as raised:
        check_reasons(given, act)
    assert [problem.field for problem in raised.value.problems] == ["reasons[1].code"]
