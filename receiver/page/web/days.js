// The days of the calendar and the curve: those on which batches were received, as clocks of producers
// may be wrong. A day that is far off all the same must not stretch them.

const MOST_DAYS = 3653;  // ten years

const receivedDay = (data, i) => dayNumber(data.processed[i]);
const lastDay = (data) => dayNumber(data.as_of);
const firstDay = (data) => lastDay(data) - MOST_DAYS;

function isOnSomeDay(data, i) {
  const day = receivedDay(data, i);
  return day >= firstDay(data) && day <= lastDay(data);
}

/** What the calendar and the curve lack, in words; null where that is nothing. */
function offDaysNote(data) {
  let count = 0;
  for (let i = 0; i < data.count; ++i) count += Number(!isOnSomeDay(data, i));
  if (count === 0) return null;
  const [are, them] = count === 1 ? ["is", "it"] : ["are", "them"];
  return el("p", { class: "muted small" }, `${batchesText(count)} ${are} on none of these days: received before `
    + `${dayText(firstDay(data) * DAY)} or after ${dayText(lastDay(data) * DAY)}. The table of batches has ${them}.`);
}
