/* Draws one chart as SVG, outside a browser: `draw(option, width, height)`. The same option as the
   pages have; its "@name" texts become the formatters of the pages. No page loads this. */
"use strict";
globalThis.setTimeout = () => 0;
globalThis.clearTimeout = () => undefined;

/* Widths of letters in em, by weight and code point; letters that are not there are one em wide. */
globalThis.measure = (widths, family) => {
  echarts.setPlatformAPI({
    measureText: (text, font) => {
      const size = parseFloat(/([\d.]+)px/.exec(font || "")?.[1] ?? "12");
      const table = /bold|[6-9]00/.test(font || "") ? widths.bold : widths.regular;
      let width = 0;
      for (const letter of text || "") width += table[letter.codePointAt(0)] ?? 1;
      return { width: width * size };
    },
  });
  globalThis.family = family;
};

const revive = (value) => {
  if (typeof value === "string") {
    if (value.startsWith("@tooltip:")) return undefined;
    if (value.startsWith("@")) return (number) => formatters.write(value.slice(1), number);
    return value;
  }
  if (Array.isArray(value)) return typeof value[0] === "number" ? value : value.map(revive);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, revive(part)]));
  }
  return value;
};

globalThis.draw = (text, width, height) => {
  const option = revive(JSON.parse(text));
  delete option.tooltip;
  option.animation = false;
  option.textStyle = { ...option.textStyle, fontFamily: globalThis.family };
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
  chart.setOption(option);
  const painter = chart.getZr().painter;
  const svg = painter.renderToString({ cssAnimation: false, cssEmphasis: false, useViewBox: true });
  chart.dispose();
  /* one whole string: the engine hands out ropes otherwise, which its caller can not read */
  return svg.replace(/$/, "");
};
