"""Everything that phones send, as Meta tells it: a kind answer or silence, never a crash, never a loop."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.assistance import IDLE_MOST
from services.intake.domain.chat import Act, Conversation, EditedAnswer, EditedEarlier, OtherContent, Revoked
from services.intake.domain.conversation import decide
from services.intake.domain.correcting import paths_of
from services.intake.domain.files import UnfetchedFile
from services.intake.domain.messages import Deleted, Edited, MediaRef, NumberChanged, Silent, read_message
from services.intake.domain.webhook_log import WebhookItemKind, split
from services.intake.domain.words import Intent
from services.intake.wiring import TEMPLATES
from tests.unit.intake.talks import AT, TEXTS, WORDS, WORLD, begun, photo, question_of, said, spoken

FILE: Final = {"id": "7", "mime_type": "audio/ogg", "sha256": "x"}
KINDS: Final[dict[str, dict[str, Any]]] = {
    "voice": {"type": "audio", "audio": {**FILE, "voice": True}},
    "audio": {"type": "audio", "audio": FILE},
    "video": {"type": "video", "video": {**FILE, "mime_type": "video/mp4", "caption": "lihat"}},
    "sticker": {"type": "sticker", "sticker": {**FILE, "mime_type": "image/webp", "animated": False}},
    "location": {"type": "location", "location": {"latitude": -7.6, "longitude": 111.5, "name": "Balai Desa"}},
    "contacts": {"type": "contacts", "contacts": [{"name": {"formatted_name": "Siti"}, "phones": [{"phone": "+62 812"}]}]},
    "order": {"type": "order", "order": {"catalog_id": "1", "product_items": []}},
    "reaction": {"type": "reaction", "reaction": {"message_id": "wamid.1", "emoji": "👍"}},
    "poll": {"type": "unsupported", "unsupported": {"type": "poll"}, "errors": [{"code": 131051}]},
    "view_once": {"type": "unsupported", "unsupported": {"type": "view_once"}, "errors": [{"code": 131051}]},
    "video_note": {"type": "unsupported", "unsupported": {"type": "video_note"}},
    "unsupported": {"type": "unsupported", "errors": [{"code": 131051, "title": "Message type unknown"}]},
    "form": {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": "{"}}},
    "ephemeral": {"type": "ephemeral"},
    "request_welcome": {"type": "request_welcome"},
    "call": {"type": "call", "call": {"event": "connect"}},
    "hologram": {"type": "hologram", "hologram": {"x": 1}},
    "": {"id": "wamid.1"},
}
SILENT: Final = {"sticker", "reaction", "request_welcome"}
TABLE: Final = tomllib.loads((TEMPLATES / "dialogue.toml").read_text())["kind"]


def read(message: dict[str, Any]) -> Any:
    return read_message({"message": {"id": "wamid.9", "from": "628123", **message}, "identity": {"wa_id": "628123"}}, WORDS).content


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("conversation", [Conversation("c-1"), begun("kk_hilang")], ids=["menu", "asking"])
def test_each_kind_is_answered_kindly_or_not_at_all(kind: str, conversation: Conversation) -> None:
    content = read(KINDS[kind])
    assert content == OtherContent(kind)
    if kind in SILENT:
        assert TEXTS.is_silent(kind)
        return
    after, facts = decide(conversation, content, WORLD)
    assert said(facts)[0] == f"kind.{kind}"
    assert spoken(facts).startswith(TABLE.get(kind, TABLE["unknown"]))
    assert (after.stage, after.draft) == (conversation.stage, conversation.draft)
    if conversation.draft is not None:
        assert len(said(facts)) > 1, "the open question follows"


def test_every_row_of_the_table_is_a_kind_that_comes_and_silence_is_kept_to_what_wants_it() -> None:
    assert set(TABLE) <= {*KINDS, "unknown", "file"}
    assert {kind for kind, text in TABLE.items() if not text} == SILENT
    assert all(text.startswith(("Maaf", "Lokasi", "Kartu", "Kami", "Berkas")) and len(text) < 200 for text in TABLE.values() if text)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"type": "text", "text": {"body": "x" * 4096}}, Intent),
        ({"type": "text", "text": {"body": "kk hilang"}, "context": {"forwarded": True}}, Intent),
        ({"type": "text", "text": {"body": "halo"}, "referral": {"source_url": "https://fb.me/x", "ctwa_clid": "c"}}, Intent),
        ({"type": "interactive", "interactive": {"type": "list_reply", "list_reply": {"id": "gone:1", "title": "KK"}}}, Intent),
        ({"type": "button", "button": {"payload": "gone", "text": "Buka"}}, Intent),
        ({"type": "image", "image": {**FILE, "mime_type": "image/jpeg"}}, MediaRef),
        ({"type": "document", "document": {**FILE, "mime_type": "application/pdf", "filename": "kk.pdf"}}, MediaRef),
        ({"type": "edit", "edit": {"original_message_id": "wamid.1", "message": {"type": "text", "text": {"body": "y"}}}}, Edited),
        ({"type": "revoke", "revoke": {"original_message_id": "wamid.1"}}, Deleted),
        ({"type": "revoke", "revoke": {}}, Silent),
        ({"type": "system", "system": {"type": "user_changed_number", "wa_id": "62999"}}, NumberChanged),
        ({"type": "system", "system": {"type": "customer_identity_changed"}}, Silent),
        ({"type": "call", "call": {"event": "terminate"}}, Silent),
    ],
)
def test_what_else_comes_is_read(message: dict[str, Any], expected: type) -> None:
    assert isinstance(read(message), expected)


def webhook(field: str = "messages", **value: Any) -> dict[str, Any]:
    metadata = {"phone_number_id": "1", "display_phone_number": "+62 351-123456"}
    return {"entry": [{"changes": [{"field": field, "value": {"metadata": metadata, **value}}]}]}


def test_a_call_is_one_message_when_it_rings_and_another_when_it_ends() -> None:
    calls = [{"id": "wacid.1", "from": "628123", "event": event, "timestamp": "1795485600"} for event in ("connect", "terminate")]
    items = split(webhook("calls", calls=calls), "d", "1")
    assert [item.kind for item in items] == [WebhookItemKind.MESSAGE] * 2
    assert [type(read_message(item.content, WORDS).content) for item in items] == [OtherContent, Silent]
    assert {read_message(item.content, WORDS).wamid for item in items} == {""}, "a call can't be quoted or marked as read"


def test_what_our_own_number_wrote_is_kept_and_never_answered() -> None:
    own = {"id": "wamid.1", "from": "62351123456", "type": "text", "text": {"body": "halo"}}
    other = {**own, "id": "wamid.2", "from": "628123"}
    kinds = [item.kind for item in split(webhook(messages=[own, other]), "d", "1")]
    assert kinds == [WebhookItemKind.ELSEWHERE, WebhookItemKind.MESSAGE]


class Everybody:
    """The steps of one chat as the handler takes them, without its stores."""

    def __init__(self, conversation: Conversation) -> None:
        self.chat, self.number = conversation, 0

    def hears(self, message: dict[str, Any]) -> str:
        """Give the answer, empty for silence."""
        self.number += 1
        content, wamid = read(message), f"wamid.{self.number}"
        act: Act
        match content:
            case Silent() | NumberChanged():
                return ""
            case OtherContent() if TEXTS.is_silent(content.kind):
                return ""
            case Edited():
                paths = paths_of(self.chat, content.original)
                act = content.intent if content.original in self.chat.unmoved else EditedEarlier()
                act = EditedAnswer(paths, content.intent) if paths else act
            case Deleted():
                act = Revoked(paths_of(self.chat, content.original, "f-1"))
            case MediaRef():
                question = question_of(self.chat)
                act = photo(self.number) if question is not None and question.takes_file else UnfetchedFile()
            case _:
                act = content
        at = AT + timedelta(seconds=self.number)
        self.chat, facts = decide(self.chat, act, replace(WORLD, at=at, wamid=wamid))
        return spoken(facts)


def message_of(number: int) -> dict[str, Any]:
    original = f"wamid.{number}"
    return {"type": "edit", "edit": {"original_message_id": original, "message": {"type": "text", "text": {"body": "3519085904900002"}}}}


TEXTS_SENT: Final = st.one_of(
    st.sampled_from(["halo", "kk hilang", "petugas", "lanjut", "batal", "ya", "3519081708850003", "x" * 4096, "", "👍"]),
    st.text(max_size=60),
)
SENT: Final = st.one_of(
    st.sampled_from([*KINDS.values()]),
    TEXTS_SENT.map(lambda text: {"type": "text", "text": {"body": text}}),
    st.just({"type": "image", "image": {**FILE, "mime_type": "image/jpeg"}}),
    st.integers(1, 40).map(message_of),
    st.integers(1, 40).map(lambda number: {"type": "revoke", "revoke": {"original_message_id": f"wamid.{number}"}}),
)


@given(st.lists(SENT, max_size=40))
def test_no_sequence_of_kinds_breaks_a_chat(messages: list[dict[str, Any]]) -> None:
    person = Everybody(Conversation("c-1"))
    for message in messages:
        assert len(person.hears(message)) <= 4096


@given(st.sampled_from(["halo", "kk hilang", "biaya", "terima kasih", "jam buka", "pengaduan", "1"]), st.booleans())
def test_a_machine_that_answers_a_machine_comes_to_an_end(first: str, repeats: bool) -> None:  # noqa: FBT001 - drawn
    person = Everybody(Conversation("c-1"))
    answer, turns = first, 0
    while answer:
        said_before = answer
        answer = person.hears({"type": "text", "text": {"body": first if repeats else said_before}})
        turns += 1
        assert turns <= 3 * IDLE_MOST, "two machines talk"


def test_sixty_photos_in_a_row_fill_the_form_and_no_more() -> None:
    person = Everybody(begun("kk_hilang"))
    for text in ("3519081708850003", "3519081203100007"):
        person.hears({"type": "text", "text": {"body": text}})
    answers = [person.hears({"type": "image", "image": {**FILE, "mime_type": "image/jpeg"}}) for _ in range(60)]
    assert person.chat.draft is not None
    assert len(person.chat.draft.attachments) == 2
    assert len(set(filter(None, answers))) <= 5
