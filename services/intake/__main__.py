"""`python -m services.intake api|worker|relay|all`, or `parked` and `replay [KEY]` for messages of chats that were given up."""

from services.intake.settings import Settings
from services.intake.wiring import build, list_parked, replay_parked
from shared.process import main

if __name__ == "__main__":
    main("intake", Settings, build, commands={"parked": list_parked, "replay": replay_parked})
