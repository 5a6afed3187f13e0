// Producers × days. One cell can be reached with Tab, the others from there with the arrow keys.

const CELL = 16;  // pixels, with the gap
const CALENDAR_ROWS = 25;

/** "producer day" → what was received then. */
function daysOf(data) {
  const days = new Map();
  for (let i = 0; i < data.count; ++i) {
    if (!isOnSomeDay(data, i)) continue;
    const key = `${data.batches.producer[i]} ${receivedDay(data, i)}`;
    const sum = days.get(key) ?? { batches: 0, files: 0, bytes: 0, rejected: 0 };
    sum.batches += 1;
    sum.files += data.batches.files[i];
    sum.bytes += data.batches.bytes[i];
    sum.rejected += Number(isRejected(data, i));
    days.set(key, sum);
  }
  return days;
}

/** The first day with a batch. */
function oldestDay(data) {
  let oldest = null;
  for (let i = 0; i < data.count; ++i) {
    if (isOnSomeDay(data, i) && (oldest === null || receivedDay(data, i) < oldest)) oldest = receivedDay(data, i);
  }
  return oldest;
}

/** How many files make a day dark: what nine in ten days stay below. */
function darkest(days) {
  const counts = [...days.values()].map((sum) => sum.files).filter(Boolean).sort((a, b) => a - b);
  return counts.length ? counts[Math.floor(0.9 * (counts.length - 1))] : 1;
}

function cellClass(sum, most) {
  if (!sum) return "";
  const level = Math.min(4, Math.max(1, Math.ceil(4 * Math.log1p(sum.files) / Math.log1p(most))));
  const amount = sum.files > 0 ? `level-${level}` : "heartbeat";
  return `some ${amount}${sum.rejected ? " rejected" : ""}`;
}

function cellLabel(producer, day, sum) {
  const what = sum
    ? `${batchesText(sum.batches)}, ${filesText(sum.files)}, ${sizeText(sum.bytes)}${sum.rejected ? `, ${sum.rejected} rejected` : ""}`
    : "nothing";
  return `${dayText(day * DAY)}, ${producer}: ${what}`;
}

/** The months above the days: each at its first day, and at the beginning of the window. */
function monthRow(first, count) {
  const cells = Array.from({ length: count }, (_, i) => {
    const day = dayText((first + i) * DAY);
    const isNamed = day.endsWith("-01") || (i === 0 && Number(day.slice(8)) < 25);
    return el("td", { class: "month" }, isNamed && i + 4 <= count ? el("span", {}, day.slice(0, 7)) : null);
  });
  return el("tr", { "aria-hidden": "true" }, el("td", { class: "month" }), cells);
}

const LEGEND = [["", "nothing"], ["level-1", "few files"], ["level-4", "many files"],
  ["heartbeat", "a batch without files"], ["rejected", "a rejected batch"]];

class Calendar {
  constructor(data, order, onChoose) {
    Object.assign(this, { data, order, onChoose, days: daysOf(data), row: 0, count: 7, current: null });
    this.most = darkest(this.days);
    this.last = lastDay(data);
    this.end = this.last;
    this.oldest = oldestDay(data) ?? this.last;
    this.times = pager("days", (step) => this.move(step));
    this.rows = pager("producers of the calendar", (step) => this.turn(step));
    this.grid = el("table", { role: "grid", "aria-label": "Batches by producer and day",
      on: { keydown: (event) => this.onKey(event), click: (event) => this.choose(event.target) } });
  }

  show(section) {
    const frame = el("div", {}, this.grid);
    section.append(this.times.bar, frame, this.rows.bar,
      el("ul", { class: "legend" }, LEGEND.map(([kind, text]) => el("li", {}, el("i", { class: kind }), text))),
      offDaysNote(this.data) ?? "");
    drawToFit(frame, (width) => this.fit(width));
  }

  /** As many days as there is room for beside the names. */
  fit(width) {
    this.count = 7;
    this.draw();
    const names = this.grid.querySelector("tbody th").offsetWidth;
    this.count = Math.max(7, Math.min(180, Math.floor((width - names - 4) / CELL)));
    this.draw();
  }

  move(step) {
    this.end = Math.min(this.last, Math.max(this.end + step * this.count, this.oldest + this.count - 1));
    this.draw();
  }

  turn(step) {
    this.row += step * CALENDAR_ROWS;
    this.draw();
  }

  draw() {
    const first = this.end - this.count + 1;
    const rows = this.order.slice(this.row, this.row + CALENDAR_ROWS);
    this.grid.replaceChildren(el("thead", { role: "presentation" }, monthRow(first, this.count)),
      el("tbody", { role: "presentation" }, rows.map((producer) => this.producerRow(producer, first))));
    this.times.show(`${dayText(first * DAY)} to ${dayText(this.end * DAY)}, by the day a batch was received (UTC)`,
      first > this.oldest, this.end < this.last);
    const till = Math.min(this.row + CALENDAR_ROWS, this.order.length);
    this.rows.show(this.order.length > CALENDAR_ROWS ? `Producers ${this.row + 1}–${till} of ${this.order.length}` : "",
      this.row > 0, till < this.order.length);
    const cells = this.grid.querySelectorAll("td[role=gridcell]");
    this.focusable(cells[this.count - 1]);
  }

  producerRow(producer, first) {
    const name = this.data.texts.producers[producer];
    const cells = Array.from({ length: this.count }, (_, i) => {
      const day = first + i;
      const sum = this.days.get(`${producer} ${day}`);
      const label = cellLabel(name, day, sum);
      return el("td", { role: "gridcell", tabindex: -1, class: cellClass(sum, this.most), "aria-label": label, title: label,
        "data-producer": producer, "data-day": day });
    });
    return el("tr", { role: "row" }, el("th", { role: "rowheader", scope: "row", title: name }, named(name)), cells);
  }

  focusable(cell) {
    if (!cell) return;
    this.current?.setAttribute("tabindex", -1);
    this.current = cell;
    cell.setAttribute("tabindex", 0);
  }

  choose(cell) {
    if (!cell.classList.contains("some")) return;
    this.focusable(cell);
    this.onChoose(Number(cell.dataset.producer), Number(cell.dataset.day));
  }

  onKey(event) {
    const cell = event.target;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.choose(cell);
      return;
    }
    const next = this.neighbour(cell, event.key);
    if (!next) return;
    event.preventDefault();
    this.focusable(next);
    next.focus();
  }

  neighbour(cell, key) {
    const across = cell.cellIndex;
    const row = cell.parentElement;
    const steps = { ArrowLeft: [row, across - 1], ArrowRight: [row, across + 1],
      ArrowUp: [row.previousElementSibling, across], ArrowDown: [row.nextElementSibling, across],
      Home: [row, 1], End: [row, this.count] };
    const [to, at] = steps[key] ?? [null, 0];
    const next = to?.cells[at];
    return next?.getAttribute("role") === "gridcell" ? next : null;
  }
}

function showCalendar(data, order, onChoose) {
  const section = byId("calendar");
  if (data.count === 0) section.append(empty("There is no batch yet."));
  else new Calendar(data, order, onChoose).show(section);
}
