from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.body import MAX_DEPTH, read_body
from services.intake.domain.chat import OtherContent
from services.intake.domain.forms import ServiceMenu
from services.intake.domain.messages import (
    Deleted,
    Edited,
    MediaRef,
    NumberChanged,
    Silent,
    furthest,
    is_of_broadcast,
    read_message,
    read_status,
)
from services.intake.domain.outreach.codes import CodeCondition, FoundCode
from services.intake.domain.outreach.sources import MessageLead
from services.intake.domain.webhook_log import WebhookItemKind, split
from services.intake.domain.words import Intent, Meaning
from services.intake.wiring import TEMPLATES, read_vocabulary
from shared.reference.catalogue import catalogue

WORDS = read_vocabulary(TEMPLATES / "words.toml", ServiceMenu.of(catalogue(), ("kk_hilang",)))
AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def body(**value: Any) -> dict[str, Any]:
    return {"entry": [{"changes": [{"field": "messages", "value": value}]}]}


def message(kind: str = "text", content: Any = None, **more: Any) -> dict[str, Any]:
    return {"id": "wamid.1", "from": "628123", "timestamp": "1795485600", "type": kind, kind: content or {"body": "halo"}, **more}


def read(item: dict[str, Any], **value: Any) -> Any:
    (found,) = split(body(messages=[item], **value), "d")
    return read_message(found.content, WORDS)


def test_keys_are_those_of_the_contract() -> None:
    status = {"id": "wamid.2", "status": "read", "timestamp": "1795485600"}
    items = split(body(messages=[message()], statuses=[status], errors=[{"code": 1}]), "d")
    assert [item.key for item in items][:2] == ["wa:wamid.1", "wa:st:wamid.2:read"]
    assert [item.kind for item in items] == [WebhookItemKind.MESSAGE, WebhookItemKind.STATUS, WebhookItemKind.ERROR]
    assert items[0].sent_at == datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def test_a_body_that_repeats_a_message_holds_it_once() -> None:
    assert len(split(body(messages=[message(), message()]), "d")) == 1


def test_the_same_unknown_body_has_the_same_key_and_another_body_another() -> None:
    assert split({"x": 1}, "d1")[0].key == split({"x": 1}, "d1")[0].key != split({"x": 1}, "d2")[0].key


def test_the_contact_card_adds_bsuid_and_username() -> None:
    cards = [{"wa_id": "999", "user_id": "ID.9"}, {"wa_id": "628123", "user_id": "ID.1", "profile": {"name": "Budi", "username": "budi.m"}}]
    identity = read(message(), contacts=cards).identity
    assert (identity.wa_id, identity.bsuid, identity.username) == ("628123", "ID.1", "budi.m")


