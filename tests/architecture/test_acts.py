"""Every act that code writes into the audit log has words for the auditor."""

import ast
import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from shared.web.desk.acts import act_in_words, acts_with_words
from shared.web.guarded import BOTH, PEOPLE, guarded_routes
from tests.architecture.source import ROOT
from tests.architecture.test_routes import apps

__all__ = ["apps"]
ACT = re.compile(r"[a-z]+\.[a-z_]+")
WRITERS = {"AuditEntry", "entry", "noted", "_noted", "note_look", "of_task", "look", "seen", "after", "shown", "do", "_note"}
"""What takes the name of an act, and hands it on to a row."""
LOGGED = {"debug", "info", "warning", "error", "exception", "critical", "_tell", "FieldProblem", "distinct"}
"""What takes a name of the same form that is none."""


def texts(call: ast.Call) -> Iterator[str]:
    for value in (*call.args, *(each.value for each in call.keywords)):
        for part in (value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,):
            if isinstance(part, ast.Constant) and isinstance(part.value, str) and ACT.fullmatch(part.value):
                yield part.value


def written() -> dict[str, str]:
    """Every act in the product's code, and a file that writes it: what a writer takes, and whatever begins as a known act does."""
    nouns = {act.partition(".")[0] for act in acts_with_words()}
    found: dict[str, str] = {}
    for folder in ("services", "shared"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                for text in texts(node):
                    if name in WRITERS or (name not in LOGGED and text.partition(".")[0] in nouns and not text.endswith((".html", ".js"))):
                        found[text] = f"{file.relative_to(ROOT)}: {name}"
    return found


def test_every_act_that_code_writes_has_words() -> None:
    found = written()
    assert {"task.decided", "chat.reply", "session.begun", "village.file", "stuck.replayed", "search.asked"} <= found.keys()
    missing = {act: where for act, where in found.items() if act not in acts_with_words()}
    assert not missing, "shared/web/desk/data/acts.toml"


async def test_every_route_that_may_be_written_has_words(apps: dict[str, FastAPI]) -> None:
    for app in apps.values():
        for route in guarded_routes(app):
            if route.demand is not None and route.demand.scheme in PEOPLE | {BOTH}:
                said = act_in_words(f"{route.method} {route.path}")
                assert "/" not in said
                assert "{" not in said


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("task.decided", "Memutus pekerjaan"),
        ("GET /desk/dokumen", "Melihat daftar dokumen"),
        ("POST /desk/pesan/x/y", "Mengirim: Pesan"),
        ("GET /v1/x", "Membaca lewat API"),
    ],
)
def test_an_act_is_said_as_people_say_it(act: str, words: str) -> None:
    assert act_in_words(act) == words
