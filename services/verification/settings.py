"""The environment of verification."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr

from shared.settings import Environment, OfficeSettings, ServiceSettings


class AccountSettings(Environment):
    """What holds for accounts and their sessions."""

    desk_session_keys: Annotated[
        SecretStr,
        Field(description="PEM of EC keys on P-256, one below the other: the first signs, all are published; empty = one of this start"),
    ] = SecretStr("")
    desk_idle_minutes: Annotated[
        float, Field(gt=15, description="How long a browser may be silent before its session ends, in minutes")
    ] = 60.0
    desk_session_hours: Annotated[float, Field(gt=0.25, description="How long a session lasts at most after the sign-in, in hours")] = 12.0
    sign_in_pause_minutes: Annotated[
        float, Field(gt=0, description="Pause of a name after five wrong tries, in minutes; doubled with each further five, up to a day")
    ] = 15.0
    invitation_hours: Annotated[float, Field(gt=0, description="How long an invitation can be used, in hours")] = 72.0
    desk_admin_contact: Annotated[str, Field(max_length=200, description="Where staff find an admin, as the sign-in says it")] = ""
    oidc_issuer: Annotated[
        str,
        Field(
            pattern=r"^(https?://[^?#]+)?$", description="Sign-in by the regency's own accounts (OpenID Connect): the issuer; empty = off"
        ),
    ] = ""
    oidc_client_id: Annotated[str, Field(description="Our client id there")] = ""
    oidc_client_secret: Annotated[SecretStr, Field(description="Our client secret there")] = SecretStr("")
    oidc_login_claim: Annotated[str, Field(description="The claim of its id token that is the name of the account here")] = (
        "preferred_username"
    )
    desk_url: Annotated[
        str,
        Field(
            pattern=r"^https?://[^?#]*[^?#/]$", description="Where browsers find the desk, without /desk: for links and for OpenID Connect"
        ),
    ] = "http://127.0.0.1:8102"


class Settings(OfficeSettings, AccountSettings, ServiceSettings):
    """The settings of verification, beside those of every service."""

    port: Annotated[int, Field(ge=0, le=65535, description="Port of the HTTP side; every role has /livez, /readyz and /metrics")] = 8102
    intake_url: Annotated[str, Field(description="Where intake serves the attachments")] = "http://127.0.0.1:8101"
    intake_api_key: Annotated[SecretStr, Field(description="Our key at intake, with the scope files:read")] = SecretStr("")
    intake_timeout_seconds: Annotated[float, Field(gt=0, description="Longest wait for intake's next bytes, in seconds")] = 10.0
    claim_lease_minutes: Annotated[float, Field(gt=0, description="How long a claimed task is one officer's, in minutes")] = 20.0
    reserved_hours: Annotated[
        float, Field(ge=0, description="How long the task of a mended request is its earlier officer's alone, in hours")
    ] = 4.0
    undo_seconds: Annotated[
        float, Field(ge=0, le=60, description="How long an officer can undo a decision before it takes effect, in seconds; 0 = not at all")
    ] = 10.0
    claims_at_once: Annotated[int, Field(ge=1, le=100, description="Tasks that one officer may hold at a time")] = 8
    elderly_age: Annotated[int, Field(ge=1, description="From which age, in years, who asks comes earlier (UU 13/1998: 60)")] = 60
    sample_every: Annotated[
        int, Field(ge=1, description="Of how many all-green tasks that are approved together one must have been opened")
    ] = 10
    amber_hours: Annotated[float, Field(ge=0, description="Working hours before its promise at which a task turns amber")] = 2.0
    red_hours: Annotated[float, Field(ge=0, description="Working hours after its promise at which it turns red, and the head is told")] = (
        0.0
    )
    decisions_poll_seconds: Annotated[
        float, Field(gt=0, description="How often it is looked for decisions to take effect and promises that are near, in seconds")
    ] = 1.0
    register_poll_seconds: Annotated[
        float, Field(gt=0, description="How often it is looked whether the register can be read, in seconds")
    ] = 5.0
    register_return_seconds: Annotated[
        float, Field(gt=0, description="How often it is looked while the work is paused, so that it goes on soon, in seconds")
    ] = 1.0
    register_failures: Annotated[
        int, Field(ge=1, description="After how many looks in a row that failed the work on the register is paused")
    ] = 3
    second_approval: dict[str, bool] = Field(
        default_factory=dict,
        description='JSON: whether an approval of a service needs a second one, such as {"akta_lahir": true}; else its file says when',
    )
    automatic: dict[str, bool] = Field(
        default_factory=dict, description='JSON: whether a service may be approved without an officer, such as {"kk_hilang": false}'
    )


class RegistrySettings(Environment):
    """The settings of the `registry` command: the database alone."""

    mongo_url: Annotated[SecretStr, Field(description="mongodb:// of a replica set")]
    mongo_database: Annotated[str, Field(description="Database of this service; empty = the service's name")] = ""


class StaffSettings(AccountSettings, RegistrySettings):
    """The settings of the `staff` command: the database, and what holds for accounts."""

    desk_secure: Annotated[
        bool, Field(description="As the service has it; accounts for a demonstration are made where it is false alone")
    ] = True
