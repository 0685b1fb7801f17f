"""The environment of the notifier."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from services.notifier.domain.posting.accounts import GRAPH, Platform
from shared.settings import OfficeDaysSettings, PublicSettings, ServiceSettings, WhatsappSettings


class CourtEndpoint(BaseModel):
    """The callback endpoint of one court."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    court: Annotated[str, Field(min_length=1, max_length=64)]
    url: Annotated[str, Field(pattern=r"^https?://[^?#]+$")]
    secret: SecretStr
    can_be_asked: bool = True


class SocialAccountSetting(BaseModel):
    """An account of the office on social media. With `node` and `token` posts leave through the Graph API, without them by hand."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]{0,39}$")]
    platform: Platform
    name: Annotated[str, Field(min_length=1, max_length=80)]
    node: Annotated[str, Field(pattern=r"^[0-9]*$", max_length=40)] = ""
    token: SecretStr = SecretStr("")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.node and self.platform not in GRAPH:
            raise ValueError(f"{self.code}: posts of {self.platform} are made by hand, without node and token")
        if bool(self.node) != bool(self.token.get_secret_value()):
            raise ValueError(f"{self.code}: node and token belong together")
        return self


class Settings(OfficeDaysSettings, PublicSettings, WhatsappSettings, ServiceSettings):
    """The notifier's own settings beside those of every service."""

    port: Annotated[int, Field(ge=0, le=65535, description="Port of the HTTP side; every role has /livez, /readyz and /metrics")] = 8104
    whatsapp_per_second: Annotated[float, Field(gt=0, description="Messages a second of the number, over all processes")] = 80.0
    whatsapp_pair_seconds: Annotated[float, Field(gt=0, description="One message to one person per so many seconds, after the burst")] = 6.0
    whatsapp_pair_burst: Annotated[int, Field(ge=1, description="Messages to one person in a burst")] = 45
    whatsapp_window_hours: Annotated[
        float, Field(gt=0, le=24, description="Free messages go out so many hours after the person's last one; then the template")
    ] = 24.0
    court_endpoints: Annotated[
        tuple[CourtEndpoint, ...],
        Field(description='JSON list of {"court", "url", "secret" (whsec_…), "can_be_asked"}: where each court is told'),
    ] = ()
    issuance_url: Annotated[str, Field(description="Where issuance serves documents")] = "http://127.0.0.1:8103"
    issuance_api_key: Annotated[SecretStr, Field(description="Our key at issuance, with the scope documents:read")] = SecretStr("")
    answer_seconds: Annotated[float, Field(gt=0, le=60, description="Longest wait for an answer to one call, in seconds")] = 10.0
    lane_lease_seconds: Annotated[
        float,
        Field(gt=0, description="How long a recipient is one process's without a sign of life, in seconds; renewed thrice in it"),
    ] = 10.0
    unknown_seconds: Annotated[
        float,
        Field(gt=0, description="How long a try without an answer waits for a sign before a repeat, in seconds; ANSWER_SECONDS at least"),
    ] = 20.0
    lanes_at_once: Annotated[int, Field(ge=1, le=500, description="Recipients served at the same time by one process")] = 48
    stuck_seconds: Annotated[
        float, Field(gt=0, description="Age of the oldest unsent notice that makes the service not ready, in seconds")
    ] = 900.0

    broadcast_from: Annotated[time, Field(description="Broadcasts leave from this hour on (WIB), on the office's working days")] = time(8)
    broadcast_until: Annotated[time, Field(description="Broadcasts leave until this hour (WIB); chats and notices always do")] = time(17)
    broadcast_on_days_off: Annotated[bool, Field(description="Broadcasts leave on days on which the office does not work, too")] = False
    broadcast_per_second: Annotated[
        float, Field(gt=0, description="Messages a second of one broadcast at most; whoever writes it may choose fewer")
    ] = 40.0
    broadcast_rest_days: Annotated[float, Field(ge=0, description="Days between two broadcasts to one person, at least")] = 7.0
    broadcast_recipient_days: Annotated[
        float, Field(ge=30, description="How long it is kept who got which broadcast, in days: BROADCAST_REST_DAYS at least")
    ] = 365.0
    early_status_days: Annotated[
        float, Field(ge=1, description="How long a status is kept whose message was never sent from here, in days")
    ] = 30.0
    remark_days: Annotated[
        float, Field(ge=1, description="How long comments and messages on social media are kept after they were written, in days")
    ] = 730.0
    broadcast_alone_most: Annotated[
        int, Field(ge=0, description="People whom one person may write to alone; to more somebody else starts the broadcast")
    ] = 50
    broadcast_people_a_day: Annotated[
        int,
        Field(ge=1, description="People told by broadcasts in 24 hours at most: Meta's limit of the account (250, 2000, 10000, …)"),
    ] = 2000
    broadcast_echo_seconds: Annotated[
        float, Field(gt=0, description="WhatsApp's first word of a message that is later than this slows broadcasts down, in seconds")
    ] = 1.0
    broadcast_errors_share: Annotated[
        float, Field(gt=0, le=1, description="Share of a broadcast's messages that may fail; with more it holds itself")
    ] = 0.1
    broadcast_errors_after: Annotated[int, Field(ge=1, description="Messages of a broadcast after which that share counts")] = 50
    broadcast_prices: Annotated[
        dict[str, float],
        Field(default_factory=dict, description='JSON: price of one message by category, such as {"marketing": 597, "utility": 363}'),
    ]
    broadcast_currency: Annotated[str, Field(max_length=8, description="Currency of these prices, as it is shown")] = "Rp"

    social_accounts: Annotated[
        tuple[SocialAccountSetting, ...],
        Field(
            description='JSON list of {"code", "platform" (instagram, facebook, tiktok, x, youtube, telegram), "name", "node", "token"}; '
            "without node and token posts there are made by hand"
        ),
    ] = ()
    intake_url: Annotated[str, Field(description="Where intake serves pieces of its studio")] = "http://127.0.0.1:8101"
    intake_api_key: Annotated[SecretStr, Field(description="Our key at intake, with the scope pieces:read")] = SecretStr("")
    graph_url: Annotated[
        str, Field(pattern=r"^https?://[^?#]+$", description="Graph API for posts, without version; http only for a simulator")
    ] = "https://graph.facebook.com"
    graph_version: Annotated[str, Field(pattern=r"^v[0-9]{1,3}\.[0-9]$", description="Version of the Graph API for posts")] = "v25.0"
    graph_app_secret: Annotated[
        SecretStr, Field(description="Signs what Meta tells of comments and messages; empty: nothing is taken in")
    ] = SecretStr("")
    graph_verify_token: Annotated[SecretStr, Field(description="Token of the handshake of that webhook")] = SecretStr("")
    post_pictures_url: Annotated[
        str, Field(pattern=r"^(https?://[^?#]+)?$", description="Where Meta fetches pictures of posts from us; empty = PUBLIC_URL")
    ] = ""
    post_unknown_seconds: Annotated[
        float, Field(gt=0, description="How long a post without an answer rests before the account is asked for it, in seconds")
    ] = 20.0
    post_prepared_seconds: Annotated[
        float, Field(gt=0, description="Between looks at whether Instagram has fetched the pictures, in seconds")
    ] = 5.0
    post_measure_minutes: Annotated[
        float, Field(gt=0, description="Between looks at the numbers of a post of the last two days, in minutes; then daily for a month")
    ] = 60.0
    post_picture_max_bytes: Annotated[int, Field(ge=1024, description="Largest picture of a post, in bytes: Instagram takes 8 MiB")] = (
        8 * 1024 * 1024
    )
    post_answer_hours: Annotated[
        float, Field(gt=0, description="Working hours in which a comment or message that asks something is to be answered")
    ] = 4.0
    post_answers_with_link: Annotated[
        bool, Field(description="Who names a service in a comment is answered with the link to the chat by itself")
    ] = True
    inspection_seconds: Annotated[float, Field(gt=0, description="How long one picture may be looked at, in seconds")] = 20.0
    inspection_start_seconds: Annotated[
        float, Field(gt=0, description="How long the process that looks at pictures may take to start, in seconds")
    ] = 60.0
    inspection_memory_mib: Annotated[int, Field(ge=256, description="Address space of the process that looks at pictures, in MiB")] = 768
    inspection_files_per_life: Annotated[int, Field(ge=1, description="Pictures after which that process is replaced")] = 2_000

    @model_validator(mode="after")
    def _accounts_differ(self) -> Self:
        codes = [account.code for account in self.social_accounts]
        if len(codes) != len(set(codes)):
            raise ValueError("SOCIAL_ACCOUNTS: two accounts of one code")
        return self

    @model_validator(mode="after")
    def _broadcasts_have_hours(self) -> Self:
        if self.broadcast_from >= self.broadcast_until:
            raise ValueError("BROADCAST_FROM must be before BROADCAST_UNTIL")
        return self

    @model_validator(mode="after")
    def _rests_are_remembered(self) -> Self:
        if self.broadcast_recipient_days < self.broadcast_rest_days:
            raise ValueError("BROADCAST_RECIPIENT_DAYS: nobody would know who rests for BROADCAST_REST_DAYS")
        return self
