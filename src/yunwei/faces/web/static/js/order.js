/* Sections that are put in order by dragging: what is dragged moves among the others at once, and
   the button of the list says the new order. Keys and fingers have the arrows beside each. */
"use strict";

(() => {
  const rows = (list) => [...list.querySelectorAll(":scope > [data-order]")];
  const orderOf = (list) => rows(list).map((row) => row.dataset.order).join(",");
  let dragged = null;
  let before = "";

  document.addEventListener("dragstart", (event) => {
    const grip = event.target.closest?.("[data-grip]");
    const row = grip?.closest("[data-order]");
    if (!row) return;
    dragged = row;
    before = orderOf(row.parentElement);
    row.dataset.dragged = "";
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", row.dataset.order);
    event.dataTransfer.setDragImage(row, 12, 12);
  });

  document.addEventListener("dragover", (event) => {
    const row = event.target.closest?.("[data-order]");
    if (!dragged || !row || row.parentElement !== dragged.parentElement) return;
    event.preventDefault();
    if (row === dragged) return;
    const box = row.getBoundingClientRect();
    if (event.clientY < box.top + box.height / 2) row.before(dragged);
    else row.after(dragged);
  });

  document.addEventListener("drop", (event) => {
    if (dragged) event.preventDefault();
  });

  document.addEventListener("dragend", () => {
    if (!dragged) return;
    const list = dragged.parentElement;
    delete dragged.dataset.dragged;
    dragged = null;
    const after = orderOf(list);
    const button = list && document.getElementById(list.dataset.orderBy);
    if (!button || after === before) return;
    button.value = `order:${after}`;
    button.click();
  });
})();
