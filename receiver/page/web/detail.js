// One batch: its files, their versions, and what is gone. "#/batch/<id>" in the address opens it.

const FILE_ROWS = 100;

const addressOf = (data, i) => `#/batch/${encodeURIComponent(batchId(data, i))}`;
const fact = (term, ...values) => [el("dt", {}, term), el("dd", {}, values)];

function facts(data, i) {
  const rejected = isRejected(data, i);
  return el("dl", { class: "facts" },
    fact("Batch ID", el("span", { class: "code" }, batchId(data, i))),
    fact("Producer", named(producerOf(data, i))),
    fact("Status", rejected ? chip("bad", "rejected") : chip("good", "stored")),
    rejected ? fact("Reason", el("span", { class: "reason" }, named(reasonOf(data, i)))) : [],
    fact("Packed", `${secondText(data.time[i])} UTC`),
    fact("Received", `${secondText(data.processed[i])} UTC`),
    fact("Files", `${countText(data.batches.files[i])}, ${sizeText(data.batches.bytes[i])}`));
}

function versionItem(data, file, shown) {
  const i = batchOfFile(data)[file];
  const when = `${minuteText(data.time[i])} UTC`;
  const link = file === shown ? el("strong", {}, when, " (this one)")
    : el("a", { href: addressOf(data, i) }, when);
  return el("li", {}, link, ` · ${sizeText(data.files.bytes[file])} · `,
    el("span", { class: "code" }, digestOf(data, file)));
}

function versionRow(data, file) {
  const versions = versionsOf(data, file);
  const more = versions.length > FILE_ROWS ? el("p", { class: "muted" }, `and ${countText(versions.length - FILE_ROWS)} older ones`) : null;
  return el("tr", { class: "versions" }, el("td", { colspan: 5 },
    `${counted(versions.length, "version", "versions")} of this file, the latest first; of each the beginning of its SHA-256:`,
    el("ol", {}, versions.slice(0, FILE_ROWS).map((one) => versionItem(data, one, file))), more));
}

function modifiedText(data, i, file) {
  const later = data.files.modified[file];
  return later === null ? "–" : minuteText(data.time[i] + later);
}

function fileRow(data, i, file) {
  const count = versionsOf(data, file).length;
  const path = data.texts.paths[data.files.path[file]];
  const button = el("button", { type: "button", class: "plain", "aria-expanded": "false" }, String(count));
  button.setAttribute("aria-label", `${counted(count, "version", "versions")} of ${path}`);
  const row = el("tr", {}, el("td", {}, named(path)),
    el("td", { class: "middle" }, named(data.texts.types[data.files.type[file]])),
    el("td", { class: "number" }, sizeText(data.files.bytes[file])),
    el("td", { class: "middle nowrap" }, modifiedText(data, i, file)), el("td", { class: "number" }, button));
  let versions = null;
  button.addEventListener("click", () => {
    versions ??= versionRow(data, file);
    const isOpen = versions.isConnected;
    if (isOpen) versions.remove(); else row.after(versions);
    button.setAttribute("aria-expanded", String(!isOpen));
  });
  return row;
}

function unlisted(count) {
  if (count <= 0) return null;
  return el("p", { class: "muted" }, `${filesText(count)} of this batch ${count === 1 ? "is" : "are"} not listed in this page: `,
    el("code", {}, "healthmetric-receiver files --all"), " lists them.");
}

function fileSection(data, i) {
  if (isRejected(data, i)) return [];
  const listed = data.batches.listed[i];
  if (data.batches.files[i] === 0) return [el("p", { class: "empty" }, "This batch has no files.")];
  const body = el("tbody");
  const more = growingRows(body, listed, (n) => fileRow(data, i, data.firstFile[i] + n), FILE_ROWS);
  const table = el("table", {}, el("caption", { class: "unseen" }, "Files of the batch"),
    tableHead([["Path"], ["Type", "middle"], ["Size", "number"], ["Modified", "middle"], ["Versions", "number"]]), body);
  return [el("h3", {}, "Files"), listed > 0 ? table : null, more, unlisted(data.batches.files[i] - listed)];
}

function goneSection(data, i) {
  const gone = data.gone[i];
  if (!gone) return [];
  const more = data.more_gone[i] ?? 0;
  return [el("h3", {}, `Gone: ${countText(gone.length + more)} that had been sent before`),
    el("ul", { class: "paths" }, gone.map((path) => el("li", {}, named(data.texts.paths[path])))),
    more ? el("p", { class: "muted" }, `and ${countText(more)} more`) : null];
}

class Detail {
  constructor(data) {
    this.data = data;
    this.dialog = byId("detail");
    this.dialog.addEventListener("close", () => this.onClose());
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog.close();
    });
    window.addEventListener("hashchange", () => this.follow());
  }

  /** Shows what the address names. */
  follow() {
    const [, id] = /^#\/batch\/(.*)$/.exec(location.hash) ?? [];
    const i = id === undefined ? -1 : findBatch(this.data, decoded(id));
    if (i >= 0) this.show(i);
    else if (this.dialog.open) this.dialog.close();
  }

  show(i) {
    const close = el("button", { type: "button", on: { click: () => this.dialog.close() } }, "Close");
    const title = el("h2", { id: "detail-title" }, named(nameOf(this.data, i)));
    this.dialog.replaceChildren(el("div", { class: "dialog-head" }, title, close), facts(this.data, i),
      ...[fileSection(this.data, i), goneSection(this.data, i)].flat(2).filter(Boolean));
    if (!this.dialog.open) this.dialog.showModal();
    this.dialog.scrollTop = 0;
    close.focus();
  }

  /** The address is again that of the page, so that the same link opens it once more. */
  onClose() {
    if (location.hash.startsWith("#/batch/")) history.replaceState(null, "", location.pathname + location.search);
  }
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
