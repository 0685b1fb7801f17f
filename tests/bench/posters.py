"""Posters for all 206 villages in one file: `python -m tests.bench.posters`.

The file is ordered as the page orders it and packed by its job, with the real printer. Told are seconds, CPU of intake, its printer and
MongoDB, and the size of the file; the second order is of pieces that there are.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from deploy.local.database import MongoNode
from services.intake.jobs import BundlePacking
from shared import logs
from shared.clock import monotonic_seconds
from shared.reference.regions import villages
from tests.integration.intake.desk import Desk, act
from tests.integration.intake.rig import Rig, only, settings

WANTED = {"layanan": "kk_hilang", "kampanye": "KK 2026", "kecamatan": ""}


async def _bench(node: MongoNode) -> None:
    rig = Rig(settings(node.url, "bench_intake"))
    await rig.wiring.prepare()
    desk = Desk(rig)
    packing = BundlePacking(rig.wiring.deps, rig.wiring.units)
    for size in ("a4", "a4-hemat"):
        began, spent = monotonic_seconds(), _cpu(node)
        await act(desk.browser("outreach"), "/desk/konten/paket", expected=303, **(WANTED | {"ukuran": size}))
        await packing.turn()
        bundle = only([row for row in await rig.rows("bundles") if row["order"]["form"] == size])
        assert bundle["state"] == "ready", bundle
        took, cost = monotonic_seconds() - began, _cpu(node) - spent
        sys.stdout.write(f"{size:<10}{len(villages())} posters {took:8.1f} s  CPU {cost:6.1f} s  {bundle['size_bytes'] / 1e6:6.1f} MB\n")
    await desk.close()
    await rig.close()


def _cpu(node: MongoNode) -> float:
    """CPU seconds of this process, of what it started, and of MongoDB."""
    others = [*psutil.Process().children(recursive=True), psutil.Process(node.pid)]
    times = [each.cpu_times() for each in {each.pid: each for each in others}.values()]
    return time.process_time() + sum(each.user + each.system for each in times)


def main() -> int:
    """Run it and print what was found."""
    logs.configure("intake", "bench", "ERROR")
    with TemporaryDirectory() as folder:
        node = MongoNode.private(Path(folder))
        node.start()
        try:
            asyncio.run(_bench(node))
        finally:
            node.stop()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
