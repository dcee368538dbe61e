/* A form that is put together: who leaves what is not saved is asked first, and the button that was
   pressed keeps the focus, wherever its row went. */
"use strict";

(() => {
  const form = document.querySelector("form[data-guard]");
  if (!form) return;
  let isChanged = Boolean(form.querySelector("[data-changed]"));
  let pressed = "";

  const isEditor = (element) => element.id === "own-editor";

  const keepFocus = () => {
    const button = pressed && document.getElementById(pressed);
    const isElsewhere = document.activeElement && document.activeElement !== document.body;
    pressed = "";
    if (!button || isElsewhere) return;
    const next = button.disabled ? button.parentElement.querySelector("button:enabled") : button;
    next?.focus({ preventScroll: true });
  };

  form.addEventListener("input", () => {
    isChanged = true;
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (form.contains(event.detail.elt)) pressed = event.detail.elt.id;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!isEditor(event.target)) return;
    isChanged = event.target.hasAttribute("data-changed");
    keepFocus();
  });
  form.addEventListener("submit", () => {
    isChanged = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (isChanged) event.preventDefault();
  });
})();
