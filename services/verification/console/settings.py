"""The environment of the terminal console."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr

from shared.settings import Environment


class ConsoleSettings(Environment):
    """Where it listens, where it works, and as whom."""

    console_url: Annotated[SecretStr, Field(description="amqp:// or amqps:// of the console's own user, who is called as its queue")]
    console_ca_file: Annotated[Path | None, Field(description="PEM file of the authority that amqps:// trusts; empty = the system's")] = (
        None
    )
    verification_url: Annotated[str, Field(pattern=r"^https?://[^?#]*[^?#/]$", description="Verification's API, or the front door")] = (
        "http://127.0.0.1:8102"
    )
    officer_key: Annotated[SecretStr, Field(description="API key of an officer; empty = sign in with name, password and code")] = SecretStr(
        ""
    )
