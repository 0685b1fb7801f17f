"""The one list of reasons: whatever any part of the system may find has its sentence."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from services.verification.domain import services as effects
from services.verification.domain.policy import ROUTES
from shared.reference.court_findings import CourtFinding
from shared.reference.reasons import reasons

ROOT: Final = Path(__file__).parents[3]
FINDERS: Final = {"failure", "warning", "Malformed"}
PLACES: Final = ("services/verification/domain", "shared/reference/forms", "shared/values")
OF_A_RECEIPT: Final = {"receipt_malformed", "receipt_check_wrong"}  # nobody is told one: a text that is no receipt is no receipt


def patterns() -> Iterator[tuple[str, str]]:
    """Every first argument of a finding, as far as it is written out, and where: `x` of "x", `*_differs` of f"{role}_differs"."""
    for place in PLACES:
        for path in sorted((ROOT / place).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Name) and node.func.id in FINDERS:
                    match node.args[0]:
                        case ast.Constant(value=str(code)):
                            yield code, path.name
                        case ast.JoinedStr(values=parts):
                            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in parts), path.name


def known(pattern: str) -> bool:
    """Whether a code is in the list; of one that is put together, whether some are."""
    first, star, last = pattern.partition("*")
    return any(code.startswith(first) and code.endswith(last) for code in reasons()) if star else pattern in reasons()


def test_the_reader_reads() -> None:
    found = {code for code, _ in patterns()}
    assert {"nik_serial_zero", "group_too_few", "register_unprintable"} <= found


@pytest.mark.parametrize("code", sorted({code for code, _ in patterns()} - OF_A_RECEIPT))
def test_every_finding_has_a_sentence(code: str) -> None:
    assert known(code), "put it into shared/reference/data/reasons.toml, with its sentence"


def test_every_code_that_a_route_names_has_a_sentence() -> None:
    ways = {code for rules in effects.RULES.values() for code in rules.ways}
    assert set(ROUTES) | ways | set(CourtFinding) <= set(reasons())


@pytest.mark.parametrize("reason", reasons().values(), ids=lambda reason: str(reason.code))
def test_a_sentence_is_one(reason: object) -> None:
    text = str(getattr(reason, "text", ""))
    assert text == text.strip()
    assert text[:1].isupper()
    assert text.endswith(".")
    assert reason.officer <= {"return", "reject", "answer"}  # type: ignore[attr-defined]
