"""Settings of the simulator of the Graph API: one process, one environment."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr

from shared.settings import Environment


class Settings(Environment):
    """What can be set from the environment, each by its upper-case name."""

    host: str = "127.0.0.1"
    port: int = 8113
    public_url: str | None = Field(default=None, description="Base of the addresses of posts; http://HOST:PORT when empty.")

    app_secret: SecretStr = Field(description="Signs webhooks: X-Hub-Signature-256.")
    access_token: SecretStr = Field(description="The bearer token that the business must send.")
    webhook_url: str = "http://127.0.0.1:8104/v1/webhooks/meta"
    instagram_node: str = "17841400008460056"
    page_node: str = "106912345678901"
    instagram_name: str = "disdukcapil.kabmadiun"
    page_name: str = "Disdukcapil Kabupaten Madiun"
    followers: int = Field(default=4_200, ge=0, description="Of each account: a post is shown to some of them.")
    state_file: Path | None = Field(default=None, description="What is kept over a restart; without it nothing is.")

    container_ms: int = Field(default=600, ge=0, description="Until a container has fetched its picture.")
    container_hours: float = Field(default=24.0, gt=0, description="Then a container that was not published has expired.")
    posts_a_day: int = Field(default=100, ge=0, description="Posts of an account in 24 hours (content_publishing_limit).")
    growth_seconds: float = Field(default=300.0, gt=0, description="In which a post is shown to six in ten of whom it reaches at last.")
    picture_max_bytes: int = Field(default=8 * 1024 * 1024, description="A larger picture is refused (36000).")
    fetch_seconds: float = Field(default=5.0, gt=0, description="How long a picture may take to come.")
    hang_seconds: float = Field(default=120.0, description="How long a call that is never answered is held open.")
    webhook_timeout_seconds: float = 10.0
    webhook_retry_first_ms: int = Field(default=500, ge=1, description="Doubled after each failure.")
    webhook_retry_max_seconds: float = 30.0

    @property
    def base_url(self) -> str:
        """Where the addresses of posts point to."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")
