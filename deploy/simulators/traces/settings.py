"""Settings of the collector: one process, one environment."""

from __future__ import annotations

from pydantic import Field

from shared.settings import Environment


class Settings(Environment):
    """What can be set from the environment, each by its upper-case name."""

    host: str = "127.0.0.1"
    port: int = 8114
    kept_traces: int = Field(default=20_000, ge=1, description="So many are kept, the latest ones: about 100 MB")
