from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any, ClassVar

import orjson
import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from deploy.local.users import VHOST
from shared.contracts import docs
from shared.contracts.contents import CONTENTS
from shared.contracts.decisions import DECISIONS
from shared.contracts.envelope import Envelope, Event, split_type
from shared.contracts.intake import MessageStatusReceived, ReplyButton, RequestSubmitted
from shared.contracts.registry import EVENTS, REGISTRY, EventRegistry, Undecodable, decode, encode
from shared.messaging.layout import model as layout
from tests.support.compatibility import breaks, broken, freeze

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"
GENERATED = HERE.parents[1] / "docs" / "events"
PERSONAL_FIELDS = {
    "nik", "kk_number", "name", "holder_name", "head_name", "applicant", "subject", "relation", "answers", "address", "phone", "contact",
    "content", "decision", "members", "text", "note", "check_url", "about", "replaces", "birth_place", "born_on", "mother", "father",
    "case_number", "custody_nik", "persons", "families",
}  # fmt: skip


def golden(event_type: str) -> bytes:
    return (GOLDEN / f"{event_type}.json").read_bytes()


def test_every_event_has_a_golden_sample_and_every_sample_an_event() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(REGISTRY.types())


@pytest.mark.parametrize("event_type", REGISTRY.types())
def test_a_golden_sample_reads_and_writes_back_the_same(event_type: str) -> None:
    envelope = decode(golden(event_type))
    event = REGISTRY.read(envelope.type, envelope.data)
    again = envelope.model_copy(update={"data": event.model_dump(mode="json")})
    assert orjson.loads(encode(again)) == orjson.loads(golden(event_type))


@pytest.mark.parametrize("event_type", REGISTRY.types())
def test_a_golden_sample_fits_the_published_schema(event_type: str) -> None:
    schema = json.loads((GENERATED / "schemas" / f"{event_type}.json").read_text())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(golden(event_type)))


@pytest.mark.parametrize("event_type", REGISTRY.types())
def test_consuming_ignores_unknown_fields_at_every_depth(event_type: str) -> None:
    raw = orjson.loads(golden(event_type))
    known = decode(golden(event_type))
    raw["added_later"] = 1
    raw["data"]["added_later"] = 1
    for inner in raw["data"].values():
        if isinstance(inner, dict):
            inner["added_later"] = 1
    envelope = decode(orjson.dumps(raw))
    assert REGISTRY.read(envelope.type, envelope.data) == REGISTRY.read(known.type, known.data)


def test_producing_refuses_unknown_fields() -> None:
    with pytest.raises(ValidationError, match="extra_forbidden"):
        ReplyButton(id="a", title="b", colour="red")  # type: ignore[call-arg]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_type_names_publisher_fact_and_version(event: type[Event]) -> None:
    publisher, name, version = split_type(event.type)
    assert event.__module__.startswith(f"shared.contracts.{publisher}")
    assert name.replace("_", "") == event.__name__.lower()
    assert version >= 1


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_personal_data_stands_only_in_personal(event: type[Event]) -> None:
    assert not set(event.model_fields) & PERSONAL_FIELDS
    for name, field in event.model_fields.items():
        if name != "personal":
            for part in ("Contact", "Person", "DocumentOrder", "PersonChange"):
                assert part not in str(field.annotation), f"{event.type}.{name} carries {part}"


def test_what_the_last_tag_published_can_still_be_read() -> None:
    assert broken() == [], "a new version of the event, with an upcaster from the old one"


class _Demanding(RequestSubmitted):
    village: str


_Demanding.__name__ = RequestSubmitted.__name__  # a contract that was changed in place


def test_a_frozen_baseline_notices_what_breaks_it(tmp_path: Path) -> None:
    freeze("0.2.0", tmp_path)
    freeze("0.3.0", tmp_path)
    assert [folder.name for folder in tmp_path.iterdir()] == ["0.3.0"], "the last tag alone counts"
    assert len(list(tmp_path.glob("0.3.0/**/*.json"))) == len(EVENTS) + len(CONTENTS) + len(DECISIONS)
    assert broken(tmp_path) == []
    changed = docs.schemas(tuple(_Demanding if event is RequestSubmitted else event for event in EVENTS))
    assert broken(tmp_path, changed) == [f"{RequestSubmitted.type} .data.village: newly required"]
    assert broken(tmp_path, docs.schemas(EVENTS[1:])) == [f"{EVENTS[0].type}: gone"]
    without = {name: schema for name, schema in docs.schemas().items() if name != "contents/child_card.v1"}
    assert broken(tmp_path, without) == ["contents/child_card.v1: gone"]


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (lambda data: data["properties"].pop("receipt"), "gone"),
        (lambda data: data["required"].append("case_id"), "newly required"),
        (lambda data: data["properties"]["receipt"].update(type="integer"), "became"),
        (lambda data: data["properties"]["service"].update(pattern="x"), "became"),
    ],
)
def test_the_compatibility_check_finds_what_breaks(change: Any, finding: str) -> None:
    old = docs.event_schema(RequestSubmitted)
    new = copy.deepcopy(old)
    change(new["$defs"]["RequestSubmitted"])
    assert any(finding in line for line in breaks(old, new))


