"""`python -m services.intake api|worker|relay|all`; `parked`, `replay [KEY]`, `discard KEY WHY` for chat messages that were given up."""

from services.intake.settings import Settings
from services.intake.wiring import build, discard_parked, list_parked, replay_parked
from shared.process import main

if __name__ == "__main__":
    main("intake", Settings, build, commands={"parked": list_parked, "replay": replay_parked, "discard": discard_parked})
