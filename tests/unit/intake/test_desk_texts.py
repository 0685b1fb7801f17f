"""What officers choose from: replies whose fields are known ones, and templates in the very words that Meta has approved."""

import json
import re
from pathlib import Path

import pytest

from services.intake.domain.desk_texts import TemplateChoice
from services.intake.wiring import TEMPLATES, read_desk_texts
from shared.errors import NotFound

TEXTS = read_desk_texts(TEMPLATES / "desk.toml")
FIELDS = {"nama": "Parti", "resi": "MDN-Q8LD-5KWT", "layanan": "KTP-el rusak", "janji": "besok", "keadaan": "selesai.", "petugas": "Bagus"}
APPROVED = Path(__file__).parents[3] / "deploy" / "simulators" / "whatsapp" / "templates.json"


@pytest.mark.parametrize("code", [reply.code for reply in TEXTS.canned])
def test_a_reply_is_filled_with_what_is_known_and_has_a_gap_for_the_rest(code: str) -> None:
    assert "…" not in TEXTS.fill(code, FIELDS)
    assert "{" not in TEXTS.fill(code, {})
    assert len(TEXTS.fill(code, FIELDS)) < 1024


def test_there_is_no_reply_of_another_name() -> None:
    with pytest.raises(NotFound):
        TEXTS.fill("tidak-ada", FIELDS)


@pytest.mark.parametrize("choice", TEXTS.templates, ids=lambda choice: choice.name)
def test_a_template_reads_as_it_was_approved(choice: TemplateChoice) -> None:
    known = {row["name"]: row for row in json.loads(APPROVED.read_text(encoding="utf-8"))}
    offered = TEXTS.template(choice.name)
    body = known[offered.name]["body"]
    made = offered.filled(FIELDS)
    assert made is not None
    template, text = made
    assert re.sub(r"{{(\d)}}", lambda place: template.parameters[int(place[1]) - 1], body) == text
    assert (offered.filled({}) is None) == bool(offered.needs)
