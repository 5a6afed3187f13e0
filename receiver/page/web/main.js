// Puts the page together.

/** What the page does not show, and why. */
function notices(data) {
  const { bounds, before } = data;
  const list = [];
  if (before.batches > 0) {
    list.push([`Shown are the ${batchesText(data.count)} packed last. ${countText(before.batches)} older `
      + `${before.batches === 1 ? "one" : "ones"} with ${sizeText(before.bytes)} count in the curve alone; --limit and --since choose how many are shown.`]);
  }
  if (bounds.length > 0) list.push([`Chosen when this page was made: ${bounds.join(", ")}.`]);
  if (data.unlisted_batches > 0) {
    list.push([`The files of ${batchesText(data.unlisted_batches)} are not listed, or not all of them, to keep the page small; --since, --producer and --batch choose fewer.`]);
  }
  if (data.status.from_the_future > 0) {
    list.push([`${counted(data.status.from_the_future, "summary claims", "summaries claim")} to be from the future, and ${data.status.from_the_future === 1 ? "does" : "do"} not count for the states.`, "warn"]);
  }
  if (data.errors > 0) {
    list.push([`${counted(data.errors, "summary", "summaries")} could not be read and ${data.errors === 1 ? "is" : "are"} missing here; healthmetric-receiver verify names ${data.errors === 1 ? "it" : "them"}.`, "warn"]);
  }
  return list;
}

function showNotices(data) {
  const list = notices(data);
  byId("notices").hidden = list.length === 0;
  byId("notices").append(...list.map(([text, kind]) => el("li", { class: kind }, named(text))));
}

function showFigures(data) {
  const rejected = data.status.rejected_count;
  let [files, bytes] = [data.before.files, data.before.bytes];
  for (let i = 0; i < data.count; ++i) {
    if (isRejected(data, i)) continue;
    files += data.batches.files[i];
    bytes += data.batches.bytes[i];
  }
  const isAlarming = ({ state }) => state === "silent" || state === "never_seen";
  const silent = data.status.producers.filter(isAlarming).length;
  const figures = [
    ["Producers", countText(data.status.producers.length)],
    ["Silent or never seen", countText(silent), silent > 0 ? "bad" : null],
    ["Batches", countText(data.count + data.before.batches)],
    ["File versions", countText(files)],
    ["Stored", sizeText(bytes)],
    ["Rejected batches", countText(rejected), rejected > 0 ? "bad" : null],
  ];
  byId("figures").append(...figures.map(([term, value, kind]) =>
    el("div", { class: kind }, el("dt", {}, term), el("dd", {}, value))));
}

function start() {
  const data = decode(JSON.parse(byId("data").textContent));
  byId("as-of").append("As of ", el("time", { datetime: isoTime(data.as_of) }, `${minuteText(data.as_of)} UTC`));
  byId("made").append(`Made by healthmetric-receiver ${data.program} on ${minuteText(data.made)} UTC from summaries alone: `
    + "nothing in this page is from inside a file, and it loads nothing from anywhere.");
  const order = producerOrder(data);
  showNotices(data);
  showFigures(data);
  showProducers(data);
  showInbox(data);
  const batches = showBatches(data);
  showCalendar(data, order, (producer, day) => batches.chooseDay(producer, day));
  showGrowth(data);
  new Detail(data).follow();
}

start();
