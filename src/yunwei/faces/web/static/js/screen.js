/* The big screen: views take turns, keys pause and choose. What can not be fetched leaves the view
   that is there; the next turn tries again. */
(() => {
  "use strict";
  const root = document.documentElement;
  let timer;
  let place;

  const view = () => document.getElementById("view");
  const isPaused = () => "paused" in root.dataset;

  const go = (url) => {
    history.replaceState(null, "", url);
    // what is asked last is shown, whatever is still under way
    htmx.trigger(view(), "htmx:abort");
    htmx.ajax("GET", url, { source: view(), target: "#view", swap: "outerHTML" }).catch(() => {});
    wait();
  };

  const wait = () => {
    clearTimeout(timer);
    if (!isPaused()) timer = setTimeout(() => go(view().dataset.next), Number(view().dataset.pace) * 1000);
  };

  const turns = () => [...document.querySelectorAll("[data-turn]")];
  const current = () => turns().findIndex((each) => each.hasAttribute("aria-current"));

  /* Who presses a key twice is two views further, though the first has not come yet. */
  const turn = (step) => {
    place = ((place ?? current()) + step + turns().length) % turns().length;
    go(turns()[place].getAttribute("href"));
  };

  const pause = () => {
    if (isPaused()) delete root.dataset.paused;
    else root.dataset.paused = "";
    wait();
  };

  const KEYS = {
    " ": pause,
    p: pause,
    ArrowRight: () => turn(1),
    n: () => turn(1),
    ArrowLeft: () => turn(-1),
    b: () => turn(-1),
    f: () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const chosen = document.querySelector(`[data-turn="${CSS.escape(event.key)}"]`);
    if (!chosen && !KEYS[event.key]) return;
    event.preventDefault();
    if (chosen) turn(turns().indexOf(chosen) - (place ?? current()));
    else KEYS[event.key]();
  });

  document.addEventListener("htmx:afterSettle", () => {
    // an earlier view may settle after the next key was pressed
    if (current() === place) place = undefined;
  });

  /* A wall stands for weeks: once a day the page is loaded anew, with what was installed since. */
  setTimeout(() => location.reload(), 86400000);
  wait();
})();
