"""The databases of four services, a place for backups and its keys, and a service that issues documents in between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from deploy.admin import sealing
from deploy.admin.restoring import Backup
from deploy.admin.settings import BackupSettings
from deploy.admin.targets import FolderTarget
from shared.contracts.registry import SERVICES

Client = MongoClient[dict[str, Any]]


@dataclass(frozen=True)
class House:
    """The databases of a system, by service, and what its backups need."""

    client: Client
    url: str
    databases: Mapping[str, str]
    folder: Path

    @property
    def settings(self) -> BackupSettings:
        """What the commands read."""
        return BackupSettings(
            backup_mongo_url=self.url,
            mongo_url=self.url,
            databases=dict(self.databases),
            backup_target=str(self.folder / "target"),
            backup_recipients_file=self.folder / "recipients",
            backup_state=self.folder / "state",
            backup_scratch=self.folder / "scratch",
        )

    @property
    def backup(self) -> Backup:
        """The place of the backups, and the key that opens them."""
        return Backup(FolderTarget(self.folder / "target"), self.folder / "identity", self.folder / "scratch")

    def rows(self, databases: Mapping[str, str] | None = None) -> dict[str, list[dict[str, Any]]]:
        """Every row of every collection, by service and name."""
        found = {}
        for service, name in (databases or self.databases).items():
            for collection in self.client[name].list_collection_names():
                rows = list(self.client[name][collection].find().sort("_id", 1))
                if rows:
                    found[f"{service}.{collection}"] = rows
        return found


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a key pair."""
    folder = tmp_path_factory.mktemp("keys")
    (folder / "recipients").write_text(sealing.make_key(folder / "identity") + "\n")
    return folder


@pytest.fixture
def house(mongo_url: str, database: str, tmp_path: Path, keys: Path) -> Any:
    """A system whose databases are empty."""
    for name in ("recipients", "identity"):
        (tmp_path / name).write_bytes((keys / name).read_bytes())
    for name in ("scratch", "state"):
        (tmp_path / name).mkdir()
    (tmp_path / "state" / "profile").write_text("demo")
    with Client(mongo_url, tz_aware=True) as client:
        yield House(client, mongo_url, {service: f"{database}_{service}" for service in SERVICES}, tmp_path)