def test_a_sender_without_a_phone_is_known_by_bsuid() -> None:
    nameless = message(from_user_id="ID.1")
    del nameless["from"]
    assert read(nameless).identity.bsuid == "ID.1"
    del nameless["from_user_id"]
    assert read(nameless, contacts=[{"user_id": "ID.2"}]).identity.bsuid == "ID.2"


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("image", {"id": "7", "mime_type": "image/jpeg", "sha256": "x"}, MediaRef("7", "image/jpeg", "x")),
        ("document", {"id": "7"}, MediaRef("7", "", "")),
        ("image", {"id": None}, OtherContent("file")),
        ("audio", {"id": "7"}, OtherContent("audio")),
        ("audio", {"id": "7", "voice": True}, OtherContent("voice")),
        ("location", {"latitude": 1}, OtherContent("location")),
        ("unsupported", {}, OtherContent("unsupported")),
        ("unsupported", {"type": "poll"}, OtherContent("poll")),
        ("interactive", {"type": "nfm_reply", "nfm_reply": {"response_json": "{"}}, OtherContent("form")),
        ("reaction", {"emoji": "x"}, OtherContent("reaction")),
        ("revoke", {}, Silent()),
        ("revoke", {"original_message_id": "wamid.0"}, Deleted("wamid.0")),
        ("call", {"event": "connect"}, OtherContent("call")),
        ("call", {"event": "terminate"}, Silent()),
        ("system", {"type": "user_changed_number", "wa_id": "62999"}, NumberChanged("62999", None)),
        ("system", {"type": "user_changed_number", "new_wa_id": "62999"}, NumberChanged("62999", None)),
        ("system", {"type": "user_changed_user_id", "user_id": "ID.2"}, NumberChanged(None, "ID.2")),
        ("system", {"type": "customer_changed_number", "wa_id": "62999", "customer": "628123"}, NumberChanged("62999", None)),
        ("system", {"type": "user_changed_number", "wa_id": "6" * 500}, Silent()),
        ("system", {"type": "user_changed_number", "wa_id": ["62999"]}, Silent()),
        ("system", {"type": "customer_identity_changed", "wa_id": "628123"}, Silent()),
        ("system", {"type": "something_else"}, Silent()),
        ("edit", {"original_message_id": "wamid.0", "message": {"type": "image", "image": {"id": "7", "caption": "x"}}}, Silent()),
        ("edit", {"message": {"type": "text", "text": {"body": "halo"}}}, Silent()),
        ("edit", {"original_message_id": {}, "message": []}, Silent()),
    ],
)
def test_what_a_message_holds(kind: str, content: Any, expected: object) -> None:
    assert read(message(kind, content)).content == expected


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("interactive", {"type": "button_reply", "button_reply": {"id": "cancel", "title": "Batal"}}),
        ("interactive", {"type": "list_reply", "list_reply": {"id": "cancel", "title": "x"}}),
        ("button", {"payload": "cancel", "text": "Batal"}),
        ("text", {"body": "batal"}),
    ],
)
def test_buttons_lists_and_text_mean_the_same(kind: str, content: Any) -> None:
    intent = read(message(kind, content)).content
    assert isinstance(intent, Intent)
    assert intent.meaning is Meaning.CANCEL


def test_an_edit_says_which_text_it_mends_and_what_it_says_now() -> None:
    edit = {"original_message_id": "wamid.0", "message": {"context": {"id": "x"}, "type": "text", "text": {"body": "batal"}}}
    content = read(message("edit", edit)).content
    assert isinstance(content, Edited)
    assert (content.original, content.intent.meaning) == ("wamid.0", Meaning.CANCEL)


@pytest.mark.parametrize(
    "edit",
    [
        {"original_message_id": "wamid.0", "message": {"type": "text", "text": {"body": "batal"}}},
        {"original_message_id": "wamid.0", "message": {"text": "batal"}},
        {"original_message_id": "wamid.0", "message": {"body": "batal"}},
        {"original_message_id": "wamid.0", "text": {"body": "batal"}},
        {"message_id": "wamid.0", "message": "odd", "text": "batal"},
        {"id": "wamid.0", "original_message_id": [], "body": "batal"},
        {"context": {"id": "wamid.0"}, "message": {"text": {"body": "batal"}}},
    ],
)
def test_an_edit_is_read_in_every_likely_shape(edit: dict[str, Any]) -> None:
    content = read(message("edit", edit)).content
    assert isinstance(content, Edited)
    assert (content.original, content.intent.meaning) == ("wamid.0", Meaning.CANCEL)


def test_the_longest_user_id_is_an_address() -> None:
    (item,) = split(body(messages=[{**message(), "from_user_id": "ID." + "a" * 130}]), "d")
    assert item.kind is WebhookItemKind.MESSAGE


CHANGED = "User A changed from ID.1 to ID.2"


@pytest.mark.parametrize(
    ("more", "cards", "expected"),
    [
        ({"system": {"type": "user_changed_user_id", "user_id": "ID.2", "body": CHANGED}}, [], (None, "ID.1")),
        (
            {"system": {"type": "user_changed_user_id", "user_id": "ID.2", "body": CHANGED}},
            [{"wa_id": "628123", "user_id": "ID.2"}],
            (None, "ID.1"),
        ),
        ({"system": {"type": "user_changed_user_id", "user_id": "ID.2", "previous_user_id": "ID.1"}}, [], (None, "ID.1")),
        ({"from": "628123", "system": {"type": "user_changed_user_id", "user_id": "ID.2", "body": CHANGED}}, [], ("628123", "ID.1")),
        (
            {"system": {"type": "user_changed_number", "wa_id": "62999", "body": "A changed from 628123 to 62999"}},
            [],
            ("628123", None),
        ),
        ({"system": {"type": "customer_changed_number", "new_wa_id": "62999", "customer": "628123"}}, [], ("628123", None)),
        ({"system": {"type": "user_changed_user_id", "user_id": "ID.2", "body": f"{CHANGED}."}}, [], (None, "ID.1")),
    ],
)
def test_a_system_message_is_of_whom_we_know(more: dict[str, Any], cards: list[Any], expected: tuple[str | None, str | None]) -> None:
    identity = read({"id": "wamid.1", "type": "system", **more}, contacts=cards).identity
    assert (identity.wa_id, identity.bsuid) == expected


