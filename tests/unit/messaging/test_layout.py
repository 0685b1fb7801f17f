"""The broker's layout as data."""

import base64
import hashlib
import json
import re
import stat
from pathlib import Path

import pytest

from shared.contracts.registry import CONSOLES, CONSUMERS, EVENTS
from shared.messaging import topology
from shared.messaging.broker.channel import BrokerEndpoint, tls_context, with_user
from shared.messaging.layout import definitions
from shared.messaging.layout import model as layout

PRODUCT = layout.product()


def test_every_event_a_service_consumes_is_bound_to_its_queue() -> None:
    bound = {(binding.queue, binding.key) for binding in PRODUCT.bindings if binding.exchange == layout.EVENTS}
    assert bound == {(service, event.type) for service, events in CONSUMERS.items() for event in events}


def test_every_event_has_a_queue() -> None:
    keys = {binding.key for binding in PRODUCT.bindings}
    assert {event.type for event in EVENTS} <= keys


def test_consoles_are_told_on_the_staff_exchange_alone() -> None:
    bound = {(binding.queue, binding.key) for binding in PRODUCT.bindings if binding.exchange == layout.STAFF}
    assert bound == {(f"console.{name}", event.type) for name, events in CONSOLES.items() for event in events}


def test_old_versions_that_are_upcast_are_bound_too(monkeypatch: pytest.MonkeyPatch) -> None:
    new = CONSUMERS["issuance"][0].type
    monkeypatch.setattr(layout, "UPCASTERS", {"a.older.v1": ("a.old.v2", dict), "a.old.v2": (new, dict)})
    keys = {binding.key for binding in layout.product().bindings if binding.queue == "issuance"}
    assert {"a.older.v1", "a.old.v2", new} <= keys


def test_exactly_one_policy_applies_to_each_queue_and_topic_exchange() -> None:
    for kind, names in (("queues", PRODUCT.queues), ("exchanges", (layout.EVENTS, layout.STAFF))):
        for name in names:
            matching = [policy.name for policy in PRODUCT.policies if policy.applies_to == kind and re.search(policy.pattern, name)]
            assert len(matching) == 1, (name, matching)


def test_every_policy_applies_to_something() -> None:
    for policy in PRODUCT.policies:
        names = PRODUCT.queues if policy.applies_to == "queues" else tuple(exchange.name for exchange in PRODUCT.exchanges)
        assert any(re.search(policy.pattern, name) for name in names), policy.name


def test_dead_letter_targets_exist() -> None:
    routes = {(binding.exchange, binding.key) for binding in PRODUCT.bindings}
    for policy in PRODUCT.policies:
        if "dead-letter-exchange" in policy.definition:
            assert (policy.definition["dead-letter-exchange"], policy.definition["dead-letter-routing-key"]) in routes


def test_nobody_may_configure_and_services_read_their_own_queue_and_dead_letters_alone() -> None:
    users = {user.name: user for user in PRODUCT.users}
    assert set(users) == {*CONSUMERS, "console.main", "operator"}
    assert {user.configure for user in users.values()} == {"^$"}
    for service in CONSUMERS:
        readable = [queue for queue in PRODUCT.queues if re.search(users[service].read, queue)]
        assert sorted(readable) == [service, f"{service}.dead"]
        writable = [name for name in (*(e.name for e in PRODUCT.exchanges), "amq.default") if re.search(users[service].write, name)]
        staff = ["staff"] if service in ("verification", "intake") else []  # they tell of tasks, and of chats that wait
        assert sorted(writable) == sorted([f"dead.{service}", "events", f"retry.{service}", *staff])
        speaks = {event.type.split(".")[0] for event in EVENTS if re.search(users[service].publishes, event.type)}
        assert speaks <= {service}
    assert [queue for queue in PRODUCT.queues if re.search(users["console.main"].read, queue)] == ["console.main"]
    assert not re.search(users["console.main"].write, "events")


def test_nobody_may_write_to_what_an_older_layout_shared_and_nobody_bears_a_tag() -> None:
    for user in (*PRODUCT.users, *layout.console("counter2").users):
        assert not [name for name in layout.RETIRED_EXCHANGES if re.search(user.write, name)], user.name
    rendered = definitions.render_whole(PRODUCT, "/", {user.name: "x" for user in PRODUCT.users})
    assert {user["tags"] for user in rendered["users"]} == {""}  # `impersonator` may set another's user-id


