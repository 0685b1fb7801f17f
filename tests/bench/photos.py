"""How long a photo is looked at, what CPU that takes, and what it leaves in memory: `python -m tests.bench.photos [COUNT]`.

The photos are drawn as a phone's camera takes them: 12 million pixels with noise, about 5 MB each. They go through the child process as in
intake, by the settings' defaults. Exit code 1 where a target is missed.
"""

from __future__ import annotations

import asyncio
import io
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import psutil
from PIL import Image

from services.intake.settings import Settings
from shared.child.process import ChildLimits
from shared.inspection.inspector import Inspector, PhotoLimits
from tests.bench.contenders.ground import cpu_seconds
from tests.support.photos import picture

COUNT: Final = 1_000
SIZE: Final = (4_000, 3_000)  # pixels
KINDS: Final = 8  # different photos
TARGET_MS: Final = 150  # of one photo of 5 MB, median
TARGET_MIB: Final = 250  # of the child after all of them
MIB: Final = 1024 * 1024


def drawn(number: int) -> bytes:
    """A photo of a paper, as large as a camera makes it."""
    paper = picture(f"nomor {number}", SIZE)
    noise = Image.effect_noise(SIZE, 60).convert("RGB")
    sink = io.BytesIO()
    Image.blend(paper, noise, 0.25).save(sink, "JPEG", quality=91)
    return sink.getvalue()


def _setting(name: str) -> float:
    return float(Settings.model_fields[name].default)


def inspector() -> Inspector:
    """The inspector of intake, by its settings' defaults, which does all of it in one life."""
    photo = PhotoLimits(
        max_pixels=int(_setting("photo_max_pixels")),
        longest_side=int(_setting("photo_longest_side")),
        dark_below=int(_setting("photo_dark_below")),
        blurred_below=_setting("photo_blurred_below"),
        cut_above=_setting("photo_cut_above"),
        max_pages=int(_setting("pdf_max_pages")),
        max_objects=int(_setting("pdf_max_objects")),
    )
    memory = int(_setting("inspection_memory_mib"))
    return Inspector(photo, ChildLimits(order_seconds=60, start_seconds=60, memory_mib=memory, orders_per_life=10**9))


async def main(count: int) -> int:
    """Measure, print, judge."""
    looker, spent = inspector(), []
    with tempfile.TemporaryDirectory() as folder:
        sent = []
        for number in range(KINDS):
            path = Path(folder) / f"{number}.jpg"
            path.write_bytes(drawn(number))
            sent.append(path)
        size = median(path.stat().st_size for path in sent) / MIB
        await looker.look(sent[0], "image/jpeg")  # the start is not what is measured
        child = psutil.Process(looker.process_id)
        before = cpu_seconds([child])
        for number in range(count):
            began = time.perf_counter()
            await looker.look(sent[number % KINDS], "image/jpeg")
            spent.append((time.perf_counter() - began) * 1000)
        memory, spent_cpu = child.memory_info().rss / MIB, (cpu_seconds([child]) - before) / count * 1000
        await looker.close()
    middle, worst = median(spent), quantiles(spent, n=20)[-1]
    print(f"{count} photos of {SIZE[0]} x {SIZE[1]} pixels, {size:.1f} MiB each")  # noqa: T201
    print(f"one photo: median {middle:.0f} ms (target {TARGET_MS}), p95 {worst:.0f} ms, CPU {spent_cpu:.0f} ms")  # noqa: T201
    print(f"memory of the process afterwards: {memory:.0f} MiB (target {TARGET_MIB})")  # noqa: T201
    return 0 if middle <= TARGET_MS and memory <= TARGET_MIB else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)))
