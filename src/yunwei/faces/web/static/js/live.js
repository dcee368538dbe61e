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

  const isBusy = (part) => part.matches(".htmx-request") || part.querySelector(".htmx-request");

  const namesOf = (part) =>
    [...part.getAttribute("hx-trigger").matchAll(/live:([a-z_]+)/g)].map(([, name]) => name);
  const parts = () => [...document.querySelectorAll('[hx-trigger*="live:"]')];

  /* The event stays at the part: others that listen to the same name decide for themselves. */
  const fetchAgain = (part, name) => {
    part.setAttribute("data-quiet", "");
    part.dispatchEvent(new CustomEvent(`live:${name}`));
  };

  const refresh = (name) => {
    lastAt.set(name, Date.now());
    waiting.delete(name);
    for (const part of parts().filter((each) => namesOf(each).includes(name))) {
      if (isBusy(part)) {
        // somebody has just asked for something here: its answer must find its place
        setTimeout(() => hear(name), 400);
      } else if (isInUse(part)) {
        part.querySelector("[data-fresh]")?.removeAttribute("hidden");
      } else {
        fetchAgain(part, name);
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

  const refreshAll = () => new Set(parts().flatMap(namesOf)).forEach(hear);

  /* What was done here is shown at once, picked rows or not. */
  document.addEventListener("yw:refresh", (event) => {
    for (const name of event.detail) {
      lastAt.set(name, Date.now());
      for (const part of parts()) if (namesOf(part).includes(name)) fetchAgain(part, name);
    }
  });

  /* Whoever does something in a part, or to it, comes before its refreshing itself. */
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, target } = event.detail;
    for (const part of [elt.closest("[data-part]"), target?.closest?.("[data-part]")]) {
      if (part && part !== elt && part.matches(".htmx-request")) htmx.trigger(part, "htmx:abort");
    }
  });

  /* What a part shows may be gone since; the page says so when somebody does something with it. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status === 404 && event.target.closest("[data-quiet]")) event.detail.isError = false;
  });

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
    const part = event.target.closest("[data-refresh]")?.closest("[hx-trigger]");
    if (part) fetchAgain(part, namesOf(part)[0]);
  });
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", (event) => event.persisted && url && open());

  if (url && window.EventSource) open();
})();
