"""Who may call what: the routes of an app with what they demand, for the table of roles and the test that walks it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from shared.reference.roles import StaffRole, roles
from shared.web.openapi import demands
from shared.web.refusals import Demand

PEOPLE: Final = frozenset({"session", "session-token"})
"""Schemes of people alone."""
BOTH: Final = "api-key"
"""The scheme of routes that programs and people with a token may call."""


@dataclass(frozen=True, slots=True)
class GuardedRoute:
    """A route, and what it demands: None for what asks nobody."""

    method: str
    path: str
    dependant: Dependant | None
    demand: Demand | None

    @property
    def permission(self) -> str:
        """The permission, the other way to authenticate, or what a page for everybody asks."""
        if self.demand is None:
            return "terbuka"
        named = self.demand.scope or ("masuk" if self.demand.scheme in PEOPLE else str(self.demand.scheme))
        return f"{named} + {self.demand.people}" if self.demand.people else named

    def opens_to(self, role: StaffRole) -> bool:
        """Return whether the table gives this role the route."""
        if self.demand is None or self.demand.scheme not in PEOPLE | {BOTH}:
            return False
        return {self.demand.scope, self.demand.people} - {None} <= role.permissions


def guarded_routes(app: FastAPI) -> Iterator[GuardedRoute]:
    """Yield every route of an app."""
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)  # a mounted folder of files has none
        found = [demand for demand in demands(dependant) if demand.scheme] if isinstance(dependant, Dependant) else []
        for method in sorted(route.methods or {"GET"}):
            if method != "HEAD":
                yield GuardedRoute(method, route.path or "", dependant, found[0] if found else None)


def role_table(service: str, app: FastAPI) -> Iterator[tuple[str, ...]]:
    """Yield rows: service, method and path, what it asks, and a mark under each role (`roles()` in their order) that may."""
    for route in sorted(guarded_routes(app), key=lambda each: (each.path, each.method)):
        marks = ("ya" if route.opens_to(role) else "" for role in roles().values())
        yield (service, f"{route.method} {route.path}", route.permission, *marks)
