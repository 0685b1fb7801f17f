"""Generates what builders of adapters and consoles read: AsyncAPI 3, and a JSON Schema per event, document content and kind of decision.

`python -m shared.contracts.docs DIRECTORY` writes (`make docs`); with `--check` it writes nothing and exits 1 where a file differs.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from shared.contracts.contents import CONTENTS
from shared.contracts.decisions import DECISIONS
from shared.contracts.envelope import Contract, Envelope, Event
from shared.contracts.registry import CONSUMERS, EVENTS, SERVICES

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_ASYNCAPI: Final = "3.0.0"
_VHOST: Final = "adminduk"  # as compose and `make run` name it
_STAFF: Final = "staff"
_CONSOLE: Final = "console_queue"
_LOGIN: Final = {
    "type": "userPassword",
    "description": "SASL PLAIN. A user per service and per console: `console.NAME`, its password in the file that the command names.",
}


def event_schema(event: type[Event]) -> dict[str, Any]:
    """Return the whole message: the envelope with this event as its data."""
    data = event.model_json_schema(mode="serialization", ref_template="#/$defs/{model}")
    envelope = Envelope.model_json_schema(mode="serialization")
    definitions = data.pop("$defs", {})
    properties = dict(envelope["properties"])
    properties["type"] = {"const": event.type, "description": "publisher.noun_verb_past.vN"}
    properties["version"] = {"const": int(event.type.rsplit(".v", 1)[1])}
    properties["source"] = {"const": event.type.split(".", 1)[0]}
    properties["data"] = {"$ref": f"#/$defs/{event.__name__}"}
    return {
        "$schema": DIALECT,
        "$id": f"urn:adminduk:event:{event.type}",
        "title": event.type,
        "description": (event.__doc__ or "").strip(),
        "type": "object",
        "properties": properties,
        "required": envelope["required"],
        "$defs": {**definitions, event.__name__: data},
    }


def part_schema(kind: str, name: str, model: type[Contract]) -> dict[str, Any]:
    """Return what an event carries under a name of its own: the content of a document, or a court's decision."""
    schema = model.model_json_schema(mode="serialization", ref_template="#/$defs/{model}")
    return {"$schema": DIALECT, "$id": f"urn:adminduk:{kind}:{name}", **schema, "title": name}


def schemas(events: Sequence[type[Event]] = EVENTS) -> Mapping[str, dict[str, Any]]:
    """Return every schema that is published, by its path without the ending: `TYPE`, `contents/TYPE`, `decisions/KIND`."""
    return {
        **{event.type: event_schema(event) for event in events},
        **{f"contents/{name}": part_schema("content", name, model) for name, model in CONTENTS.items()},
        **{f"decisions/{kind}": part_schema("decision", kind, model) for kind, model in DECISIONS.items()},
    }


def _channel(event: type[Event]) -> str:
    return event.type.replace(".", "_")


def asyncapi() -> dict[str, Any]:
    """Return the whole system as AsyncAPI 3: a channel and a message per event, an operation per publisher, consumer and console."""
    channels: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for event in EVENTS:
        name = _channel(event)
        channels[name] = _channel_of(event, name)
        messages[name] = _message_of(event)
        publisher = event.type.split(".", 1)[0]
        operations[f"{publisher}_sends_{name}"] = _operation("send", name, f"{publisher} publishes it.")
    for reader, events in CONSUMERS.items():
        for event in events:
            name = _channel(event)
            operations[f"{reader}_receives_{name}"] = _operation("receive", name, f"{reader} consumes it.")
    announced = [_channel(event) for event in EVENTS if event.exchange == _STAFF]
    channels[_CONSOLE] = _console_channel(announced)
    operations["console_receives"] = _console_operation(announced)
    return {
        "asyncapi": _ASYNCAPI,
        "info": {
            "title": "PAK'DE ON and DIDUPAG",
            "version": "1",
            "description": "Events of "
            + ", ".join(SERVICES)
            + ". Every message is an envelope; personal data only in `data.personal`. Who published one is told by its `user-id` alone, "
            "which the broker checks: believe an event of the service that its type begins with. Building a console: docs/consoles.md. "
            "What a document says, by its `content_type`, and a court's decision, by its `kind`, are schemas of their own: `contents/` and "
            "`decisions/` of the components.",
        },
        "defaultContentType": "application/json",
        "servers": _servers(),
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": _parts(), "securitySchemes": {"login": _LOGIN}},
    }


