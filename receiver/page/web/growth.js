// How much is stored, day by day.

/** [day, bytes until then], one a day on which something was received, the oldest first; it begins
    with what is on no day. */
function curveOf(data) {
  const days = new Map();
  let sum = data.before.bytes;
  for (let i = 0; i < data.count; ++i) {
    if (isRejected(data, i)) continue;
    const bytes = data.batches.bytes[i];
    if (isOnSomeDay(data, i)) days.set(receivedDay(data, i), (days.get(receivedDay(data, i)) ?? 0) + bytes);
    else sum += bytes;
  }
  const start = sum;
  const points = [...days].sort(([a], [b]) => a - b).map(([day, bytes]) => {
    sum += bytes;
    return [day, sum];
  });
  if (points.length === 0 && start > 0) points.push([lastDay(data), start]);
  return { start, points };
}

/** A few even steps from 0 to at least `most`, in powers of two as sizes are. */
function sizeSteps(most) {
  let step = 1;
  while (step * 4 < most) step *= 2;
  return Array.from({ length: Math.floor(Math.max(1, most) / step) + 1 }, (_, i) => i * step);
}

/** [day, where its text is anchored], from the first to the last. */
function dateSteps(first, last, count) {
  const steps = Math.max(1, Math.min(count, last - first));
  const anchor = (i) => (i === 0 ? "start" : i === steps ? "end" : "middle");
  return Array.from({ length: steps + 1 }, (_, i) => [Math.round(first + i * (last - first) / steps), anchor(i)]);
}

function drawCurve({ start, points }, till, width) {
  const [left, right, top, bottom] = [72, 12, 12, 28];
  const height = Math.max(160, Math.min(240, width * 0.35));
  const first = points[0][0] - 1;
  const last = Math.max(till, first + 2);
  const most = points[points.length - 1][1];
  const x = (day) => Math.round(10 * (left + (day - first) / (last - first) * (width - left - right))) / 10;
  const y = (bytes) => Math.round(10 * (height - bottom - bytes / (most || 1) * (height - top - bottom))) / 10;
  let line = `M${x(first)} ${y(start)}`;
  points.forEach(([day, bytes]) => { line += `H${x(day)}V${y(bytes)}`; });
  line += `H${x(last)}`;
  const label = `Stored bytes, from ${dayText(points[0][0] * DAY)} to ${dayText(last * DAY)}: they grew to ${sizeText(most)}`;
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label },
    sizeSteps(most).map((bytes) => [
      svg("line", { class: "grid", x1: left, x2: width - right, y1: y(bytes), y2: y(bytes) }),
      svg("text", { x: left - 8, y: y(bytes) + 4, "text-anchor": "end" }, sizeText(bytes).replace(".0 ", " "))]).flat(),
    dateSteps(first + 1, last, Math.floor((width - left) / 130)).map(([day, anchor]) =>
      svg("text", { x: x(day), y: height - 8, "text-anchor": anchor }, dayText(day * DAY))),
    svg("path", { class: "area", d: `${line}V${y(0)}H${x(first)}Z` }),
    svg("path", { class: "curve", d: line }),
    svg("circle", { class: "last", cx: x(last), cy: y(most), r: 3.5 }));
}

/** month → batches, files and bytes that were stored, the latest first. */
function byMonth(data) {
  const months = new Map();
  for (let i = 0; i < data.count; ++i) {
    if (isRejected(data, i)) continue;
    const month = dayText(data.processed[i]).slice(0, 7);
    const sums = months.get(month) ?? [0, 0, 0];
    months.set(month, [sums[0] + 1, sums[1] + data.batches.files[i], sums[2] + data.batches.bytes[i]]);
  }
  return new Map([...months].sort(([a], [b]) => (a < b ? 1 : -1)));
}

function monthTable(data) {
  const rows = [...byMonth(data)].map(([month, [batches, files, bytes]]) =>
    el("tr", {}, el("th", { scope: "row" }, month), ...[countText(batches), countText(files), sizeText(bytes)]
      .map((text) => el("td", { class: "number" }, text))));
  return el("details", {}, el("summary", {}, "By month"),
    el("table", {}, el("caption", { class: "unseen" }, "What was stored, by month"),
      tableHead([["Month"], ["Batches", "number"], ["Files", "number"], ["Size", "number"]]), el("tbody", {}, rows)));
}

function showGrowth(data) {
  const section = byId("growth");
  const curve = curveOf(data);
  if (curve.points.length === 0) {
    section.append(empty("Nothing was stored yet."));
    return;
  }
  const chart = el("div");
  section.append(chart, offDaysNote(data) ?? "", monthTable(data));
  drawToFit(chart, (width) => chart.replaceChildren(drawCurve(curve, lastDay(data), width)));
}
