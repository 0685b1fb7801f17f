"""What comes in over HTTP: what operators look at and decide (scope `admin`), what Meta tells, and the pictures it fetches."""

from typing import Final

from fastapi import FastAPI
from pydantic import SecretStr

from services.notifier.api import meta, operating, pictures, stuck
from services.notifier.ports import Deps, Tx
from shared.messaging.transaction.runner import UnitOfWorkRunner

PUBLIC: Final = frozenset({pictures.ROUTE, meta.PATH})
"""Routes without a key: pictures of posts that were approved, and Meta's handshake, guarded by a token in its address."""

TAKES_IN: Final = (meta.PATH,)
"""Where something new comes in that its sender brings again; pictures of posts are asked about where they are stored."""


def install(app: FastAPI, units: UnitOfWorkRunner[Tx], deps: Deps, app_secret: SecretStr, verify_token: SecretStr) -> None:
    """Add the routes to the app. The secrets are those of Meta's webhook."""
    app.include_router(operating.router(deps))
    app.include_router(stuck.router(units, deps))
    app.include_router(meta.router(units, deps, app_secret, verify_token))
    app.include_router(pictures.router(deps))