def test_generated_documents_are_what_the_code_says() -> None:
    made = docs.files()
    present = {str(path.relative_to(GENERATED)): path.read_bytes() for path in GENERATED.rglob("*.json")}
    assert present == dict(made), "run: make docs"


def test_asyncapi_references_resolve() -> None:
    document = docs.asyncapi()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            reference = node.get("$ref", "")
            if reference.startswith("#/"):
                target = document
                for step in reference[2:].split("/"):
                    target = target[step]
            elif reference:
                assert (GENERATED / reference).is_file()
            for inner in node.values():
                walk(inner)
        elif isinstance(node, list):
            for inner in node:
                walk(inner)

    walk(document)
    assert document["asyncapi"] == "3.0.0"
    assert len(document["channels"]) == len(EVENTS) + 1


def test_asyncapi_tells_a_console_where_who_and_how() -> None:
    document = docs.asyncapi()
    own = layout.console("counter2")
    [queue], [user] = own.queues, own.users
    channel = document["channels"]["console_queue"]
    assert channel["address"].format(name="counter2") == queue == user.name
    assert channel["bindings"]["amqp"]["queue"]["name"].format(name="counter2") == queue
    assert {message["$ref"].rsplit("/", 1)[1].replace("_v1", ".v1").replace("_", ".", 1) for message in channel["messages"].values()} == {
        binding.key for binding in own.bindings
    }
    assert re.fullmatch(layout.CONSOLE_NAME, channel["parameters"]["name"]["examples"][0])
    operation = document["operations"]["console_receives"]
    assert operation["bindings"]["amqp"]["ack"] is True
    assert "basic.ack" in operation["description"]
    for server in document["servers"].values():
        assert server["protocol"] in ("amqp", "amqps")
        assert server["security"] == [{"$ref": "#/components/securitySchemes/login"}]
        assert server["pathname"].format(vhost=server["variables"]["vhost"]["default"]) == f"/{VHOST}"
        assert set(re.findall(r"{(\w+)}", server["host"] + server["pathname"])) == set(server["variables"])
    assert document["components"]["securitySchemes"]["login"]["type"] == "userPassword"


def test_asyncapi_names_the_exchanges_as_they_are() -> None:
    kinds = {exchange.name: exchange.kind for exchange in layout.product().exchanges}
    for channel in docs.asyncapi()["channels"].values():
        exchange = channel["bindings"]["amqp"].get("exchange")
        assert exchange is None or (kinds[exchange["name"]], exchange["vhost"]) == (exchange["type"], VHOST)


class _OtherStatus(Event):
    type: ClassVar[str] = MessageStatusReceived.type


class _Stranger(Event):
    type: ClassVar[str] = "stranger.thing_done.v1"


class _Thing(Event):
    type: ClassVar[str] = "intake.thing_done.v2"

    colour: str


def test_registry_refuses_two_events_of_one_type() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        EventRegistry([MessageStatusReceived, _OtherStatus], {})


def test_registry_refuses_a_publisher_that_is_no_service() -> None:
    with pytest.raises(ValueError, match="no service"):
        EventRegistry([_Stranger], {})


def test_registry_refuses_an_upcaster_to_nowhere_and_one_of_a_present_version() -> None:
    with pytest.raises(ValueError, match="not registered"):
        EventRegistry([_Thing], {"intake.thing_done.v1": ("intake.thing_done.v9", dict)})
    with pytest.raises(ValueError, match="both"):
        EventRegistry([_Thing], {"intake.thing_done.v2": ("intake.thing_done.v2", dict)})


def test_an_old_version_is_upcast_along_the_chain() -> None:
    registry = EventRegistry(
        [_Thing],
        {
            "intake.thing_done.v0": ("intake.thing_done.v1", lambda data: {**data, "color": "merah"}),
            "intake.thing_done.v1": ("intake.thing_done.v2", lambda data: {"colour": data["color"]}),
        },
    )
    assert registry.read("intake.thing_done.v0", {}) == _Thing(colour="merah")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"\xff", "not_json"),
        (b"[]", "envelope_invalid"),
        (b"{}", "envelope_invalid"),
        (golden("intake.reply_composed.v1").replace(b"00-4bf9", b"99-4bf9"), "envelope_invalid"),
    ],
)
def test_bytes_that_are_no_message_have_a_code(body: bytes, code: str) -> None:
    with pytest.raises(Undecodable) as caught:
        decode(body)
    assert caught.value.code == code


def test_findings_name_fields_and_never_values() -> None:
    envelope: Envelope = decode(golden("intake.request_submitted.v1"))
    data = copy.deepcopy(envelope.data)
    data["personal"]["applicant"]["nik"] = "351901010185000X"
    with pytest.raises(Undecodable) as caught:
        REGISTRY.read(envelope.type, data)
    assert caught.value.code == "data_invalid"
    assert "personal.applicant.nik" in caught.value.detail
    assert "351901010185000X" not in str(caught.value)


def test_an_unknown_type_has_a_code() -> None:
    with pytest.raises(Undecodable) as caught:
        REGISTRY.read("intake.thing_done.v7", {})
    assert caught.value.code == "unknown_type"
