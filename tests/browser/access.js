// What keeps people from using a page: names, labels, headings, and text one can not read.
() => {
  const problems = [];
  const say = (what, element) =>
    problems.push(`${what}: ${element.outerHTML.slice(0, 120).replace(/\s+/g, " ")}`);
  const isShown = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });

  const nameOf = (element) => {
    const labelled = (element.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean)
      .map((id) => document.getElementById(id)?.textContent || "").join(" ");
    const labels = element.labels ? [...element.labels].map((label) => label.textContent).join(" ") : "";
    return [element.getAttribute("aria-label"), labelled, labels, element.textContent,
      element.getAttribute("title"), element.getAttribute("alt")].find((text) => text && text.trim());
  };

  for (const element of document.querySelectorAll("a[href], button, summary, [role=img]")) {
    if (isShown(element) && !nameOf(element)) say("no name", element);
  }
  for (const element of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    const own = element.getAttribute("aria-label") || element.getAttribute("aria-labelledby");
    if (isShown(element) && !own && !(element.labels && element.labels.length)) say("no label", element);
  }
  for (const element of document.querySelectorAll("img:not([alt])")) say("no alt", element);
  for (const element of document.querySelectorAll("[tabindex]")) {
    if (element.tabIndex > 0) say("order of tabs", element);
  }
  for (const element of document.querySelectorAll("[aria-describedby], [aria-labelledby]")) {
    for (const attribute of ["aria-describedby", "aria-labelledby"]) {
      for (const id of (element.getAttribute(attribute) || "").split(/\s+/).filter(Boolean)) {
        if (!document.getElementById(id) && id !== "dialog-title") say(`no #${id}`, element);
      }
    }
  }
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) problems.push(`twice #${id}`);
  if (document.querySelectorAll("h1").length !== 1) problems.push("not one h1");
  if (document.querySelectorAll("main").length !== 1) problems.push("not one main");
  if (!document.title.trim() || document.title.startsWith(" ")) problems.push("no title");

  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([red, green, blue]) => [red, green, blue]
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const groundOf = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = rgba(getComputedStyle(each).backgroundColor);
      if (colour[3] > 250) return colour;
    }
    return [255, 255, 255, 255];
  };

  const seen = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || seen.has(element) || !isShown(element)) continue;
    seen.add(element);
    if (element.closest("script, noscript, template, option, .visually-hidden, .yw-skip, [disabled], canvas")) continue;
    const [one, other] = [light(rgba(getComputedStyle(element).color)), light(groundOf(element))].sort((a, b) => b - a);
    const contrast = (one + 0.05) / (other + 0.05);
    if (contrast < 4.5) say(`contrast ${contrast.toFixed(2)}`, element);
  }
  return problems;
}
