"""`python -m services.verification api|worker|relay|all`, and `registry generate|import|pick`, `staff invite-admin NAME`, `console`."""

from services.verification.console import console_command
from services.verification.settings import Settings
from services.verification.wiring import build, registry, staff_command
from shared.process import main

if __name__ == "__main__":
    main("verification", Settings, build, {"registry": registry, "staff": staff_command, "console": console_command})