def _parts() -> dict[str, Any]:
    """The contents and decisions, which events carry as plain objects."""
    names = (name for name in schemas(()) if "/" in name)
    return {name.replace("/", "_").replace(".", "_"): {"$ref": f"./schemas/{name}.json"} for name in names}


def _servers() -> dict[str, Any]:
    """The broker as it is reached with a certificate, and as `make run` and compose have it."""
    where = {
        "host": {"description": "Of the broker", "default": "localhost"},
        "vhost": {"description": "Virtual host", "default": _VHOST},
    }
    common = {"protocolVersion": "0.9.1", "pathname": "/{vhost}", "security": [{"$ref": "#/components/securitySchemes/login"}]}
    return {
        "broker": {
            "host": "{host}:5671",
            "protocol": "amqps",
            "description": "RabbitMQ with TLS; its certificate and name are checked.",
            **common,
            "variables": where,
        },
        "local": {
            "host": "{host}:{port}",
            "protocol": "amqp",
            "description": "RabbitMQ of `make run` (port 5673) or inside compose's network (`rabbitmq`, port 5672).",
            **common,
            "variables": {**where, "port": {"description": "Port", "default": "5673"}},
        },
    }


def _console_channel(announced: Sequence[str]) -> dict[str, Any]:
    return {
        "address": "console.{name}",
        "title": "A staff console's own queue",
        "description": (
            "Made by `python -m shared.messaging.topology console NAME`, with a user of that name that reads this queue and nothing else. "
            "Bound to the exchange `staff`. It keeps the newest 1,000 announcements for one day. Declare nothing."
        ),
        "parameters": {"name": {"description": "The console's name: a word of small letters and digits", "examples": ["main"]}},
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in announced},
        "bindings": {
            "amqp": {
                "is": "queue",
                "queue": {"name": "console.{name}", "durable": True, "exclusive": False, "autoDelete": False, "vhost": _VHOST},
            }
        },
    }


def _console_operation(announced: Sequence[str]) -> dict[str, Any]:
    return {
        "action": "receive",
        "summary": "A staff console is told that a task opened or closed.",
        "description": (
            "Acknowledge each message (`basic.ack`) after it is shown; never `nack` with requeue. What is not acknowledged comes again "
            "when the connection ends, so go by `task_id`. Believe it only where `user-id` is `verification`. The work is read at "
            "`GET /v1/tasks`."
        ),
        "channel": {"$ref": f"#/channels/{_CONSOLE}"},
        "messages": [{"$ref": f"#/channels/{_CONSOLE}/messages/{name}"} for name in announced],
        "bindings": {"amqp": {"ack": True}},
    }


def _channel_of(event: type[Event], name: str) -> dict[str, Any]:
    exchange = {"name": event.exchange, "type": "topic", "durable": True, "vhost": _VHOST}
    return {
        "address": event.type,
        "description": f"Routing key on the topic exchange `{event.exchange}`.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": exchange}},
    }


def _message_of(event: type[Event]) -> dict[str, Any]:
    return {
        "name": event.type,
        "title": event.__name__,
        "summary": (event.__doc__ or "").strip(),
        "contentType": "application/json",
        "payload": {"$ref": f"./schemas/{event.type}.json"},
        "correlationId": {"location": "$message.payload#/correlation_id"},
        "bindings": {"amqp": {"contentEncoding": "utf-8", "messageType": event.type}},
    }


def _operation(action: str, channel: str, summary: str) -> dict[str, Any]:
    return {
        "action": action,
        "summary": summary,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{channel}"}],
    }


def files() -> Mapping[str, bytes]:
    """Return every generated file by its path below the directory."""
    made = {f"schemas/{name}.json": _json(schema) for name, schema in schemas().items()}
    made["asyncapi.json"] = _json(asyncapi())
    return made


def _json(document: dict[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def main(arguments: list[str]) -> int:
    """Write the files, or compare them with `--check`."""
    words = [word for word in arguments if word != "--check"]
    directory = Path(words[0])
    made = files()
    present = {str(path.relative_to(directory)) for path in directory.rglob("*.json")} if directory.is_dir() else set()
    differing = {name for name, content in made.items() if name not in present or (directory / name).read_bytes() != content}
    stale = present - set(made)
    if "--check" in arguments:
        for name in sorted(differing | stale):
            print(f"{directory / name} is not what the code says; run: make docs")
        return 1 if differing or stale else 0
    for name in sorted(stale):
        (directory / name).unlink()
    for name in sorted(differing):
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_bytes(made[name])
    print(f"{len(made)} files in {directory}, {len(differing)} written, {len(stale)} removed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
