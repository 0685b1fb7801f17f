"""The simulators, one of each kind per test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.simulators import Court, Phone, religious_court, whatsapp


@pytest.fixture
async def phone() -> AsyncIterator[Phone]:
    async with whatsapp() as running:
        yield running


@pytest.fixture
async def court() -> AsyncIterator[Court]:
    async with religious_court() as running:
        yield running
