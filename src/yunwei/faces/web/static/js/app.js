/* What every page does with scripts on: progress, toasts, dialog, picked rows, relative times.
   Without scripts the pages still work: forms post, links lead. */
(() => {
  "use strict";
  const language = document.documentElement.lang;
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "always" });
  const steps = [["day", 86400], ["hour", 3600], ["minute", 60]];

  const sayAgo = (instant) => {
    const seconds = (instant - Date.now()) / 1000;
    if (Math.abs(seconds) < 45) return document.body.dataset.textNow;
    const [unit, size] = steps.find(([, size]) => Math.abs(seconds) >= size - size / 120) || steps[2];
    const count = Math.round(seconds / size) || Math.sign(seconds);
    return relative.format(count, unit);
  };

  const freshenTimes = () => {
    for (const time of document.querySelectorAll("time[data-relative]")) {
      const text = sayAgo(new Date(time.dateTime).getTime());
      if (time.textContent !== text) time.textContent = text;
    }
  };

  const toast = (text, tone) => {
    const box = document.getElementById("toasts");
    const made = document.getElementById("toast").content.firstElementChild.cloneNode(true);
    made.dataset.tone = tone || "good";
    made.querySelector("span").textContent = text;
    box.append(made);
    fade(made);
  };

  const fade = (made) => {
    if (made.dataset.tone === "critical") return;
    setTimeout(() => made.matches(":hover, :focus-within") ? fade(made) : made.remove(), 6000);
  };

  /* Picked rows: the number beside the bulk buttons, and the box in the heading. */
  const countPicked = (form) => {
    const picks = form.querySelectorAll(".yw-pick");
    const picked = form.querySelectorAll(".yw-pick:checked").length;
    const shown = form.querySelector("[data-picked]");
    const all = form.querySelector("[data-pick-all]");
    if (shown) shown.textContent = String(picked);
    if (all) {
      all.checked = picked === picks.length;
      all.indeterminate = picked > 0 && picked < picks.length;
    }
  };

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form");
    if (event.target.matches("[data-pick-all]")) {
      for (const pick of form.querySelectorAll(".yw-pick")) pick.checked = event.target.checked;
    }
    if (event.target.matches("[data-pick-all], .yw-pick")) countPicked(form);
    if (event.target.matches("[data-submit-on-change]")) form.requestSubmit();
  });

  document.addEventListener("click", (event) => {
    event.target.closest("[data-close]")?.closest(".yw-toast")?.remove();
    if (event.target.closest("[data-close-dialog]")) {
      const dialog = event.target.closest("dialog");
      if (dialog) {
        event.preventDefault();
        dialog.close();
      }
    }
    if (event.target === document.getElementById("dialog")) event.target.close();
  });

  document.addEventListener("htmx:configRequest", (event) => {
    const form = event.target.closest("[data-clean]");
    if (!form) return;
    for (const [name, value] of Object.entries(event.detail.parameters)) {
      if (value === "") delete event.detail.parameters[name];
    }
  });

  const busy = document.querySelector("[data-busy]");
  let waiting = 0;
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.closest("[data-quiet]")) return;
    waiting += 1;
    setTimeout(() => waiting > 0 && busy?.setAttribute("data-on", ""), 150);
  });
  document.addEventListener("htmx:afterRequest", () => {
    waiting = Math.max(0, waiting - 1);
    if (!waiting) busy?.removeAttribute("data-on");
  });
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      const said = event.detail.xhr?.getResponseHeader?.("HX-Problem");
      toast(said ? decodeURIComponent(said) : document.body.dataset.textFailed, "critical");
    });
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    freshenTimes();
    const dialog = document.getElementById("dialog");
    if (event.detail.target.id === "dialog-body" && !dialog.open) dialog.showModal();
  });

  /* The server did what a form asked: say so, and let the named parts fetch themselves again. */
  document.addEventListener("yw:done", (event) => {
    const dialog = document.getElementById("dialog");
    if (dialog.open) dialog.close();
    if (event.detail.text) toast(event.detail.text, event.detail.tone);
    document.dispatchEvent(new CustomEvent("yw:refresh", { detail: event.detail.parts }));
  });

  freshenTimes();
  setInterval(freshenTimes, 20000);
  for (const made of document.querySelectorAll(".yw-toast")) fade(made);
  document.documentElement.dataset.ready = "";

  /* A form that came back: where it is wrong, not at its head. */
  const wrong = document.querySelector(".yw-field .yw-error")?.closest(".yw-field");
  if (wrong) {
    wrong.scrollIntoView({ block: "center" });
    wrong.querySelector("[aria-invalid], input, select, textarea")?.focus({ preventScroll: true });
  }
})();
