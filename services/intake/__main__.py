"""`python -m services.intake api|worker|relay|all`."""

from services.intake.settings import Settings
from services.intake.wiring import build
from shared.process import main

if __name__ == "__main__":
    main("intake", Settings, build)
