// The table of batches: what to look for, in which order, and a page of rows at a time.

const BATCH_ROWS = 50;
const PRINTED_ROWS = 1000;
const COLUMNS = [
  { by: "time", text: "Packed", kind: "time" },
  { by: "name", text: "Batch" },
  { by: "producer", text: "Producer", kind: "middle" },
  { by: "files", text: "Files", kind: "number files middle" },
  { by: "bytes", text: "Size", kind: "number size" },
  { by: "status", text: "Status", kind: "status middle" },
];
const FROM_LARGE = ["time", "files", "bytes", "status"];
const NOTHING_CHOSEN = { query: "", producer: null, name: null, rejected: null, type: null, day: null };

function batchRow(data, i) {
  const time = minuteText(data.time[i]);
  const reason = isRejected(data, i)
    ? el("div", { class: "reason" }, el("span", { class: "only-narrow" }, chip("bad", "rejected")), named(reasonOf(data, i))) : null;
  return el("tr", { class: "opens", "data-batch": i },
    el("td", {}, el("a", { href: addressOf(data, i), "aria-label": `${time}, ${nameOf(data, i)}: details` },
      el("span", { class: "nowrap" }, time.slice(0, 10)), " ", el("span", { class: "nowrap" }, time.slice(11)))),
    el("td", {}, named(nameOf(data, i)), el("div", { class: "only-narrow muted small" }, named(producerOf(data, i))), reason),
    el("td", { class: "middle" }, named(producerOf(data, i))),
    el("td", { class: "number middle" }, countText(data.batches.files[i])),
    el("td", { class: "number" }, sizeText(data.batches.bytes[i])),
    el("td", { class: "middle" }, isRejected(data, i) ? chip("bad", "rejected") : chip("good", "stored")));
}

/** A control with its label above. */
function field(label, control) {
  control.id = `filter-${label.toLowerCase()}`;
  return el("div", { class: "field" }, el("label", { for: control.id }, label), control);
}

/** A choice of one of the texts that `column` uses. */
function choices(label, texts, used, onChange) {
  const { compare } = new Intl.Collator("en", { numeric: true });
  const order = [...new Set(used)].sort((a, b) => compare(texts[a], texts[b]));
  const select = el("select", { on: { change: () => onChange(select.value === "" ? null : Number(select.value)) } },
    el("option", { value: "" }, "all"), order.map((text) => el("option", { value: text }, texts[text])));
  return { select, field: field(label, select) };
}

class Batches {
  constructor(data) {
    this.data = data;
    this.choice = { ...NOTHING_CHOSEN };
    this.sort = { by: "time", descending: true };
    this.first = 0;
    this.rows = BATCH_ROWS;
    this.body = el("tbody", { on: { click: (event) => this.open(event) } });
    this.heads = COLUMNS.map((column) => this.head(column));
    this.pages = pager("batches", (step) => this.turn(step));
    this.chosenDay = el("button", { type: "button", hidden: true, on: { click: () => this.choose({ day: null }) } });
    this.clear = el("button", { type: "button", hidden: true, on: { click: () => this.chooseNothing() } }, "Show all");
    this.nothing = el("p", { class: "empty", hidden: true }, "No batch matches.");
  }

  show(section) {
    section.append(this.filters(), el("div", { class: "bar" }, this.chosenDay, this.clear),
      el("table", {}, el("caption", { class: "unseen" }, "Batches; the buttons in the header sort them"),
        el("thead", {}, el("tr", {}, this.heads)), this.body), this.nothing, this.pages.bar);
    window.addEventListener("beforeprint", () => this.print(PRINTED_ROWS));
    window.addEventListener("afterprint", () => this.print(BATCH_ROWS));
    this.update();
    // So that the first search need not do it.
    (globalThis.requestIdleCallback ?? setTimeout)(() => search(this.data, { ...NOTHING_CHOSEN, query: "…" }));
  }

  head({ by, text, kind }) {
    const button = el("button", { type: "button", on: { click: () => this.sortBy(by) } }, text);
    return el("th", { scope: "col", class: kind, "data-sort": by }, button);
  }

  filters() {
    const { texts, batches } = this.data;
    this.query = el("input", { type: "search", placeholder: "name, producer, path, id or reason", spellcheck: "false",
      on: { input: () => this.choose({ query: this.query.value }) } });
    this.producer = choices("Producer", texts.producers, batches.producer, (producer) => this.choose({ producer }));
    this.name = choices("Batch", texts.names, batches.name, (name) => this.choose({ name }));
    this.status = choices("Status", ["stored", "rejected"], [0, 1],
      (status) => this.choose({ rejected: status === null ? null : status === 1 }));
    this.type = choices("Type", texts.types, this.data.type_sets.flat(), (type) => this.choose({ type }));
    return el("div", { class: "filters", role: "search", "aria-label": "Batches" },
      field("Search", this.query), this.producer.field, this.name.field, this.status.field, this.type.field);
  }

  choose(change) {
    Object.assign(this.choice, change);
    this.update();
  }

  chooseNothing() {
    this.choice = { ...NOTHING_CHOSEN };
    this.query.value = "";
    for (const { select } of [this.producer, this.name, this.status, this.type]) select.value = "";
    this.update();
    this.query.focus();
  }

  /** A day of the calendar. */
  chooseDay(producer, day) {
    this.chooseNothing();
    this.producer.select.value = producer;
    this.choose({ producer, day });
    byId("batches").focus();
    byId("batches").scrollIntoView();
  }

  sortBy(by) {
    const descending = this.sort.by === by ? !this.sort.descending : FROM_LARGE.includes(by);
    this.sort = { by, descending };
    this.update();
  }

  update() {
    this.found = sorted(this.data, search(this.data, this.choice), this.sort);
    this.first = 0;
    this.heads.forEach((head) => {
      if (head.dataset.sort === this.sort.by) head.setAttribute("aria-sort", this.sort.descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    const { day } = this.choice;
    this.chosenDay.hidden = day === null;
    this.chosenDay.textContent = day === null ? "" : `Received on ${dayText(day * DAY)} ×`;
    this.clear.hidden = Object.keys(NOTHING_CHOSEN).every((key) => this.choice[key] === NOTHING_CHOSEN[key]);
    this.draw();
  }

  turn(step) {
    this.first = Math.max(0, this.first + step * this.rows);
    this.draw();
  }

  print(rows) {
    this.rows = rows;
    this.draw();
  }

  draw() {
    const till = Math.min(this.first + this.rows, this.found.length);
    this.body.replaceChildren(...this.found.slice(this.first, till).map((i) => batchRow(this.data, i)));
    const all = this.found.length === this.data.count ? "" : ` (of ${countText(this.data.count)})`;
    const range = till < this.found.length || this.first > 0 ? `${countText(this.first + 1)}–${countText(till)} of ` : "";
    this.pages.show(`${range}${batchesText(this.found.length)}${all}`, this.first > 0, till < this.found.length);
    this.nothing.hidden = this.found.length > 0;
  }

  /** Anywhere in the row; the link in it is for the keyboard. */
  open(event) {
    const row = event.target.closest("tr");
    if (event.target.closest("a") || !row || String(getSelection()) !== "") return;
    row.querySelector("a").click();
  }
}

function showBatches(data) {
  const section = byId("batches");
  if (data.count === 0) {
    section.append(empty("There is no batch yet. What the receiver stores or rejects appears here."));
    return null;
  }
  const batches = new Batches(data);
  batches.show(section);
  return batches;
}
