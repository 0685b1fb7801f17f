"""The officers' HTTP API: list, show, claim and decide tasks."""

from services.verification.api.routes import install as install
