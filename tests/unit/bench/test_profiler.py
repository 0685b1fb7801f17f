"""Whose the CPU is."""

import pytest

from tests.bench.profiler import by_library, library


@pytest.mark.parametrize(
    ("frame", "whose"),
    [
        ("Channel.basic_ack (aiormq/channel.py:823)", "aiormq"),
        ("model_validate (pydantic/main.py:12)", "pydantic"),
        ("Relay._send (shared/messaging/transaction/relay.py:7)", "shared.messaging"),
        ("progress (services/intake/domain/requests.py:7)", "services.intake"),
        ("Typesetter.typeset (services/issuance/adapters/press/typesetter.py:40)", "typesetter"),
        ("Runner.run (asyncio/runners.py:118)", "asyncio"),
        ("submit (concurrent/futures/thread.py:1)", "python"),
        ("__init__ (<string>:3)", "python"),
        ("_find_and_load (<frozen importlib._bootstrap>:1)", "python"),
        ("thread (26348): MainThread", "python"),
    ],
)
def test_a_frame_is_its_library_s(frame: str, whose: str) -> None:
    assert library(frame) == whose


def test_the_innermost_frame_is_charged() -> None:
    stacks = "main (a.py:1);insert (pymongo/collection.py:2) 3\nmain (a.py:1);encode (bson/__init__.py:2) 1\nwrong (pymongo/x.py:1) 4\n"
    assert by_library(stacks) == {"pymongo": 0.875, "bson": 0.125}


def test_nothing_seen_is_nothing() -> None:
    assert by_library("") == {}
