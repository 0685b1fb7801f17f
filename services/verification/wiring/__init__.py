"""Everything of this service is put together here, and only here."""

from services.verification.wiring.build import build as build
from services.verification.wiring.registry import registry as registry
