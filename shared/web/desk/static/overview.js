// The head's view: draws each picture from the table that stands in it, brings those of the other services, and counts anew each minute.
// Without it the tables are there. The drawing is SVG: sharp on paper, and at any zoom.
"use strict";
(() => {
  const REFRESH_MS = 60_000;
  const PATIENCE_MS = 8_000; // then a service counts as not answering
  const HEIGHTS = { bars: 30, head: 46 }; // pixels of a bar with its gap, and of axis and legend
  const all = (query, root = document) => [...root.querySelectorAll(query)];
  const style = getComputedStyle(document.documentElement);
  const css = (name) => style.getPropertyValue(name).trim();
  const ink = css("--ink"), soft = css("--soft"), line = css("--line"), late = css("--bad"), main = css("--green-600");
  const SHADES = { calm: [css("--green-200"), ink], main: [main, "#fff"], soon: ["#d39b22", ink], late: [late, "#fff"], idle: ["#8a9692", ink] };
  const text = { fontFamily: css("--sans"), fontSize: 12, color: ink };
  const stripes = { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, color: "rgba(255,255,255,.55)" };
  const charts = new Map(); // element -> chart

  // The library styles SVG text by an attribute, which our policy refuses; the same through the object model is allowed.
  const setAttribute = SVGElement.prototype.setAttribute;
  SVGElement.prototype.setAttribute = function (name, value) {
    if (name === "style") this.style.cssText = value;
    else setAttribute.call(this, name, value);
  };

  const shown = (value, unit) => (value === null ? "" : value.toLocaleString("id-ID", { maximumFractionDigits: 1 }) + unit);
  const read = (table) => ({
    columns: all("thead th[data-shade]", table).map((cell) => ({ word: cell.textContent, shade: SHADES[cell.dataset.shade] })),
    lines: all("tbody tr", table).map((row) => ({
      word: row.cells[0].textContent,
      link: row.cells[0].querySelector("a")?.href,
      values: [...row.cells].slice(1).map((cell) => (cell.dataset.value === undefined ? null : Number(cell.dataset.value))),
    })),
  });
  const axis = { axisTick: { show: false }, axisLine: { lineStyle: { color: line } }, axisLabel: { ...text } };
  const scale = { type: "value", minInterval: 1, axisLabel: { ...text, color: soft }, splitLine: { lineStyle: { color: line } } };
  const base = (unit) => ({
    textStyle: text,
    animation: false,
    tooltip: { renderMode: "richText", confine: true, trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: (value) => shown(value, unit) },
  });
  const limitOf = (box, at) =>
    box.dataset.limit === undefined
      ? undefined
      : { symbol: "none", silent: true, lineStyle: { color: soft, type: "dashed" }, label: { ...text, color: soft, formatter: box.dataset.limitWord, position: at === "yAxis" ? "end" : "start" }, data: [{ [at]: Number(box.dataset.limit) }] };
  const isBeyond = (box, value) => box.dataset.limit !== undefined && value !== null && ("floor" in box.dataset ? value < Number(box.dataset.limit) : value > Number(box.dataset.limit));
  const wrapped = (word) => (word.length > 22 ? `${word.slice(0, 21)}…` : word);

  // how much room the words above a drawing take: they go on in a second line where the picture is narrow
  const legendHeight = (box, columns) => (columns.length > 1 ? 12 + 20 * Math.ceil(columns.reduce((sum, { word }) => sum + 34 + word.length * 6.6, 0) / box.clientWidth) : 0);

  const bars = (box, { columns, lines }, unit) => {
    const few = lines.slice(0, Number(box.dataset.shown));
    const several = columns.length > 1;
    return {
      ...base(unit),
      grid: { left: 4, right: 40, top: legendHeight(box, columns) || (box.dataset.limit ? 22 : 4), bottom: 2, containLabel: true },
      legend: several ? { top: 0, left: 0, itemWidth: 14, itemHeight: 10, textStyle: text } : { show: false },
      xAxis: { ...scale, max: (range) => Math.max(range.max, Number(box.dataset.limit ?? 0) * 1.15, 1), axisLabel: { ...scale.axisLabel, show: several, hideOverlap: true } },
      yAxis: { ...axis, type: "category", inverse: true, data: few.map((each) => each.word), axisLabel: { ...text, formatter: wrapped } },
      series: columns.map(({ word, shade }, at) => ({
        name: word,
        type: "bar",
        stack: several ? "all" : undefined,
        itemStyle: { color: shade[0] },
        barMaxWidth: 15,
        markLine: at === 0 ? limitOf(box, "xAxis") : undefined,
        label: several
          ? { show: true, ...text, fontSize: 11, fontWeight: 600, color: shade[1], formatter: (each) => (each.value ? shown(each.value, "") : "") }
          : { show: true, ...text, fontWeight: 600, position: "right", formatter: (each) => shown(each.value, unit) },
        labelLayout: { hideOverlap: true },
        data: few.map((each) => ({ value: each.values[at], itemStyle: isBeyond(box, each.values[at]) ? { color: late, decal: stripes } : { color: shade[0] } })),
      })),
    };
  };

  const lines = (box, { columns, lines: days }, unit) => {
    const values = days.flatMap((each) => each.values).filter((each) => each !== null);
    const floor = "floor" in box.dataset ? Math.max(0, Math.min(80, Math.floor((Math.min(...values) - 5) / 10) * 10)) : 0;
    return {
      ...base(unit),
      grid: { left: 4, right: box.dataset.limit ? 76 : 52, top: legendHeight(box, columns) || 14, bottom: 2, containLabel: true },
      legend: columns.length > 1 ? { top: 0, left: 0, itemWidth: 14, itemHeight: 10, textStyle: text } : { show: false },
      xAxis: { ...axis, type: "category", data: days.map((each) => each.word), axisLabel: { ...text, color: soft, hideOverlap: true } },
      yAxis: { ...scale, min: floor, max: unit.includes("%") ? 100 : undefined, axisLabel: { ...scale.axisLabel, formatter: (value) => shown(value, unit) } },
      series: columns.map(({ word, shade }, at) => ({
        name: word,
        type: "line",
        connectNulls: true,
        symbol: at ? "diamond" : "circle",
        symbolSize: 7,
        lineStyle: { color: shade[0], width: 2.5, type: at ? "dashed" : "solid" },
        itemStyle: { color: shade[0] },
        endLabel: { show: true, ...text, fontWeight: 600, formatter: (each) => shown(each.value, unit) },
        labelLayout: { moveOverlap: "shiftY" },
        markLine: at === 0 ? limitOf(box, "yAxis") : undefined,
        data: days.map((each) => ({ value: each.values[at] ?? "-", itemStyle: isBeyond(box, each.values[at]) ? { color: late } : { color: shade[0] } })),
      })),
    };
  };
  const DRAW = { bars, lines };

  const draw = (section) => {
    const box = section.querySelector(".chart");
    if (!box) return;
    const table = document.getElementById(box.dataset.table);
    const found = read(table);
    box.hidden = false;
    if (box.dataset.kind === "bars") box.style.minHeight = `${Math.min(found.lines.length, Number(box.dataset.shown)) * HEIGHTS.bars + HEIGHTS.head}px`;
    const chart = echarts.init(box, null, { renderer: "svg" });
    charts.set(box, chart);
    chart.setOption(DRAW[box.dataset.kind](box, found, box.dataset.unit));
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", `Gambar: ${section.querySelector("h2").textContent}. Angkanya di tabel di bawah.`);
    chart.on("click", (event) => {
      const link = found.lines[event.dataIndex]?.link;
      if (link) location.href = link;
    });
    sizes.observe(box);
  };
  let onPaper = false; // what is printed keeps the size it was drawn in
  const sizes = new ResizeObserver((seen) => {
    if (!onPaper) for (const { target } of seen) charts.get(target)?.resize();
  });
  const drop = (section) => {
    for (const box of all(".chart", section)) {
      sizes.unobserve(box);
      charts.get(box)?.dispose();
      charts.delete(box);
    }
  };

  // -- a picture that came anew: put in only where it says something else, with its table as open as it was and the focus where it was
  const said = (section) => [...section.children].map((each) => (each.matches(".chart") ? "" : each.textContent)).join("\n") + section.querySelector(".pic-lead")?.href;
  const replace = (old, section) => {
    section.querySelector("details")?.removeAttribute("open");
    const state = old.querySelector(".pic-down");
    if (!state && said(old) === said(section)) return;
    const open = old.querySelector("details")?.open ?? false;
    const focused = old.contains(document.activeElement) ? all("a, summary, [tabindex]", old).indexOf(document.activeElement) : -1;
    const height = old.getBoundingClientRect().height;
    drop(old);
    section.style.minHeight = `${height}px`; // nothing below moves while it is drawn
    old.replaceWith(section);
    const details = section.querySelector("details");
    if (details) details.open = open;
    draw(section);
    section.style.minHeight = "";
    if (focused >= 0) all("a, summary, [tabindex]", section)[focused]?.focus({ preventScroll: true });
  };
  const SILENT = "Bagian ini tidak menjawab. Gambar lain tidak terpengaruh; dicoba lagi tiap menit.";
  const OVER = "Sesi Anda berakhir. Muat ulang halaman ini untuk masuk lagi.";
  const tell = (section, words) => {
    let note = section.querySelector(".pic-down");
    if (!note) {
      note = document.createElement("p");
      note.className = "pic-down";
      note.setAttribute("role", "status");
      section.querySelector("h2").after(note);
    }
    note.textContent = words;
    section.removeAttribute("aria-busy");
  };
  const bring = async (section) => {
    try {
      const answer = await fetch(section.dataset.part, { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(PATIENCE_MS) });
      if (answer.status === 401) return tell(section, OVER);
      const page = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
      const found = page.querySelector(`[data-part="${section.dataset.part}"]`);
      if (!found) return tell(section, SILENT);
      replace(section, document.adoptNode(found));
    } catch {
      tell(section, SILENT);
    }
  };

  const place = document.querySelector("[data-pictures]");
  if (!place) return; // a page on which there is nothing to draw yet
  const tiles = document.querySelector("[data-tiles]");
  for (const section of all("[data-part]", place)) {
    if (!place.classList.contains("one")) section.querySelector("details")?.removeAttribute("open");
    if (section.hasAttribute("data-elsewhere")) bring(section);
    else draw(section);
  }
  const again = async () => {
    if (document.visibilityState !== "visible") return;
    await Promise.all(all("[data-part]", place).map(bring));
    if (!tiles) return;
    try {
      const answer = await fetch(tiles.dataset.tiles, { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(PATIENCE_MS) });
      const found = answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-tiles]") : null;
      if (!found) return;
      const now = document.querySelector("[data-tiles]");
      if (now.contains(document.activeElement)) return; // whoever stands on a number keeps it
      now.innerHTML = found.innerHTML;
      document.querySelector("[data-as-of]").textContent = found.dataset.asOf;
    } catch {
      // the pictures say what does not answer
    }
  };
  setInterval(again, REFRESH_MS);
  document.addEventListener("overview:refresh", again);

  // -- on paper: every picture with its table, whole: drawn for the screen, scaled to the sheet (desk.css)
  const opened = new Set();
  addEventListener("beforeprint", () => {
    onPaper = true;
    for (const details of all("details:not([open])", place)) {
      details.open = true;
      opened.add(details);
    }
    for (const svg of all(".chart svg", place)) svg.setAttribute("viewBox", `0 0 ${svg.getAttribute("width")} ${svg.getAttribute("height")}`);
  });
  addEventListener("afterprint", () => {
    onPaper = false;
    for (const details of opened) details.open = false;
    opened.clear();
    for (const svg of all(".chart svg", place)) svg.removeAttribute("viewBox");
    for (const chart of charts.values()) chart.resize();
  });
  place.dataset.drawn = "";
})();
