"""Several renderers as one."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from services.issuance.adapters.renderer.pool import LONG_LINE, Pool
from services.issuance.wiring import TEMPLATES
from shared.clock import now
from shared.errors import Transient
from tests.integration.issuance.conftest import ROOMY, sheet_of
from tests.support.approvals import AT, approval
from tests.support.eventually import eventually
from tests.support.office_answers import authority_files


async def print_many(pool: Pool, count: int) -> None:
    sheet = sheet_of(approval("ktp"))
    await asyncio.gather(*(pool.render("ktp", sheet, made_at=AT) for _ in range(count)))


async def two_at_work(pool: Pool) -> tuple[int, ...]:
    await pool.start()
    await print_many(pool, LONG_LINE + 2)
    return await eventually(lambda: pool.process_ids if len(pool.process_ids) == 2 else (), 60)


async def test_a_short_line_needs_one_renderer(pool: Pool) -> None:
    await pool.start()
    await print_many(pool, LONG_LINE)
    assert len(pool.process_ids) == 1


async def test_a_long_line_starts_another_and_no_third(pool: Pool) -> None:
    children = await two_at_work(pool)
    await print_many(pool, 4 * LONG_LINE)
    assert pool.process_ids == children


async def test_the_other_prints_while_one_is_gone(pool: Pool) -> None:
    first, second = await two_at_work(pool)
    os.kill(first, signal.SIGKILL)
    await eventually(lambda: pool.process_ids == (second,))
    await print_many(pool, 2)
    assert pool.process_ids == (second,)


async def test_a_renderer_that_stops_in_the_middle_fails_its_own_sheets_only(pool: Pool) -> None:
    await two_at_work(pool)
    for child in pool.process_ids:
        os.kill(child, signal.SIGSTOP)
    first, second = (asyncio.create_task(print_many(pool, 1)) for _ in range(2))
    await eventually(lambda: [renderer.waiting for renderer in pool._renderers] == [1, 1])
    dead, alive = pool.process_ids
    os.kill(dead, signal.SIGKILL)
    os.kill(alive, signal.SIGCONT)
    with pytest.raises(Transient) as caught:
        await first
    assert caught.value.code == "renderer_died"
    await second


async def test_close_ends_all(pool: Pool) -> None:
    await two_at_work(pool)
    await pool.close()
    assert pool.process_ids == ()


async def test_a_new_certificate_is_taken_up_once_the_old_one_is_over(tmp_path: Path) -> None:
    def lay(files: Mapping[str, str]) -> dict[str, str]:
        for name, text in files.items():
            (tmp_path / Path(name).name).write_text(text)
        return {"certificate": str(tmp_path / "signer.pem"), "key": str(tmp_path / "signer-key.pem"), "chain": str(tmp_path / "ca.pem")}

    setup = {**lay(authority_files(timedelta(days=-1))), "templates": str(TEMPLATES), "products": [], "location": "x", "genuine": False}
    pool = Pool(setup, ROOMY, 1)
    old = await pool.start()
    [child] = pool.process_ids
    assert (await pool.start(), pool.process_ids) == (old, (child,)), "nothing is there to be taken up"
    lay(authority_files())
    new = await pool.start()
    assert new.not_after > now() > old.not_after
    assert pool.process_ids != (child,)
    lay(authority_files(timedelta(days=20)))
    assert await pool.start() == new, "one that is good stays until somebody restarts it"
    await pool.close()
