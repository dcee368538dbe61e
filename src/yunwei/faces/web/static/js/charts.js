/* Draws the figures of a page: puts in the named formatters and the style sheet's colours, follows
   size and theme. Knows nothing of what a figure shows. */
(() => {
  "use strict";
  const drawn = new Map();
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);

  const colour = (text) => {
    probe.style.color = "";
    probe.style.color = text;
    return getComputedStyle(probe).color;
  };

  const wallClock = (milliseconds) => new Date(milliseconds).toISOString().slice(5, 16).replace("T", " ");

  /* Built from elements, not from markup: the content policy allows no inline style in markup. */
  const tip = (name) => (params) => {
    const list = Array.isArray(params) ? params : [params];
    const box = document.createElement("div");
    box.className = "yw-tip";
    const head = document.createElement("div");
    const first = list[0];
    const isTime = first.axisType === "xAxis.time";
    head.textContent = isTime ? wallClock(first.axisValue) : first.axisValueLabel || first.name;
    box.append(head);
    for (const each of list) {
      const value = Array.isArray(each.value) ? each.value[each.value.length - 1] : each.value;
      const row = document.createElement("div");
      const mark = document.createElement("i");
      mark.style.background = each.color;
      const number = document.createElement("b");
      number.textContent = formatters.write(name, value);
      row.append(mark, each.seriesName || "", number);
      box.append(row);
    }
    return box;
  };

  const revive = (value) => {
    if (typeof value === "string") {
      if (value.startsWith("var(--")) return colour(value);
      if (value.startsWith("@tooltip:")) return tip(value.slice(9));
      if (value.startsWith("@")) return (number) => formatters.write(value.slice(1), number);
      return value;
    }
    if (Array.isArray(value)) return typeof value[0] === "number" ? value : value.map(revive);
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, revive(part)]));
    }
    return value;
  };

  /* A narrow figure has its legend in several rows: what is drawn begins below the last of them. */
  const LEGEND_ROW = 20;
  const LEGEND_GAP = 30;
  const pen = document.createElement("canvas").getContext("2d");

  const legendRows = (spec, width) => {
    if (!spec.legend?.show) return 1;
    pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    let rows = 1;
    let used = 0;
    for (const { name } of spec.series) {
      const wanted = pen.measureText(name).width + LEGEND_GAP;
      if (used && used + wanted > width) [rows, used] = [rows + 1, 0];
      used += wanted;
    }
    return rows;
  };

  const option = (spec, width) => {
    const revived = revive(spec);
    revived.grid.top += (legendRows(spec, width) - 1) * LEGEND_ROW;
    Object.assign(revived.tooltip, {
      backgroundColor: colour("var(--yw-raised)"),
      borderColor: colour("var(--yw-border)"),
      padding: 0,
      confine: true,
      transitionDuration: 0,
    });
    revived.textStyle.fontFamily = getComputedStyle(document.body).fontFamily;
    return revived;
  };

  const sizes = new ResizeObserver((entries) => {
    for (const entry of entries) {
      const { chart, spec } = drawn.get(entry.target) ?? {};
      if (!chart) continue;
      chart.resize();
      chart.setOption({ grid: option(spec, entry.target.clientWidth).grid });
    }
  });

  const draw = (place) => {
    const spec = JSON.parse(place.querySelector("script").textContent);
    const inner = document.createElement("div");
    inner.style.width = "100%";
    inner.style.height = "100%";
    place.append(inner);
    const chart = echarts.init(inner, null, {
      renderer: "canvas",
      // the big screen draws larger than it lays out
      devicePixelRatio: window.devicePixelRatio * (inner.currentCSSZoom || 1),
    });
    chart.setOption(option(spec, place.clientWidth));
    drawn.set(place, { chart, spec });
    sizes.observe(place);
  };

  const drawAll = () => {
    for (const [place, { chart }] of drawn) {
      if (place.isConnected) continue;
      chart.dispose();
      sizes.unobserve(place);
      drawn.delete(place);
    }
    for (const place of document.querySelectorAll("[data-chart]")) {
      if (!drawn.has(place)) draw(place);
    }
    document.documentElement.dataset.charts = String(drawn.size);
  };

  const redraw = () => {
    for (const [place, { chart, spec }] of drawn) {
      chart.setOption(option(spec, place.clientWidth), true);
    }
  };

  drawAll();
  document.addEventListener("htmx:afterSettle", drawAll);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
})();
