"""Every queue is consumed and every event is bound: nothing is said that nobody hears. Golden samples: `tests/contract`."""

import ast
from pathlib import Path

import pytest

from shared.contracts.envelope import Event
from shared.contracts.registry import CONSOLES, CONSUMERS, EVENTS, SERVICES
from shared.messaging.layout import model as layout
from tests.architecture.source import modules, tree


def routed(service: str) -> set[str]:
    """Names of the event classes in the routing table of a service (`EventRoute(Event, …)` or `converting(Event, …)` in consumers)."""
    names = set()
    for file in modules(f"services/{service}"):
        if "consumers" not in (file.stem, *file.parts[:-1]):
            continue
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"EventRoute", "converting"} and node.args:
                names.add(ast.unparse(node.args[0]).split(".")[-1])
    return names


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_handles_exactly_what_its_queue_is_bound_to(service: str) -> None:
    assert routed(service) == {event.__name__ for event in CONSUMERS[service]}


def test_every_queue_is_consumed() -> None:
    """By its service, by a staff console, by the ladder's way back, or by `admin`."""
    plan = layout.product()
    working = set(SERVICES) | {layout.console_queue(name) for name in CONSOLES}
    waiting = {layout.retry_queue(service, step) for service in SERVICES for step in layout.LADDER}
    kept = {layout.dead_queue(service) for service in SERVICES} | {layout.UNROUTED}
    assert set(plan.queues) == working | waiting | kept
    assert len(plan.queues) == len(set(plan.queues))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_every_event_is_bound(event: type[Event]) -> None:
    assert [binding.queue for binding in layout.product().bindings if binding.key == event.type], f"nobody hears {event.type}"


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_every_event_is_published_by_its_service_alone(event: type[Event]) -> None:
    publisher = event.type.split(".", 1)[0]
    users = {file.parts[1] for file in modules("services") if "events" in (file.stem, *file.parts[:-1]) and _names(file, event.__name__)}
    assert users == {publisher}


def _names(file: Path, name: str) -> bool:
    return any(
        (isinstance(node, ast.Name) and node.id == name) or (isinstance(node, ast.Attribute) and node.attr == name)
        for node in ast.walk(tree(file))
    )
