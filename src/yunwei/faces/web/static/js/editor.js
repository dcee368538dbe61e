/* Makes an editor with colours of a text area; without it the text area does. */
"use strict";

(() => {
  const MODES = { powershell: "powershell", batch: "batchfile", shell: "sh", python: "python" };

  function open(area) {
    const place = document.createElement("div");
    place.className = "yw-ace";
    area.after(place);
    area.hidden = true;
    const editor = window.ace.edit(place, {
      value: area.value,
      fontSize: 13,
      minLines: 16,
      maxLines: 40,
      showPrintMargin: false,
      useWorker: false,
      useSoftTabs: true,
      tabSize: 4,
      enableKeyboardAccessibility: true,
      theme: null,
    });
    const input = editor.textInput.getElement();
    input.setAttribute("aria-label", area.labels[0] ? area.labels[0].textContent : "");
    const choose = (language) => editor.session.setMode(`ace/mode/${MODES[language] || "text"}`);
    choose(area.dataset.editor);
    const language = document.getElementById(area.dataset.editorOf);
    if (language) language.addEventListener("change", () => choose(language.value));
    editor.session.on("change", () => {
      area.value = editor.getValue();
    });
    area.form.addEventListener("submit", () => {
      area.value = editor.getValue();
    });
  }

  if (!window.ace) return;
  window.ace.config.set("useStrictCSP", true);
  document.querySelectorAll("textarea[data-editor]").forEach(open);
})();
