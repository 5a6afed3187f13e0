// Who sends: the table of producers, and in which order they are shown everywhere.

const STATES = {
  ok: ["good", "ok"],
  late: ["warn", "late"],
  silent: ["bad", "silent"],
  never_seen: ["bad", "never seen"],
  new: ["", "new"],
  unexpected: ["warn", "unexpected"],
  ignored: ["", "ignored"],
};
const PRODUCER_ROWS = 25;

/** By producer, the sums of its batches in the page. */
function sumsOf(data) {
  const sums = data.texts.producers.map(() => ({ batches: 0, bytes: 0, rejected: 0, contact: -Infinity }));
  for (let i = 0; i < data.count; ++i) {
    const sum = sums[data.batches.producer[i]];
    sum.batches += 1;
    sum.bytes += isRejected(data, i) ? 0 : data.batches.bytes[i];
    sum.rejected += Number(isRejected(data, i));
    sum.contact = Math.max(sum.contact, data.processed[i]);
  }
  return sums;
}

/** The producers that have batches in the page, by their names. */
function producerOrder(data) {
  const used = new Set(data.batches.producer);
  const { compare } = new Intl.Collator("en", { numeric: true });
  return [...used].sort((a, b) => compare(data.texts.producers[a], data.texts.producers[b]));
}

function whenCell(seconds, asOf, kind = "") {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return el("td", { class: `muted ${kind}` }, "–");
  return el("td", { class: kind }, el("span", { class: "nowrap" }, minuteText(seconds)), " ",
    el("span", { class: "muted small nowrap" }, agoText(seconds, asOf)));
}

function rhythmText(state) {
  if (!state.every) return "–";
  const grace = state.grace === state.every ? "" : `, ${durationText(state.grace)} grace`;
  return `${durationText(state.every)}${grace}${state.rhythm === "learned" ? " (learned)" : ""}`;
}

function tokenCell(state, asOf) {
  if (!state.token_expires) return el("td", { class: "muted wide" }, "–");
  const left = state.token_expires - asOf;
  const kind = left < 3 * DAY ? "bad" : left < 14 * DAY ? "warn" : null;
  const text = dayText(state.token_expires);
  return el("td", { class: "wide nowrap" }, kind ? chip(kind, `${text}${left < 0 ? ", ended" : ""}`) : text);
}

function stateRow(data, state) {
  const [kind, text] = STATES[state.state] ?? ["", state.state];
  const instances = state.instances > 1 ? el("div", { class: "reason" }, `${state.instances} instances use this id`) : null;
  return el("tr", {}, el("th", { scope: "row" }, named(state.producer), instances), el("td", {}, chip(kind, text)),
    whenCell(state.last_contact, data.as_of), whenCell(state.last_file, data.as_of, "middle"),
    el("td", { class: "middle" }, rhythmText(state)), el("td", { class: "number middle" }, countText(state.batches)),
    el("td", { class: "wide" }, state.sender_version ? named(state.sender_version) : "–"), tokenCell(state, data.as_of));
}

const STATE_COLUMNS = [["Producer"], ["State"], ["Last contact"], ["Last new file", "middle"], ["Expected every", "middle"],
  ["Batches", "number middle"], ["Sender", "wide"], ["Token ends", "wide"]];

function plainRow(data, sums, producer) {
  const sum = sums[producer];
  return el("tr", {}, el("th", { scope: "row" }, named(data.texts.producers[producer])),
    whenCell(sum.contact, data.as_of), el("td", { class: "number" }, countText(sum.batches)),
    el("td", { class: "number middle" }, countText(sum.rejected)), el("td", { class: "number middle" }, sizeText(sum.bytes)));
}

const PLAIN_COLUMNS = [["Producer"], ["Last contact"], ["Batches", "number"], ["Rejected", "number middle"],
  ["Stored", "number middle"]];

/** Who needs to be looked after comes first. */
function statesInOrder(data) {
  const urgency = ["silent", "never_seen", "late", "unexpected", "ok", "new", "ignored"];
  return [...data.states].sort((a, b) => urgency.indexOf(a.state) - urgency.indexOf(b.state));
}

function producerRows(data, order) {
  if (data.states) return statesInOrder(data).map((state) => () => stateRow(data, state));
  const sums = sumsOf(data);
  return order.map((producer) => () => plainRow(data, sums, producer));
}

function showProducers(data, order) {
  const section = byId("producers");
  const rows = producerRows(data, order);
  if (rows.length === 0) {
    section.append(empty("No producer has sent anything yet."));
    return;
  }
  const body = el("tbody");
  let first = 0;
  const pages = pager("producers", (step) => draw(first + step * PRODUCER_ROWS));
  function draw(from) {
    first = from;
    const till = Math.min(first + PRODUCER_ROWS, rows.length);
    body.replaceChildren(...rows.slice(first, till).map((row) => row()));
    pages.show(rows.length > PRODUCER_ROWS ? `${first + 1}–${till} of ${rows.length}` : "", first > 0, till < rows.length);
  }
  draw(0);
  section.append(el("table", {}, el("caption", { class: "unseen" }, "Producers, and when each was last heard of"),
    tableHead(data.states ? STATE_COLUMNS : PLAIN_COLUMNS), body), pages.bar);
}
