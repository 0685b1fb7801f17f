"""The assembly of verification: its process, and its `registry` and `staff` commands."""

from services.verification.wiring.registry import registry as registry
from services.verification.wiring.service import build as build
from services.verification.wiring.staff import staff_command as staff_command
