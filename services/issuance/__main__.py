"""`python -m services.issuance api|worker|relay|all`, or `demo-ca --out DIR`, `numbers audit`."""

from services.issuance.settings import Settings
from services.issuance.wiring import build, make_demo_ca, numbers_command
from shared.process import main

if __name__ == "__main__":
    main("issuance", Settings, build, commands={"demo-ca": make_demo_ca, "numbers": numbers_command})
