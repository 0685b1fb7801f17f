"""`python -m services.notifier api|worker|relay|all`."""

from services.notifier.settings import Settings
from services.notifier.wiring import build
from shared.process import main

if __name__ == "__main__":
    main("notifier", Settings, build)