def test_what_names_another_number_is_elsewhere_and_what_names_none_is_ours() -> None:
    def kinds(**value: Any) -> list[WebhookItemKind]:
        return [item.kind for item in split(body(messages=[message()], errors=[{"code": 1}], **value), "d", "111")]

    assert kinds(metadata={"phone_number_id": "222"}) == [WebhookItemKind.ELSEWHERE, WebhookItemKind.ELSEWHERE]
    for ours in ({"phone_number_id": "111"}, {"phone_number_id": 111}, {}, None, ["222"], {"phone_number_id": ["222"]}):
        assert kinds(metadata=ours) == [WebhookItemKind.MESSAGE, WebhookItemKind.ERROR]


@pytest.mark.parametrize("name", ["from", "from_user_id"])
def test_an_address_that_is_nobodys_is_kept_as_unknown(name: str) -> None:
    (item,) = split(body(messages=[{**message(), "from": "1", name: "6" * 500}]), "d")
    assert item.kind is WebhookItemKind.UNKNOWN


def test_the_source_of_a_link_is_taken_off_the_text() -> None:
    code = FoundCode("K7Q", CodeCondition.INTACT)
    inbound = read(message("text", {"body": "Halo (#K7Q)"}))
    assert (inbound.lead, inbound.content.meaning) == (MessageLead(code), Meaning.GREETING)
    assert read(message(referral={"source_id": "12", "ctwa_clid": "x"})).lead == MessageLead(is_ad=True, ad="12")
    assert read(message(referral={"source_id": "12", "body": "Akta lahir gratis (#K7Q)"})).lead == MessageLead(code, is_ad=True, ad="12")
    assert read(message(referral={"source_id": "<script>", "headline": 7})).lead == MessageLead(is_ad=True)
    assert read(message()).lead is None


def test_a_status_tells_time_callback_and_first_error() -> None:
    errors = [{"code": 131026, "title": "t", "message": "m" * 900}, {"code": 1}]
    fact = read_status({"id": "w", "status": "failed", "timestamp": "1795485600", "errors": errors, "biz_opaque_callback_data": "job"}, AT)
    assert fact is not None
    assert (fact.error_code, fact.callback_data, fact.at) == (131026, "job", AT)
    assert len(fact.error_details or "") == 500


def test_of_messages_of_broadcasts_the_furthest_word_counts_in_whatever_order_they_come() -> None:
    """What was delivered did not fail; what failed was sent. A try-out and a reply are no messages of a broadcast."""
    came = [("a", "delivered"), ("b", "failed"), ("a", "sent"), ("b", "sent"), ("c", "read"), ("c", "failed"), ("d", "sent")]
    facts = [read_status({"id": wamid, "status": status, "biz_opaque_callback_data": "broadcast:b:c"}, AT) for wamid, status in came]
    told = furthest(fact for fact in facts if fact is not None)
    assert [(fact.wamid, fact.status) for fact in told] == [("a", "delivered"), ("b", "failed"), ("c", "read"), ("d", "sent")]
    assert all(is_of_broadcast(fact) for fact in told)
    for key in ("broadcast_test:1", "reply:c1:1", None):
        other = read_status({"id": "w", "status": "sent", "biz_opaque_callback_data": key}, AT)
        assert other is not None
        assert not is_of_broadcast(other)


@pytest.mark.parametrize("status", ["played", "deleted", "", None])
def test_a_status_we_do_not_know_is_not_told(status: Any) -> None:
    assert read_status({"id": "w", "status": status}, AT) is None


