/* A form that is left with something in it that is not saved asks first. */
"use strict";

(() => {
  const form = document.querySelector("form[data-guard]");
  if (!form) return;
  let isChanged = Boolean(form.querySelector("[data-changed]"));
  form.addEventListener("input", () => {
    isChanged = true;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "own-editor") isChanged = event.target.hasAttribute("data-changed");
  });
  form.addEventListener("submit", () => {
    isChanged = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (isChanged) event.preventDefault();
  });
})();
