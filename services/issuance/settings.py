"""The environment of issuance."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr

from shared.settings import Environment, PageSettings, ServiceSettings


class ArchiveSettings(Environment):
    """The settings of the `numbers` command: the database alone."""

    mongo_url: Annotated[SecretStr, Field(description="mongodb:// of a replica set")]
    mongo_database: Annotated[str, Field(description="Database of this service; empty = the service's name")] = ""


class Settings(PageSettings, ServiceSettings):
    """Issuance's own settings beside those of every service."""

    port: Annotated[int, Field(ge=0, le=65535, description="Port of the HTTP side; every role has /livez, /readyz and /metrics")] = 8103
    check_base_url: Annotated[
        str,
        Field(pattern=r"^https?://[^?#]+$", description="Public address of this service; QR codes carry it + /v/{token}, so it must last"),
    ] = "http://127.0.0.1:8103"
    signer_dir: Annotated[
        Path,
        Field(
            description="Folder with signer.pem, signer-key.pem (RSA) and ca.pem; `python -m services.issuance demo-ca --out DIR` makes one"
        ),
    ]
    signer_genuine: Annotated[
        bool, Field(description="true only with a certificate of an authority (PSrE); anything else is printed with the demo mark")
    ] = False
    office_file: Annotated[Path | None, Field(description="TOML with the office's texts in place of templates/office.toml")] = None
    officer_name: Annotated[
        str,
        Field(max_length=120, description="Who signs, as documents name them (compose: by the certificate); empty: the office's texts"),
    ] = ""
    officer_nip: Annotated[str, Field(pattern=r"^([0-9]{18})?$", description="Their NIP; empty: as the office's texts have it")] = ""
    renderer_seconds: Annotated[float, Field(gt=0, description="Time limit for typesetting and signing one sheet, in seconds")] = 10.0
    renderer_start_seconds: Annotated[float, Field(gt=0, description="Time limit for starting the renderer, in seconds")] = 30.0
    renderer_memory_mib: Annotated[int, Field(ge=256, description="Address space of a renderer process, in MiB")] = 768
    renderer_processes: Annotated[
        int,
        Field(ge=1, le=16, description="Renderer processes at most; the first is always there, the others start when the line grows long"),
    ] = 2
    renderer_sheets_per_life: Annotated[int, Field(ge=1, description="Sheets after which a renderer process is replaced")] = 2000
    renderer_at_once: Annotated[
        int, Field(ge=1, le=32, description="Documents in work at a time: some in the renderer, the others being stored")
    ] = 16
    renderer_batcher_sheets: Annotated[int, Field(ge=1, description="Printed sheets that are stored and told together at most")] = 8
    renderer_batcher_seconds: Annotated[
        float, Field(ge=0, description="How long a printed sheet waits for those still in the renderer, in seconds; 0: for none")
    ] = 0.25
    renderer_poll_seconds: Annotated[
        float, Field(gt=0, description="How often the renderer looks for work without being woken, in seconds")
    ] = 1.0
    renderer_alarm_seconds: Annotated[
        float, Field(gt=0, description="Age of the oldest document still waiting for the renderer that makes the service not ready")
    ] = 60.0
    print_lease_seconds: Annotated[
        float, Field(gt=0, description="After this long without a sign of life an attempt counts as dead, in seconds; renewed thrice in it")
    ] = 6.0
    print_attempts: Annotated[int, Field(ge=1, description="Attempts before a document is held for a person")] = 8
    blanks_low: Annotated[int, Field(ge=0, description="Blank cards of a kind below which the desk says that more must be ordered")] = 100
