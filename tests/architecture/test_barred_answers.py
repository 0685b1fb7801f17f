"""An answer that a form bars has a sentence for the chat and one for programs: else nobody would learn where it leads."""

import tomllib

from shared.reference.catalogue import catalogue
from shared.reference.forms import Field
from shared.reference.reasons import reasons
from tests.architecture.source import ROOT


def _fields(fields: tuple[Field, ...]) -> list[Field]:
    return [each for field in fields for each in (field, *_fields(field.fields))]


def test_every_barred_answer_has_its_sentences() -> None:
    forms = [form for service in catalogue().services.values() for form in (service.form, *service.older_forms)]
    barred = {code for form in forms for field in _fields(form.fields) for _, code in field.limits.barred}
    assert {"move_is_inside", "letter_must_be_split"} <= barred, "else this test can't fail"
    texts = tomllib.loads((ROOT / "services/intake/templates/dialogue.toml").read_text(encoding="utf-8"))["texts"]
    assert not {code for code in barred if f"wrong_{code}" not in texts or code not in reasons()}