def test_a_status_with_an_impossible_time_is_of_the_moment_it_came() -> None:
    fact = read_status({"id": "w", "status": "sent", "timestamp": "²³"}, AT)
    assert fact is not None
    assert fact.at == AT


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5) | st.sampled_from(["id", "type", "text", "from", "errors"]), inner, max_size=4)
    ),
    max_leaves=12,
)
_VALUES = st.dictionaries(
    st.sampled_from(["messages", "statuses", "errors", "contacts", "x"]), st.lists(_JSON, max_size=3) | _JSON, max_size=4
)


_TYPES = ["text", "image", "document", "audio", "interactive", "button", "system", "edit", "reaction", "location", "contacts", "revoke"]
_SOUND: dict[str, Any] = {
    "text": {"body": "halo"},
    "image": {"id": "7", "mime_type": "image/jpeg", "sha256": "x", "caption": "y"},
    "interactive": {"type": "button_reply", "button_reply": {"id": "cancel", "title": "Batal"}, "list_reply": {"id": "a", "title": "b"}},
    "button": {"payload": "cancel", "text": "Batal"},
    "system": {"type": "user_changed_number", "wa_id": "62999", "user_id": "ID.2", "body": CHANGED, "customer": "628123"},
    "edit": {"original_message_id": "wamid.0", "message": {"type": "text", "text": {"body": "halo"}}},
    "referral": {"source_id": "12", "source_url": "https://x"},
    "context": {"id": "wamid.0"},
}


def _places(value: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    inner = [place for name, item in value.items() for place in _places(item, (*path, name))] if isinstance(value, dict) else []
    return [path, *inner]


def _put(value: Any, path: tuple[str, ...], odd: Any) -> Any:
    if not path:
        return odd
    return {**value, path[0]: _put(value[path[0]], path[1:], odd)}


def _whole(kind: str) -> dict[str, Any]:
    return {**message(kind, {"body": "x"}, from_user_id="ID.1"), **_SOUND}


_CARD = {"wa_id": "628123", "user_id": "ID.1", "profile": {"name": "A", "username": "a"}}


@given(st.sampled_from(_TYPES), st.data(), _JSON)
def test_any_json_in_any_place_of_a_message_is_read(kind: str, data: st.DataObject, odd: Any) -> None:
    whole = {"message": _whole(kind), "card": _CARD, "metadata": {"phone_number_id": "1"}}
    place = data.draw(st.sampled_from([place for place in _places(whole) if place]))
    changed = _put(whole, place, odd)
    for item in split(body(messages=[changed["message"]], contacts=[changed["card"]], metadata=changed["metadata"]), "d", "1"):
        assert item.moment(AT) <= AT + timedelta(hours=1)
        if item.kind is WebhookItemKind.MESSAGE:
            read_message(item.content, WORDS)


_TOKENS = st.sampled_from(["1", "NaN", r'"\ud83d"', '"a"', "-1e999", "9" * 40])
_NEARLY_JSON = st.recursive(_TOKENS, lambda inner: st.lists(inner, max_size=3).map(lambda items: f"[{','.join(items)}]"))


@given(st.binary(max_size=60) | _NEARLY_JSON.map(str.encode))
def test_any_bytes_are_read_or_kept_and_what_was_read_can_be_stored(raw: bytes) -> None:
    found = read_body(raw)
    assert found.readable or found.raw is not None
    orjson.dumps([found.content, found.raw])


@pytest.mark.parametrize("depth", [99, 100, 101, 253, 600, 1023])
def test_a_deep_body_is_cut_and_kept_and_a_shallow_one_is_left_alone(depth: int) -> None:
    found = read_body(b"[" * depth + b"]" * depth)
    assert found.readable
    assert (found.raw is None) == (depth <= MAX_DEPTH)
    orjson.dumps(found.content)


@given(_JSON | _VALUES.map(lambda value: body(**value)))
def test_no_json_breaks_splitting_or_reading(content: Any) -> None:
    items = split(content, "d")
    assert items
    for item in items:
        if item.kind is WebhookItemKind.MESSAGE:
            read_message(item.content, WORDS)
        if item.kind is WebhookItemKind.STATUS:
            read_status(item.content, AT)
