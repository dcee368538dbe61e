/* Listens to the names of parts that are old and lets them fetch themselves again. A part in which
   somebody has picked rows or opened a menu is not pulled away: it offers a button instead. */
(() => {
  "use strict";
  const url = document.body.dataset.liveUrl;
  const CALM_MS = 1500;
  const lastAt = new Map();
  const waiting = new Map();
  let source;
  let mark = document.body.dataset.liveMark || "";

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
  /* What a part shows may be gone since; the page says so when somebody does something with it. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 404 && event.target.closest("[data-quiet]")) event.detail.isError = false;
  });

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
    source = new EventSource(`${url}?since=${encodeURIComponent(mark)}`);
    source.onmessage = (event) => {
      mark = event.lastEventId || mark;
      if (event.data === "*") refreshAll();
      else hear(event.data);
    };
    source.addEventListener("hello", () => {
      document.documentElement.dataset.live = "on";
    });
    source.onerror = () => {
      document.documentElement.dataset.live = "off";
      close();
      setTimeout(() => document.hidden || source || open(), 3000);
    };
  };

  const close = () => {
    source?.close();
    source = undefined;
  };

  /* A browser opens few connections to one server, and each listening page holds one. A page that
     nobody sees gives its own back; what it misses it is told when it is seen again. */
  let rest;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(rest);
    if (document.hidden) {
      rest = setTimeout(close, 10000);
      return;
    }
    if (!source) open();
    for (const name of [...waiting.keys()]) refresh(name);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-refresh]");
    const part = button?.closest("[hx-trigger]");
    const name = part?.getAttribute("hx-trigger").match(/live:([a-z_]+)/)?.[1];
    if (name) htmx.trigger(part, `live:${name}`);
  });
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", (event) => event.persisted && url && open());

  if (url && window.EventSource) open();
})();
