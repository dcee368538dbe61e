/* Writes numbers, by the name of a formatter. The same rules live in operate/reports/formatters.py;
   a browser test feeds both with the same numbers. */
const formatters = (() => {
  "use strict";
  const BINARY = ["B", "KB", "MB", "GB", "TB", "PB"];
  const DECIMAL = ["B", "kB", "MB", "GB", "TB", "PB"];
  const group = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ",");

  const trim = (value, digits) => {
    const text = Math.abs(value).toFixed(digits);
    const [whole, part = ""] = text.split(".");
    const rest = part.replace(/0+$/, "");
    const written = group(whole) + (rest ? `.${rest}` : "");
    return value < 0 && written !== "0" ? `-${written}` : written;
  };

  const two = (large, largeUnit, small, smallUnit) =>
    small ? `${trim(large, 0)} ${largeUnit} ${small} ${smallUnit}` : `${trim(large, 0)} ${largeUnit}`;

  const duration = (value) => {
    if (value < 0) return `-${duration(-value)}`;
    if (value > 0 && value < 1) return `${trim(value * 1000, 0)} ms`;
    if (value < 59.95) return `${trim(value, 1)} s`;
    const whole = Math.floor(value + 0.5);
    if (whole >= 86400) return two(Math.floor(whole / 86400), "d", Math.floor((whole % 86400) / 3600), "h");
    if (whole >= 3600) return two(Math.floor(whole / 3600), "h", Math.floor((whole % 3600) / 60), "min");
    return two(Math.floor(whole / 60), "min", whole % 60, "s");
  };

  const sized = (value, step, units) => {
    let size = value;
    let at = 0;
    while (Math.abs(size) >= step && at < units.length - 1) {
      size /= step;
      at += 1;
    }
    return `${trim(size, at ? 1 : 0)} ${units[at]}`;
  };

  const writers = {
    count: (value) => trim(value, Number.isInteger(value) ? 0 : 1),
    decimal: (value) => trim(value, 2),
    percent: (value) => `${trim(value * 100, 1)}%`,
    duration,
    bytes: (value) => sized(value, 1024, BINARY),
    byte_rate: (value) => `${sized(value, 1000, DECIMAL)}/s`,
    rate: (value) => `${trim(value, 2)}/s`,
  };

  return {
    write: (name, value) => (value === null || value === undefined ? "–" : writers[name](value)),
  };
})();
