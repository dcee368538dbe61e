/* A form that is put together: who leaves what is not saved is asked first, and the button that was
   pressed keeps the focus, wherever its row went. All pages settle at once (defaultSettleDelay): a
   key that repeats would else press a button that is not yet htmx's, and send the whole form. */
"use strict";

(() => {
  const form = document.querySelector("form[data-guard]");
  if (!form) return;
  let isChanged = Boolean(form.querySelector("[data-changed]"));

  const isEditor = (element) => element.id === "own-editor";

  /* Each answer knows which button asked for it: the next one may be pressed before it settles. */
  const keepFocus = (pressed) => {
    const button = pressed && document.getElementById(pressed);
    const isElsewhere = document.activeElement && document.activeElement !== document.body;
    if (!button || isElsewhere) return;
    const next = button.disabled ? button.parentElement.querySelector("button:enabled") : button;
    next?.focus({ preventScroll: true });
  };

  form.addEventListener("input", () => {
    isChanged = true;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!isEditor(event.target)) return;
    isChanged = event.target.hasAttribute("data-changed");
    keepFocus(event.detail.requestConfig?.elt.id);
  });
  form.addEventListener("submit", () => {
    isChanged = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (isChanged) event.preventDefault();
  });
})();
