"""The environment of verification."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr

from shared.settings import Environment, OfficeSettings, ServiceSettings


class Settings(OfficeSettings, ServiceSettings):
    """The settings of verification, beside those of every service."""

    port: Annotated[int, Field(ge=0, le=65535, description="Port of the HTTP side; every role has /livez, /readyz and /metrics")] = 8102
    intake_url: Annotated[str, Field(description="Where intake serves the attachments")] = "http://127.0.0.1:8101"
    intake_api_key: Annotated[SecretStr, Field(description="Our key at intake, with the scope files:read")] = SecretStr("")
    intake_timeout_seconds: Annotated[float, Field(gt=0, description="Longest wait for intake's next bytes, in seconds")] = 10.0
    claim_lease_minutes: Annotated[float, Field(gt=0, description="How long a claimed task is one officer's, in minutes")] = 20.0
    reserved_hours: Annotated[
        float, Field(ge=0, description="How long the task of a mended request is its earlier officer's alone, in hours")
    ] = 4.0
    automatic: dict[str, bool] = Field(
        default_factory=dict, description='JSON: whether a service may be approved without an officer, such as {"kk_hilang": false}'
    )


class RegistrySettings(Environment):
    """The settings of the `registry` command: the database alone."""

    mongo_url: Annotated[SecretStr, Field(description="mongodb:// of a replica set")]
    mongo_database: Annotated[str, Field(description="Database of this service; empty = the service's name")] = ""