def test_a_service_writes_to_no_exchange_of_another() -> None:
    for user in PRODUCT.users:
        theirs = {f"{kind}.{service}" for kind in ("retry", "dead") for service in CONSUMERS if service != user.name}
        assert user.name == layout.OPERATOR or not [name for name in theirs if re.search(user.write, name)], user.name


@pytest.mark.parametrize("name", ["", "Counter", "a.b", "a-b", "2nd", "a" * 33, "x;y", "../x", "x\n", "loké"])
def test_a_console_s_name_is_a_word(name: str) -> None:
    with pytest.raises(ValueError, match="console's name"):
        layout.console(name)


def test_a_console_reads_its_own_queue_alone_and_is_told_what_every_console_is() -> None:
    own = layout.console("main1")
    [user] = own.users
    queues = (*PRODUCT.queues, *own.queues, "console.main12", "xconsole.main1")
    assert [queue for queue in queues if re.search(user.read, queue)] == ["console.main1"]
    main = {(binding.exchange, binding.key) for binding in PRODUCT.bindings if binding.queue == "console.main"}
    assert {(binding.exchange, binding.key) for binding in own.bindings} == main


def test_a_console_can_be_written_to_a_file_for_a_broker_that_is_elsewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("console", "counter2", "--vhost", "adminduk", "--secrets", str(tmp_path / "secrets"), "--out", str(tmp_path / "it.json"))
    assert topology.main(words) == 0
    written = json.loads((tmp_path / "it.json").read_text())
    assert {kind: len(items) for kind, items in written.items()} == {
        "users": 1,
        "permissions": 1,
        "topic_permissions": 2,
        "queues": 1,
        "bindings": len(layout.console("counter2").bindings),
    }
    assert stat.S_IMODE((tmp_path / "it.json").stat().st_mode) == 0o600
    assert str(tmp_path / "secrets" / "amqp_password_console_counter2") in capsys.readouterr().err


def test_the_definitions_without_users_hold_no_secret_and_are_plain_json() -> None:
    rendered = definitions.render(PRODUCT, "office")
    assert set(rendered) == {"exchanges", "queues", "bindings", "policies"}
    assert {item["vhost"] for items in rendered.values() for item in items} == {"office"}
    assert "password" not in json.dumps(rendered)


def test_the_definitions_hold_hashes_never_passwords() -> None:
    passwords = {user.name: f"open-{user.name}" for user in PRODUCT.users}
    rendered = definitions.render_whole(PRODUCT, "/", passwords)
    assert "open-" not in json.dumps(rendered)
    for user in rendered["users"]:
        raw = base64.b64decode(user["password_hash"])
        assert raw[4:] == hashlib.sha256(raw[:4] + passwords[user["name"]].encode()).digest()


def test_the_hash_is_rabbitmq_s() -> None:
    """The example of the vendor's page on passwords: salt 908DC60A, password test12."""
    assert definitions.hash_password("test12", bytes.fromhex("908DC60A")) == "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"


def test_passwords_come_from_the_environment_else_from_files_that_are_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMQP_PASSWORD_INTAKE", "given")
    first = definitions.passwords_for(["intake", "console"], tmp_path / "secrets")
    assert first["intake"] == "given"
    assert len(first["console"]) >= 32
    file = tmp_path / "secrets" / "amqp_password_console"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert definitions.passwords_for(["intake", "console"], tmp_path / "secrets") == first
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["amqp_password_console"]


def test_without_a_place_for_it_a_missing_password_is_named() -> None:
    with pytest.raises(LookupError, match="AMQP_PASSWORD_CONSOLE"):
        definitions.passwords_for(["console"], None)


def test_amqps_needs_an_explicit_context_and_no_address_is_ever_shown() -> None:
    with pytest.raises(ValueError, match="TLS"):
        BrokerEndpoint("amqps://me:secret@broker/")
    assert "secret" not in repr(BrokerEndpoint("amqps://me:secret@broker/", tls_context()))


@pytest.mark.parametrize(
    ("url", "vhost", "wanted"),
    [
        ("amqp://guest:guest@h:5672/", None, "amqp://u:p%40%2F@h:5672/"),
        ("amqp://h:1/old", "a/b", "amqp://u:p%40%2F@h:1/a%2Fb"),
        ("amqps://x:y@h/v?name=z", None, "amqps://u:p%40%2F@h/v?name=z"),
    ],
)
def test_an_address_can_be_given_another_user(url: str, vhost: str | None, wanted: str) -> None:
    assert with_user(url, "u", "p@/", vhost) == wanted
