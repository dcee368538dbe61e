/* Keys: / search, ? help, j k rows, Enter open, x select, e acknowledge, g + letter pages. */
(() => {
  "use strict";
  let waitsForPage = false;
  let timer;

  const isTyping = (target) =>
    target.isContentEditable || target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select");

  const rows = () => [...document.querySelectorAll("[data-rows] tbody tr")];
  const here = () => document.querySelector("[data-rows] tbody tr[data-here]");

  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(here());
    const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
    here()?.removeAttribute("data-here");
    next.setAttribute("data-here", "");
    (next.querySelector("th a") || next.querySelector("a"))?.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };

  /* News replaces the rows; who walks through them stays where they are. */
  let kept;
  document.addEventListener("htmx:beforeSwap", () => {
    kept = here() && { row: here().dataset.row, hadFocus: here().contains(document.activeElement) };
  });
  document.addEventListener("htmx:afterSwap", () => {
    const row = kept && !here() && rows().find((each) => each.dataset.row === kept.row);
    if (!row) return;
    row.setAttribute("data-here", "");
    if (kept.hadFocus) (row.querySelector("th a") || row.querySelector("a"))?.focus({ preventScroll: true });
  });

  const goTo = (letter) => {
    const link = document.querySelector(`.yw-side [data-go="${CSS.escape(letter)}"]`);
    if (link) location.assign(link.href);
  };

  const acts = {
    j: () => move(1),
    k: () => move(-1),
    Enter: () => (here()?.querySelector("th a") || here()?.querySelector("a"))?.click(),
    x: () => here()?.querySelector(".yw-pick")?.click(),
    e: () => (here() || document).querySelector("[data-act=acknowledge]")?.click(),
    "?": () => document.getElementById("keys")?.togglePopover(),
    "/": () => {
      const search = document.getElementById("search");
      search?.focus();
      search?.select();
    },
    g: () => {
      waitsForPage = true;
      clearTimeout(timer);
      timer = setTimeout(() => (waitsForPage = false), 1500);
    },
  };

  const walkFound = (event) => {
    const links = [...document.querySelectorAll("#found a")];
    if (!links.length) return;
    const at = links.indexOf(document.activeElement);
    event.preventDefault();
    const next = event.key === "ArrowDown" ? at + 1 : at - 1;
    if (next < 0) document.getElementById("search").focus();
    else links[Math.min(links.length - 1, next)].focus();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target;
    if (target.closest(".yw-search") && ["ArrowDown", "ArrowUp"].includes(event.key)) return walkFound(event);
    if (event.key === "Escape" && isTyping(target)) return target.blur();
    if (isTyping(target) || document.querySelector("dialog[open]")) return;
    if (waitsForPage) {
      waitsForPage = false;
      event.preventDefault();
      return goTo(event.key);
    }
    if (event.key === "Enter" && target.closest("a, button")) return;
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
