"""The desk of the officers over HTTP: list, look, claim, decide."""

from services.verification.api.routes import install as install
