"""Settings of the court simulator: one process, one environment."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr

from shared.settings import Environment


class Settings(Environment):
    """What can be set from the environment, each by its upper-case name."""

    host: str = "127.0.0.1"
    port: int = 8112

    court_code: str = "PA.Kab.Mn"
    court_name: str = "Pengadilan Agama Kabupaten Madiun"
    decisions_url: str = "http://127.0.0.1:8101/v1/court/decisions"
    decision_secret: SecretStr = Field(description="whsec_…: signs what the court sends (Standard Webhooks).")
    callback_secret: SecretStr = Field(description="whsec_…: verifies what comes back.")
    general_code: str = "PN.Mjy"
    general_name: str = "Pengadilan Negeri Kabupaten Madiun"
    general_decision_secret: SecretStr | None = Field(default=None, description="Signs changes of name; without it none are sent.")
    general_callback_secret: SecretStr | None = Field(default=None, description="Verifies what comes back of them.")
    registry_csv: Path | None = Field(default=None, description="The sample population register, to fill the form from.")
    state_file: Path | None = Field(default=None, description="What is kept over a restart; without it nothing is.")

    send_timeout_seconds: float = 10.0
    retry_first_ms: int = Field(default=500, ge=1, description="Doubled after each failure.")
    retry_max_seconds: float = 30.0
    retry_attempts: int = Field(default=20, ge=1, description="Then the clerk must send again.")
    hang_seconds: float = Field(default=120.0, description="How long a call that is never answered is held open.")
    decisions_max: int = Field(default=2_000, description="Decisions kept.")
    callbacks_max: int = Field(default=20_000, description="Callbacks kept.")
    families_max: int = Field(default=200, description="Sample families offered.")
