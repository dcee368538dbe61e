/* Visits on site: the telephone's position, and a signature drawn with a finger. Without scripts a
   visit is begun without a position, and signed on paper. */
(() => {
  "use strict";
  const locate = document.querySelector("[data-locate]");
  if (locate && navigator.geolocation && window.isSecureContext) {
    locate.hidden = false;
    locate.addEventListener("click", () => {
      const say = (text) => { locate.querySelector("span").textContent = text; };
      navigator.geolocation.getCurrentPosition(({ coords }) => {
        const told = [coords.latitude, coords.longitude, coords.accuracy];
        document.querySelector("[data-position]").value = told.join(",");
        say(locate.dataset.textThere);
      }, () => say(locate.dataset.textNone), { enableHighAccuracy: true, timeout: 15000 });
    });
  }

  const form = document.querySelector("[data-signing]");
  if (!form) return;
  const canvas = form.querySelector("canvas");
  const pen = canvas.getContext("2d");
  const strokes = [];

  /* The box is 1000 by 400, however large it is shown. */
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    const within = (value, most) => Math.max(0, Math.min(most, Math.round(value)));
    return [
      within((event.clientX - box.left) / box.width * canvas.width, canvas.width),
      within((event.clientY - box.top) / box.height * canvas.height, canvas.height),
    ];
  };

  const draw = () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.strokeStyle = getComputedStyle(canvas).color;
    pen.lineWidth = 6;
    pen.lineCap = pen.lineJoin = "round";
    for (const stroke of strokes) {
      pen.beginPath();
      stroke.forEach(([x, y], number) => number ? pen.lineTo(x, y) : pen.moveTo(x, y));
      pen.stroke();
    }
    form.elements.strokes.value = strokes.map((each) => each.map((at) => at.join(",")).join(" ")).join(";");
  };

  canvas.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    strokes.push([place(event)]);
    draw();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId) || !strokes.length) return;
    const stroke = strokes[strokes.length - 1];
    const [x, y] = place(event);
    const [lastX, lastY] = stroke[stroke.length - 1];
    if (Math.abs(x - lastX) + Math.abs(y - lastY) < 4) return;
    stroke.push([x, y]);
    draw();
  });
  form.querySelector("[data-wipe]").addEventListener("click", () => {
    strokes.length = 0;
    draw();
  });
})();
