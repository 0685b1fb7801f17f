"""Each code with which a service can give work up has a sentence for the people at the desk."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.notifier.api.stuck_posts import LOOK_FIRST
from services.notifier.domain.outcome import COURT_STATUSES, WHATSAPP_CODES, Action
from services.notifier.domain.ownership import ADDRESS_LOST
from services.verification.domain.recording import CONFLICT, DOCUMENT_VOID
from shared.messaging.consumer.retry import EXHAUSTED
from shared.messaging.consumer.settlement import FORGED_CODE
from shared.web.stuck.pages import MESSAGE_REFUSALS, PLACES
from shared.web.stuck.words import MESSAGES, cause_of, sentences

ROOT = Path(__file__).resolve().parents[2]
RAISED = re.compile(
    r"""(?:Permanent|Transient|Undecodable|PublishRefused|DomainError|BadInput|NotFound|Conflict|Stale|LostRace|DatabaseUnavailable)\(\s*(f?)"([^"]+)"|"""
    r"""(?:"error":|_VOID: Final =|_SHOWN: Final =|code =) "([a-z]+_[a-z_]+)\""""
)
INTAKE = [f"services/intake/{room}" for room in ("handlers", "domain", "adapters", "jobs", "store", "ports")]
UNDER_ALL = ["shared/mongo", "shared/inspection", "shared/messaging/transaction", "shared/reference"]
OF_THE_BROKER = {"delivery_limit", "expired", "maxlen", "rejected"}
OF_PEOPLE = [
    "services/issuance/desk/card_acts.py",
    "services/issuance/domain/cards.py",
    "services/intake/domain/outreach/source_trials.py",
    "services/intake/domain/outreach/trips.py",
]
"""Where what is refused is an act of somebody who reads it at once."""
PARKING = {Action.UNDELIVERABLE, Action.STOP, Action.OUR_FAULT, Action.RETRY, Action.MEDIA}
"""After which a notice can end as failed (`domain/attempt.py`)."""
POSTING = (
    *("nobody_can_say", "account_unknown", "post_changed", "remark_gone", "meta_10_2018278", "meta_10", "meta_25", "meta_102", "meta_190"),
    *("meta_200", "meta_368"),
)
"""With which a post or an answer can stop."""
TEMPLATES = range(132000, 132017)
"""What WhatsApp has against a template; most of these numbers it does not use."""


def raised(*folders: str) -> Iterator[str]:
    """The codes that stand in the source; where a part is filled in, `<begin>x`."""
    for folder in folders:
        path = ROOT / folder
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            for form, code, other in RAISED.findall(file.read_text(encoding="utf-8")):
                text = other or code
                if not text.startswith("{"):
                    yield re.sub(r"\{[^}]*\}", "x", text) if form else text


def notices() -> set[str]:
    known = {f"meta_{code}" for code, action in WHATSAPP_CODES.items() if action in PARKING}
    courts = {f"http_{status}" for status, action in COURT_STATUSES.items() if action in PARKING}
    posts = {f"posting_{code}" for code in (*POSTING, "meta_36003_2207009", "http_502", "connect_error")}
    return (
        known
        | posts
        | courts
        | {ADDRESS_LOST, LOOK_FIRST, "template_refused", "court_unknown", "connect_timeout", "connect_error", "http_500", "meta_999999"}
    )


def of_a_child(name: str) -> set[str]:
    return {f"{name}_{end}" for end in ("overran", "died", "start_failed")}


CODES = {
    "permohonan": {
        *(set(raised(*INTAKE, *UNDER_ALL)) - set(raised(*OF_PEOPLE))),
        "inspector_start_failed",
        "issuance_refused",
        "defect_zerodivisionerror",
    },
    "verifikasi": {CONFLICT, DOCUMENT_VOID},
    "dokumen": (set(raised("services/issuance")) - set(raised(*OF_PEOPLE))) | of_a_child("renderer"),
    "pesan": notices(),
    MESSAGES: {*raised("shared/messaging", "shared/contracts"), FORGED_CODE, EXHAUSTED, "too_large", *OF_THE_BROKER, *MESSAGE_REFUSALS},
}


def test_there_is_a_list_for_every_part() -> None:
    assert set(CODES) == set(sentences()) == {*PLACES, MESSAGES}
    assert {"media_http_x", "contended"} <= CODES["permohonan"]
    assert {"sheet_unprintable", "renderer_failed", "number_void"} <= CODES["dokumen"]


@pytest.mark.parametrize("name", PLACES)
def test_every_code_has_a_sentence(name: str) -> None:
    missing = {code for code in CODES[name] if cause_of(name, code).startswith("Sebab yang belum dikenal")}
    assert missing == set(), "shared/web/stuck/causes.toml"


def test_what_whatsapp_says_has_a_sentence_of_its_own() -> None:
    own = {f"meta_{code}" for code, action in WHATSAPP_CODES.items() if action in PARKING and code not in TEMPLATES}
    assert own <= set(sentences()["pesan"])


def test_no_sentence_is_for_nothing() -> None:
    for name, known in sentences().items():
        for code in known:
            begin = code.removesuffix("*")
            assert any(each.startswith(begin) if code.endswith("*") else each == code for each in CODES[name]), f"{name}: {code}"


def test_a_code_that_nobody_knows_is_said_with_itself() -> None:
    assert cause_of("dokumen", "brand_new") == "Sebab yang belum dikenal (brand_new)"
    assert cause_of("pesan", "http_418") == "Penyedia menolak (http_418)"
