// Elements. Whatever comes from the data becomes text and nothing else.

const byId = (id) => document.getElementById(id);

function fill(element, properties, children) {
  for (const [key, value] of Object.entries(properties)) {
    if (key === "on") {
      Object.entries(value).forEach(([type, handler]) => element.addEventListener(type, handler));
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(key, value === true ? "" : String(value));
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

const el = (name, properties = {}, ...children) => fill(document.createElement(name), properties, children);
const svg = (name, properties = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", name), properties, children);

/** A name from elsewhere: its writing direction ends with it. */
const named = (text) => el("bdi", {}, text);

const chip = (kind, text) => el("span", { class: `chip ${kind}` }, text);

const empty = (text) => el("p", { class: "empty" }, text);

/** A header cell for each of [text, class]. */
function tableHead(columns) {
  return el("thead", {}, el("tr", {}, columns.map(([text, kind]) => el("th", { scope: "col", class: kind }, text))));
}

/** The rows of so many items, `step` of them at once and the others when they are asked for. */
function growingRows(body, items, row, step) {
  let shown = 0;
  const more = el("button", { type: "button", on: { click: () => add() } });
  function add() {
    const till = Math.min(shown + step, items);
    for (; shown < till; ++shown) body.append(row(shown));
    more.hidden = shown >= items;
    more.textContent = `Show more (${countText(items - shown)} left)`;
  }
  add();
  return more;
}

/** Calls `draw` with the width of the element now, and whenever it changes. */
function drawToFit(element, draw) {
  let width = 0;
  const fit = () => {
    const now = Math.floor(element.clientWidth);
    if (now === 0 || now === width) return;
    width = now;
    draw(width);
  };
  fit();
  new ResizeObserver(() => requestAnimationFrame(fit)).observe(element);
}

/** Buttons of a list that is too long to be shown at once. */
function pager(label, onMove) {
  const text = el("p", { role: "status" });
  const earlier = el("button", { type: "button", on: { click: () => onMove(-1) } }, "Previous");
  const later = el("button", { type: "button", on: { click: () => onMove(1) } }, "Next");
  earlier.setAttribute("aria-label", `Previous ${label}`);
  later.setAttribute("aria-label", `Next ${label}`);
  const bar = el("div", { class: "bar" }, text, earlier, later);
  const show = (words, hasEarlier, hasLater) => {
    text.textContent = words;
    earlier.disabled = !hasEarlier;
    later.disabled = !hasLater;
    earlier.hidden = later.hidden = !hasEarlier && !hasLater;
    bar.hidden = words === "" && earlier.hidden;
  };
  return { bar, show };
}
