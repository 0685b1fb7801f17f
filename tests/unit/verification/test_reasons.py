"""One list of reasons: whatever the rules may say is in it, with its sentence; so is what officers say."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

import pytest

import services.intake.domain.decisions
import services.intake.domain.rulings as of_rulings
import services.verification.domain
import services.verification.domain.court
import services.verification.domain.services as of_services
from services.notifier.adapters.wording import load_texts
from services.verification.domain.finding import failure
from services.verification.domain.identity import IDENTITY_UNPROVEN
from services.verification.domain.policy import OFFICER_REQUIRED, ROUTES, CaseRoute
from services.verification.domain.reasons import check_reasons
from services.verification.domain.submission import NIK_MISSING
from shared import values
from shared.errors import BadInput
from shared.reference.court_findings import CourtFinding
from shared.reference.reasons import reasons


def of_intake() -> tuple[ModuleType, ...]:
    """The modules of the rules of each kind of decision."""
    return tuple(import_module(each.name) for each in iter_modules(of_rulings.__path__, f"{of_rulings.__name__}."))


def literals(module: Path, *functions: str) -> Iterator[str]:
    """Every first argument, as written, of calls of these functions."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Call) and node.args:
            called = [node.func] if isinstance(node.func, ast.Name) else list(ast.walk(node.func))
            if any(isinstance(name, ast.Name) and name.id in functions for name in called):
                yield from (each.value for each in whole(node.args[0]) if isinstance(each, ast.Constant) and isinstance(each.value, str))
                yield from (CourtFinding[each] for each in court_findings(node.args[0]))


def whole(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk without the parts of composed texts, such as `f"{role}_sex_differs"`: whole ones stand in the ways of their service."""
    if isinstance(tree, ast.JoinedStr):
        return
    yield tree
    for each in ast.iter_child_nodes(tree):
        yield from whole(each)


def court_findings(tree: ast.AST) -> Iterator[str]:
    """Names of the findings that court rules give."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "CourtFinding":
            yield node.attr


def codes_of_rules() -> set[str]:
    """What checks find, what the policy adds, and what is malformed about numbers and names of persons."""
    modules = sorted(Path(str(services.verification.domain.__file__)).parent.rglob("*.py"))
    malformed = {code for path in values.__path__ for module in Path(path).glob("*.py") for code in literals(module, "Malformed")}
    of_persons = {code for code in malformed if code.startswith(("nik_", "kk_", "name_"))}
    found = {code for module in modules for code in literals(module, "failure", "warning")}
    ways = {code for rules in of_services.RULES.values() for code in rules.ways}
    return found | of_persons | set(ROUTES) | ways | {OFFICER_REQUIRED, IDENTITY_UNPROVEN, NIK_MISSING}


def test_every_code_of_the_rules_is_in_the_list() -> None:
    found = codes_of_rules()
    assert {"nik_not_in_kk", "not_in_register", "pledge_unexpected", "name_has_title", "nik_serial_zero"} <= found, (
        "the reader reads nothing"
    )
    assert found <= set(reasons()), "put it into shared/reference/data/reasons.toml, with its sentence"


@pytest.mark.parametrize(
    "modules",
    [(services.intake.domain.decisions, *of_intake()), (services.verification.domain.court,)],
    ids=("intake", "verification"),
)
def test_what_is_on_the_shared_list_of_court_findings_is_judged_by_both(modules: tuple[ModuleType, ...]) -> None:
    trees = [ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8")) for module in modules]
    assert {name for tree in trees for name in court_findings(tree)} == set(CourtFinding.__members__)


def test_every_code_has_its_sentence_in_what_the_notifier_says() -> None:
    texts = load_texts()
    for code in codes_of_rules() | set(reasons()):
        assert texts.reason(code) != texts.unknown_reason
        assert texts.reason(code).endswith((".", "!", "?"))


def test_what_the_rules_return_or_reject_an_officer_may_as_well() -> None:
    ways = {code: CaseRoute(way) for rules in of_services.RULES.values() for code, way in rules.ways.items()}
    for code, way in {**ROUTES, **ways}.items():
        assert way is CaseRoute.STAFF or way.value in reasons()[code].officer, f"{code} is no reason for an officer to {way.value}"


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
        check_reasons(given, act, "akta_lahir")
        return
    with pytest.raises(BadInput, match=expected) as raised:
        check_reasons(given, act, "akta_lahir")
    assert [problem.field for problem in raised.value.problems] == ["reasons[1].code"]
