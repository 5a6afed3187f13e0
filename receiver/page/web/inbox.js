// What waits for the receiver or for other parts, and what was set aside.

const INBOX_ROWS = 5;

/** The batch by its id, as a link where the page has it. */
function batchName(data, id) {
  if (id === null) return "a payload";
  const i = findBatch(data, id);
  return i < 0 ? el("span", { class: "code" }, named(id)) : el("a", { class: "code", href: addressOf(data, i) }, id);
}

function waitingRow(data, batch) {
  const what = batch.complete ? chip("", "not received yet") : chip("warn", "parts are missing");
  return el("tr", {}, el("td", {}, batchName(data, batch.batch_id), " ", what),
    el("td", { class: "number middle" }, countText(batch.parts)), whenCell(batch.since, data.as_of));
}

function rejectedRow(data, batch) {
  return el("tr", {}, el("td", {}, batchName(data, batch.batch_id), el("div", { class: "reason" }, named(batch.reason))),
    el("td", { class: "middle" }, batch.producer === null ? "–" : named(batch.producer)),
    whenCell(batch.processed_at, data.as_of));
}

/** A table of the first ones, and how many there are when not all of them are in the data. */
function inboxTable(title, columns, items, count, row) {
  const body = el("tbody");
  const more = growingRows(body, items.length, (n) => row(items[n]), INBOX_ROWS);
  const others = count - items.length;
  return [el("h3", {}, `${title}: ${countText(count)}`),
    el("table", {}, el("caption", { class: "unseen" }, title), tableHead(columns), body), more,
    others > 0 ? el("p", { class: "muted" }, `${countText(others)} more are not listed here.`) : null];
}

function showInbox(data) {
  const { waiting, waiting_count: waits, rejected, rejected_count: set, not_looked_at: unseen } = data.status;
  const parts = [];
  if (waiting !== null && waiting.length > 0) {
    parts.push(inboxTable("Waiting", [["Batch"], ["Parts", "number middle"], ["Since"]], waiting, waits,
      (batch) => waitingRow(data, batch)));
  }
  if (rejected.length > 0) {
    parts.push(inboxTable("Rejected", [["Batch and reason"], ["Producer", "middle"], ["When"]], rejected, set,
      (batch) => rejectedRow(data, batch)));
  }
  if (parts.length === 0) parts.push(empty(waiting === null ? "Nothing was rejected." : "Nothing waits, and nothing was rejected."));
  parts.push(unseen.map((text) => el("p", { class: "muted small" }, "Not looked at: ", text, ".")));
  byId("inbox").append(...parts.flat().filter(Boolean));
}
