// Times, sizes and counts as the programs print them. All times are UTC.

const DAY = 86400;
const pad = (number, width = 2) => String(number).padStart(width, "0");
const dayNumber = (seconds) => Math.floor(seconds / DAY);
const isoTime = (seconds) => {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString();
};
const secondsOf = (text) => (text === null ? null : Date.parse(text) / 1000);
const dayText = (seconds) => isoTime(seconds).slice(0, 10);
const minuteText = (seconds) => isoTime(seconds).slice(0, 16).replace("T", " ");
const secondText = (seconds) => isoTime(seconds).slice(0, 19).replace("T", " ");
const compactTime = (seconds) => isoTime(seconds).slice(0, 19).replace(/[-:]/g, "") + "Z";

function sizeText(bytes) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    ++unit;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}

const countText = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");
const counted = (count, one, many) => `${countText(count)} ${count === 1 ? one : many}`;
const batchesText = (count) => counted(count, "batch", "batches");
const filesText = (count) => counted(count, "file", "files");

/** "3 days", "1 day 12 hours", "45 minutes": the two largest units. */
function durationText(seconds) {
  const parts = [];
  let rest = Math.max(0, Math.round(seconds));
  for (const [unit, length] of [["day", DAY], ["hour", 3600], ["minute", 60]]) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) parts.push(counted(count, unit, `${unit}s`));
  }
  return parts.slice(0, 2).join(" ") || "less than a minute";
}

/** "5 min", "36 h", "3 d": in whole units, for where there is little room. */
function ageText(seconds) {
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 2 * DAY) return `${Math.floor(seconds / 3600)} h`;
  return `${countText(Math.floor(seconds / DAY))} d`;
}

const agoText = (seconds, asOf) => (seconds > asOf ? "in the future" : `${ageText(asOf - seconds)} ago`);
