"""Everything of this service is put together here, and only here."""

from services.verification.wiring.registry import registry as registry
from services.verification.wiring.service import build as build
