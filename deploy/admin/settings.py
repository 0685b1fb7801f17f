"""What the operator's commands need beyond those of `shared.messaging.admin`: where backups lie, by which keys, how often and how long."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr

from deploy.admin.refusal import Refused
from shared.messaging.admin import DatabaseNames


class BackupSettings(DatabaseNames):
    """The environment of `admin backup`, `restore` and `drill`."""

    backup_mongo_url: Annotated[
        SecretStr, Field(description="mongodb:// with the user `backup`, who reads the services' databases and the oplog, and makes drills")
    ] = SecretStr("")
    mongo_url: Annotated[SecretStr, Field(description="mongodb:// with the operator's user: restores into empty databases")] = SecretStr("")
    admin_urls: Annotated[dict[str, str], Field(default_factory=dict, description="JSON: address by service: none may answer at a restore")]
    backup_target: Annotated[
        str, Field(description="A folder, sftp://user@host[:port]/folder or s3://bucket/prefix; outside this house")
    ] = ""
    backup_recipients_file: Annotated[Path | None, Field(description="File of the public keys (age) that backups are encrypted for")] = None
    backup_state: Annotated[Path | None, Field(description="Folder of the state, which goes with each full backup; empty = without")] = None
    backup_variables: Annotated[
        Path | None, Field(description="File of compose's variables (.env), which goes with the state as compose.env; empty = without")
    ] = None
    backup_scratch: Annotated[Path, Field(description="Folder for one encrypted part at a time")] = Path("/tmp")  # noqa: S108 - encrypted
    backup_at: Annotated[time, Field(description="When the full backup of a day is made, in the clock of the office")] = time(1, 0)
    backup_copy_seconds: Annotated[
        float, Field(gt=0, le=300, description="How often what changed is copied: the most that can be lost")
    ] = 60.0
    backup_metrics_host: Annotated[str, Field(description="Address on which the age of the backups is told")] = "127.0.0.1"
    backup_metrics_port: Annotated[int, Field(ge=0, le=65535, description="Port of its /metrics; 0 = it is not told")] = 0
    backup_beat: Annotated[Path | None, Field(description="File that `backup keep` touches between two copies; empty = none")] = None
    backup_keep_days: Annotated[
        int, Field(ge=1, description="Full backups of so many days are kept, and every change since the oldest")
    ] = 14
    backup_keep_months: Annotated[int, Field(ge=0, description="The first full backup of so many months is kept beside them")] = 12
    backup_reserve_documents: Annotated[
        int, Field(ge=1, le=900_000, description="Document numbers of a kind and day that a restore leaves out, for those it can't know of")
    ] = 1_000
    backup_reserve_register: Annotated[
        int, Field(ge=1, le=5_000, description="NIK and family card numbers of a district and day that a restore leaves out")
    ] = 100
    rabbitmq_api_url: Annotated[
        str,
        Field(description="Management API of the broker's nodes, user in it: definitions go with each full backup; empty = without"),
    ] = ""
    amqp_vhost: Annotated[str, Field(description="Virtual host of the product: what `restore broker` brings back is of it")] = "/"
    sftp_key_file: Annotated[Path | None, Field(description="File of the private key for an SFTP target")] = None
    sftp_known_hosts_file: Annotated[Path | None, Field(description="File with the host key of an SFTP target (`ssh-keyscan`)")] = None
    sftp_answer_seconds: Annotated[
        float, Field(gt=0, description="How long an SFTP target may take to answer; for what is sent, a second more for each 50 kB")
    ] = 120.0
    s3_endpoint: Annotated[str, Field(description="Address of the S3 service, such as https://s3.id-jkt-1.example.id")] = ""
    s3_region: Annotated[str, Field(description="Region of the bucket")] = "us-east-1"
    s3_access_key: Annotated[str, Field(description="Access key of an S3 target")] = ""
    s3_secret_key: Annotated[SecretStr, Field(description="Its secret")] = SecretStr("")

    def recipients(self) -> Path:
        """Return the file of the public keys.

        Raises:
            Refused: `setting_missing`.
        """
        if self.backup_recipients_file is None or not self.backup_recipients_file.is_file():
            raise Refused("setting_missing", "BACKUP_RECIPIENTS_FILE")
        return self.backup_recipients_file
