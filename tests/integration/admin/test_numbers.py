"""After a restore no number is given twice: back up, issue, restore, issue. Also where nothing of what was issued had been copied."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, timedelta

import pytest

from deploy.admin import keeping
from deploy.admin.changes import last_copied
from deploy.admin.marks import Reserve, Skipped, read_marks, skip_numbers
from deploy.admin.moments import ClusterTime
from deploy.admin.restoring import restore_databases
from services.issuance.adapters.demo_ca import ensure_demo_ca
from services.issuance.settings import Settings
from services.issuance.wiring import assemble
from services.verification.domain.rules import CardWish, NikWish, Wish
from services.verification.store.families import MongoFamilyRegister
from services.verification.store.registry import RegistryStore
from shared.clock import WIB, now
from shared.mongo import ChangeTracker, Mongo
from tests.integration.admin.conftest import House
from tests.integration.issuance.office import Desk
from tests.support.harness import Clock

RESERVE = Reserve(documents=50, register=20)
DISTRICT = "351908"


def today() -> date:
    return now().astimezone(WIB).date()


@asynccontextmanager
async def issuing(house: House, database: str) -> AsyncIterator[Desk]:
    """Issuance on a database, without a broker."""
    ca = ensure_demo_ca(house.folder / "ca", now=now() - timedelta(seconds=1)).ca.parent
    settings = Settings.model_validate(
        {"amqp_url": "amqp://127.0.0.1:1/", "mongo_url": house.url, "mongo_database": database, "port": 0, "signer_dir": ca}
    )
    clock = Clock()
    parts = assemble(settings, clock)
    await parts.prepare(database)
    yield Desk(parts.mongo, database, clock, parts.units, parts)
    await parts.renderer.close()
    await parts.mongo.close()


async def issued(house: House, database: str, *kinds: str) -> list[str]:
    """The numbers of new documents."""
    async with issuing(house, database) as desk:
        return [(await desk.document(await desk.claim(kind))).number for kind in kinds]


async def given(house: House, database: str, *wishes: Wish) -> Sequence[str]:
    """Numbers that the register gives."""
    mongo = Mongo.connect(house.url)
    unit = ChangeTracker(mongo, database)
    numbers = await MongoFamilyRegister(unit, RegistryStore(mongo, database)).take_numbers(wishes, today())
    await mongo.transact(unit.flush)
    await mongo.close()
    return numbers


def restored(house: House, homes: dict[str, str], until: ClusterTime | None) -> list[Skipped]:
    """Bring the backup back, and let the numbers go on past what may have been given."""
    found = restore_databases(house.backup, house.client, homes, until=until)
    return skip_numbers(house.client, homes, read_marks(house.backup), RESERVE, found.until, now())


@pytest.mark.parametrize("is_copied", [True, False], ids=["what was issued had been copied", "it had not"])
async def test_no_number_is_given_twice(house: House, *, is_copied: bool) -> None:
    """Before the backup, after it, and after the restore: a kind of document and a birthday that are new since included."""
    issuance, verification = house.databases["issuance"], house.databases["verification"]
    born = today() - timedelta(days=3)
    girl, boy, card = NikWish(DISTRICT, born, "P"), NikWish(DISTRICT, born, "L"), CardWish(DISTRICT)
    before = [*await issued(house, issuance, "kk", "kk"), *await given(house, verification, girl, card)]
    keeping.back_up(house.settings, lambda _: None)
    since = last_copied(house.backup.target)
    assert since is not None
    lost = [*await issued(house, issuance, "kk", "kia"), *await given(house, verification, girl, boy, card)]
    if is_copied:
        keeping.copy(house.settings, house.backup.target, since)
    homes = {service: f"{name}_back" for service, name in house.databases.items()}
    skipped = restored(house, homes, since)
    after = [*await issued(house, homes["issuance"], "kk", "kia", "kk"), *await given(house, homes["verification"], girl, boy, card, girl)]
    assert len({*before, *lost, *after}) == len(before) + len(lost) + len(after)
    assert {each.service for each in skipped} == {"issuance", "verification"}
    tomorrow = NikWish(DISTRICT, today() + timedelta(days=1), "P")
    assert (await given(house, homes["verification"], tomorrow))[0].endswith("0001"), "what nobody can have had begins at one"


async def test_a_second_restore_of_the_same_backup_gives_none_of_the_first_one(house: House) -> None:
    """What was issued after the first restore is lost too, and was never copied."""
    keeping.back_up(house.settings, lambda _: None)
    numbers: list[str] = []
    for count in range(3):
        homes = {service: f"{name}_{count}" for service, name in house.databases.items()}
        restored(house, homes, None)
        numbers += await issued(house, homes["issuance"], "kk")
        settings = house.settings.model_copy(update={"databases": homes})
        keeping.back_up(settings, lambda _: None)  # the first act of whoever restored; what is issued then is in no backup
        numbers += await issued(house, homes["issuance"], "kk", "kia")
    assert len(set(numbers)) == len(numbers), numbers
