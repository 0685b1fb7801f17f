"""The picture of a campaign: truth against the report, by village, by source and over the months; drawn with the library of the desk."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import Any, Final

from tests.campaign.judge import rank_pairs
from tests.campaign.measured import FINISHED, Measured
from tests.campaign.report import KeptCampaign
from tests.support.browser import ROOT, chromium

_ECHARTS: Final = ROOT / "node_modules" / "echarts" / "dist" / "echarts.min.js"
_WIDTH, _HEIGHT = 1240, 900
_GREEN, _SUN, _INK, _LINE = "#136b3a", "#d39b22", "#12263f", "#d3dcd6"
_TEXT: Final = {"color": _INK, "fontFamily": "Roboto, system-ui, sans-serif", "fontSize": 13}
_BOXES: Final = (("5%", "8%"), ("55%", "8%"), ("5%", "57%"), ("55%", "57%"))
"""Left and top of the four drawings, each 41 % wide and 34 % high."""
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


async def draw(kept: KeptCampaign, file: Path) -> None:
    """Write the picture as PNG."""
    page_text = (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Campaign</title><body style='margin:0;background:#fff'>"
        f"<div id=box style='width:{_WIDTH}px;height:{_HEIGHT}px'></div></body></html>"
    )
    async with chromium() as browser:
        page = await browser.new_page(viewport={"width": _WIDTH, "height": _HEIGHT})
        await page.set_content(page_text)
        await page.add_script_tag(path=_ECHARTS)
        await page.evaluate(f"echarts.init(document.getElementById('box')).setOption({json.dumps(option(kept))})")
        await page.screenshot(path=file)


def option(kept: KeptCampaign) -> dict[str, Any]:
    """Return what the library draws."""
    clouds = list(rank_pairs(kept.ledger, kept.measured).items())
    ends = [ceil(max(1.0, *truth.values(), *(found.get(key, 0.0) for key in truth))) for _, (truth, found) in clouds]
    months = int(kept.made["months"])
    truth = [kept.ledger.finished_in_month.get(month, 0) for month in range(months)]
    found = finished_by_month(kept.measured)
    titles = [what[:1].upper() + what[1:] for what, _ in clouds] + ["Requests finished, by month"]
    places = [{"left": left, "top": top, "width": "41%", "height": "34%"} for left, top in _BOXES]
    lines = [("truth", truth, _SUN), ("report", [found[month] for month in range(months)], _GREEN)]
    return {
        "animation": False,
        "textStyle": _TEXT,
        "title": [
            {"text": title, "left": left, "top": f"{float(top[:-1]) - 6}%", "textStyle": {**_TEXT, "fontSize": 15}}
            for title, (left, top) in zip(titles, _BOXES, strict=True)
        ],
        "grid": [{**place, "containLabel": True} for place in places],
        "xAxis": [
            *(_scale(at, "truth", most) for at, most in enumerate(ends)),
            {"gridIndex": 3, "type": "category", "data": list(_MONTHS[:months])},
        ],
        "yAxis": [
            *(_scale(at, "report", most) for at, most in enumerate(ends)),
            {"gridIndex": 3, "type": "value", "splitLine": {"lineStyle": {"color": _LINE}}},
        ],
        "legend": {"data": ["truth", "report"], "right": "5%", "top": "51%", "textStyle": _TEXT},
        "series": [
            *(_cloud(at, truth, found) for at, (_, (truth, found)) in enumerate(clouds)),
            *(
                {"name": name, "type": "bar", "xAxisIndex": 3, "yAxisIndex": 3, "data": counts, "itemStyle": {"color": color}}
                for name, counts, color in lines
            ),
        ],
    }


def finished_by_month(measured: Measured) -> Counter[int]:
    """Return how many requests were finished in each month by the report, January as 0."""
    months: Counter[int] = Counter()
    for day, finished in measured.column("hari", FINISHED).items():
        months[int(day[5:7]) - 1] += int(finished)
    return months


def _scale(at: int, name: str, most: int) -> dict[str, Any]:
    lines = {"lineStyle": {"color": _LINE}}
    return {
        "gridIndex": at,
        "type": "value",
        "max": most,
        "name": name,
        "nameLocation": "middle",
        "nameGap": 28,
        "splitLine": lines,
        "nameTextStyle": _TEXT,
    }


def _cloud(at: int, truth: Mapping[str, float], found: Mapping[str, float]) -> dict[str, Any]:
    """Return a dot for each village or source, and the line on which truth and report are the same."""
    points: Sequence[tuple[float, float]] = [(value, found.get(key, 0.0)) for key, value in truth.items()]
    most = max((max(point) for point in points), default=1.0)
    same = {
        "silent": True,
        "symbol": "none",
        "label": {"show": False},
        "lineStyle": {"color": _SUN, "type": "dashed"},
        "data": [[{"coord": [0, 0]}, {"coord": [most, most]}]],
    }
    return {
        "type": "scatter",
        "xAxisIndex": at,
        "yAxisIndex": at,
        "symbolSize": 7,
        "data": points,
        "itemStyle": {"color": _GREEN, "opacity": 0.55},
        "markLine": same,
    }
