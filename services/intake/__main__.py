"""`python -m services.intake api|worker|relay|all`, and `funnel rebuild`."""

from services.intake.settings import Settings
from services.intake.wiring import build
from services.intake.wiring.funnel import funnel_command
from shared.process import main

if __name__ == "__main__":
    main("intake", Settings, build, {"funnel": funnel_command})
