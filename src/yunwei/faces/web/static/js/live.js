/* Listens to the names of parts that are old and lets them fetch themselves again. A part in which
   somebody has picked rows or opened a menu is not pulled away: it offers a button instead. */
(() => {
  "use strict";
  const url = document.body.dataset.liveUrl;
  const CALM_MS = 1500;
  const lastAt = new Map();
  const waiting = new Map();
  let source;
  let wasLost = false;

  const isInUse = (part) =>
    part.querySelector(".yw-pick:checked, :popover-open") || part.matches(":has(input:focus, textarea:focus)");

  const listeners = (name) => document.querySelectorAll(`[hx-trigger*="live:${CSS.escape(name)} "]`);

  const refresh = (name) => {
    lastAt.set(name, Date.now());
    waiting.delete(name);
    for (const part of listeners(name)) {
      if (isInUse(part)) {
        part.querySelector("[data-fresh]")?.removeAttribute("hidden");
      } else {
        part.setAttribute("data-quiet", "");
        htmx.trigger(part, `live:${name}`);
      }
    }
  };

  /* A storm of news refreshes a part once in a while, not once for each. A hidden page waits. */
  const hear = (name) => {
    if (waiting.has(name)) return;
    if (document.hidden) {
      waiting.set(name, 0);
      return;
    }
    const wait = Math.max(0, CALM_MS - (Date.now() - (lastAt.get(name) || 0)));
    waiting.set(name, setTimeout(() => refresh(name), wait));
  };

  const refreshAll = () => {
    const names = new Set();
    for (const part of document.querySelectorAll('[hx-trigger*="live:"]')) {
      for (const [, name] of part.getAttribute("hx-trigger").matchAll(/live:([a-z_]+)/g)) names.add(name);
    }
    names.forEach(hear);
  };

  const open = () => {
    source = new EventSource(url);
    source.onmessage = (event) => hear(event.data);
    source.addEventListener("hello", () => {
      document.documentElement.dataset.live = "on";
      // what was said while nobody listened is unknown: look at everything
      if (wasLost) refreshAll();
      wasLost = false;
    });
    source.onerror = () => {
      document.documentElement.dataset.live = "off";
      wasLost = true;
      if (source.readyState === EventSource.CLOSED) setTimeout(open, 10000);
    };
  };

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    for (const name of [...waiting.keys()]) refresh(name);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-refresh]");
    const part = button?.closest("[hx-trigger]");
    const name = part?.getAttribute("hx-trigger").match(/live:([a-z_]+)/)?.[1];
    if (name) htmx.trigger(part, `live:${name}`);
  });
  window.addEventListener("pagehide", () => source?.close());
  window.addEventListener("pageshow", (event) => event.persisted && url && open());

  if (url && window.EventSource) open();
})();
