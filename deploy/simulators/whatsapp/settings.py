"""Settings of the WhatsApp simulator: one process, one environment."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr

from shared.settings import Environment


class Settings(Environment):
    """What can be set from the environment, each by its upper-case name."""

    host: str = "127.0.0.1"
    port: int = 8111
    public_url: str | None = Field(default=None, description="Base of media addresses; http://HOST:PORT when empty.")

    app_secret: SecretStr = Field(description="Signs webhooks: X-Hub-Signature-256.")
    access_token: SecretStr = Field(description="The bearer token that the business must send.")
    verify_token: SecretStr | None = Field(default=None, description="Used by POST /sim/handshake.")
    webhook_url: str = "http://127.0.0.1:8101/v1/webhooks/whatsapp"

    phone_number_id: str = "106540352242922"
    business_account_id: str = "102290129340398"
    display_phone_number: str = "628113519000"
    business_name: str = "PAK'DE ON Disdukcapil Kab. Madiun"
    registry_csv: Path | None = Field(default=None, description="The sample population register, for the sample persons of the chat page.")
    state_file: Path | None = Field(default=None, description="What is kept over a restart; without it nothing is.")

    sent_after_ms: int = Field(default=15, ge=0, description="Accepted to the status `sent`.")
    delivered_after_ms: int = Field(default=60, ge=0, description="Accepted to the status `delivered`.")
    read_after_ms: int = Field(default=150, ge=0, description="Accepted to `read`, for a citizen who reads by himself.")
    auto_read: bool = Field(default=False, description="Whether new citizens read by themselves, without the chat page.")

    webhook_timeout_seconds: float = 10.0
    webhook_retry_first_ms: int = Field(default=500, ge=1, description="Doubled after each failure.")
    webhook_retry_max_seconds: float = 30.0
    webhook_lanes: int = Field(default=16, ge=1, description="Posts in flight at most; one citizen stays in one lane.")
    webhook_batch_max: int = Field(default=1, ge=1, le=1000, description="Changes in one POST at most, when several wait in a lane.")
    webhook_pending_max: int = Field(default=100_000, ge=1)

    enforce_window: bool = True
    window_error_via: str = Field(default="webhook", pattern="^(webhook|response)$", description="How 131047 comes back.")
    pair_burst: int = Field(default=45, ge=0, description="Messages to one person in a burst; 0 = no pair limit.")
    pair_seconds: float = Field(default=6.0, gt=0, description="Then one per this time.")
    throughput_per_second: int = Field(default=80, ge=0, description="Per business number; 0 = no limit.")
    strict_templates: bool = Field(default=True, description="Refuse templates that were not registered (132001).")

    media_max_total_bytes: int = Field(default=268_435_456, description="The oldest files make room.")
    media_url_seconds: int = Field(default=300, description="Validity of a media address.")
    hang_seconds: float = Field(default=120.0, description="How long a call that is never answered is held open.")
    history_max: int = Field(default=20_000, description="Effects kept.")
    citizens_max: int = Field(default=20_000)
    conversation_max: int = Field(default=500, description="Messages kept per citizen.")

    @property
    def base_url(self) -> str:
        """Where media addresses point to."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")
