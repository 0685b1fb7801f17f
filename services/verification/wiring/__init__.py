"""The assembly of verification: its process, and its `registry` command."""

from services.verification.wiring.registry import registry as registry
from services.verification.wiring.service import build as build
