"""Persons of the sample register for tests over the running system."""

from collections.abc import Callable
from typing import Any

Persons = Callable[[str], dict[str, Any]]
"""Hands out the next person for a kind of request (a service's code)."""
