"""The start of the console in a terminal."""

from __future__ import annotations

import sys
from typing import Final

from pydantic import ValidationError

from services.verification.console.app import ConsoleApp
from services.verification.console.settings import ConsoleSettings
from shared import logs

_USAGE: Final = 2


def show() -> int:
    """Run the console until it is left. Return the exit code."""
    try:
        settings = ConsoleSettings()  # from the environment
    except ValidationError as error:
        for item in error.errors(include_input=False, include_url=False):
            sys.stderr.write(f"console: setting {'.'.join(map(str, item['loc'])).upper()}: {item['msg']}\n")
        return _USAGE
    logs.configure("verification", "console", "CRITICAL")  # the screen is for people: what is wrong is said there
    app = ConsoleApp(settings)
    app.run()
    return app.return_code or 0
