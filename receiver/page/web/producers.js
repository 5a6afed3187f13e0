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

/** The producers that have batches in the page, by their names. */
function producerOrder(data) {
  const used = new Set(data.batches.producer);
  const { compare } = new Intl.Collator("en", { numeric: true });
  return [...used].sort((a, b) => compare(data.texts.producers[a], data.texts.producers[b]));
}

function whenCell(time, asOf, kind = "") {
  const seconds = secondsOf(time);
  if (seconds === null) return el("td", { class: `muted ${kind}` }, "–");
  return el("td", { class: kind }, el("span", { class: "nowrap" }, minuteText(seconds)), " ",
    el("span", { class: "muted small nowrap" }, agoText(seconds, asOf)));
}

function rhythmText(state) {
  if (!state.every_seconds) return "–";
  const grace = state.grace_seconds === state.every_seconds ? "" : ` + ${durationText(state.grace_seconds)}`;
  return `${durationText(state.every_seconds)}${grace}${state.rhythm === "learned" ? " (learned)" : ""}`;
}

function tokenCell(state, asOf) {
  const end = secondsOf(state.token_expires);
  if (end === null) return el("td", { class: "muted wide" }, "–");
  const left = end - asOf;
  const kind = left < 3 * DAY ? "bad" : left < 14 * DAY ? "warn" : null;
  const text = dayText(end);
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

/** Who needs to be looked after comes first. */
function statesInOrder(data) {
  const urgency = ["silent", "never_seen", "late", "unexpected", "ok", "new", "ignored"];
  return [...data.status.producers].sort((a, b) => urgency.indexOf(a.state) - urgency.indexOf(b.state));
}

function showProducers(data) {
  const section = byId("producers");
  const states = statesInOrder(data);
  if (states.length === 0) {
    section.append(empty("No producer has sent anything yet."));
    return;
  }
  const body = el("tbody");
  let first = 0;
  const pages = pager("producers", (step) => draw(first + step * PRODUCER_ROWS));
  function draw(from) {
    first = from;
    const till = Math.min(first + PRODUCER_ROWS, states.length);
    body.replaceChildren(...states.slice(first, till).map((state) => stateRow(data, state)));
    pages.show(states.length > PRODUCER_ROWS ? `${first + 1}–${till} of ${states.length}` : "", first > 0, till < states.length);
  }
  draw(0);
  section.append(el("table", {}, el("caption", { class: "unseen" }, "Producers, and when each was last heard of"),
    tableHead(STATE_COLUMNS), body), pages.bar);
}
