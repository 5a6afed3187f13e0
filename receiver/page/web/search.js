// Which batches are wanted, and in which order.

const SORTS = {
  time: (data) => data.time,
  name: (data) => ranks(data, "names", data.batches.name),
  producer: (data) => ranks(data, "producers", data.batches.producer),
  files: (data) => data.batches.files,
  bytes: (data) => data.batches.bytes,
  status: (data) => data.batches.reason.map((reason) => Number(reason > 0)),
};

const caches = new Map();

/** What `make` returns, made once. */
function cached(key, make) {
  if (!caches.has(key)) caches.set(key, make());
  return caches.get(key);
}

/** Of each batch, the place of its text in the order of people. */
function ranks(data, table, column) {
  const { compare } = new Intl.Collator("en", { numeric: true });
  const places = new Uint32Array(data.texts[table].length);
  const order = [...places.keys()].sort((a, b) => compare(data.texts[table][a], data.texts[table][b]));
  order.forEach((text, place) => { places[text] = place; });
  return column.map((text) => places[text]);
}

const lower = (data, table) => cached(table, () => data.texts[table].map((text) => text.toLowerCase()));

/** Of each text of a table, whether it has the word. */
function having(data, table, word) {
  return Uint8Array.from(lower(data, table), (text) => (text.includes(word) ? 1 : 0));
}

/** The batches with a file of such a path, or of which one is gone. */
function withPath(data, word) {
  const found = new Uint8Array(data.count);
  const paths = having(data, "paths", word);
  if (!paths.includes(1)) return found;
  const batch = batchOfFile(data);
  data.files.path.forEach((path, file) => { if (paths[path]) found[batch[file]] = 1; });
  Object.entries(data.gone).forEach(([i, gone]) => { if (gone.some((path) => paths[path])) found[i] = 1; });
  return found;
}

function idsInLowerCase(data) {
  return cached("ids", () => Array.from({ length: data.count }, (_, i) => batchId(data, i).toLowerCase()));
}

/** Of each batch, whether the word is in its name, producer, id, reason or a path. */
function withWord(data, word) {
  const found = withPath(data, word);
  const names = having(data, "names", word);
  const producers = having(data, "producers", word);
  const reasons = having(data, "reasons", word);
  const ids = idsInLowerCase(data);
  for (let i = 0; i < data.count; ++i) {
    found[i] ||= names[data.batches.name[i]] || producers[data.batches.producer[i]]
      || (isRejected(data, i) && reasons[data.batches.reason[i] - 1]) || (ids[i].includes(word) ? 1 : 0);
  }
  return found;
}

/** `choice` has the indices that were selected, null where anything will do. */
function matches(data, choice, i) {
  return (choice.producer === null || data.batches.producer[i] === choice.producer)
    && (choice.name === null || data.batches.name[i] === choice.name)
    && (choice.rejected === null || isRejected(data, i) === choice.rejected)
    && (choice.day === null || receivedDay(data, i) === choice.day)
    && (choice.type === null || typesOf(data, i).includes(choice.type));
}

/** The batches that have all words of the query and are what was chosen. */
function search(data, choice) {
  const words = choice.query.toLowerCase().split(/\s+/).filter(Boolean).map((word) => withWord(data, word));
  const found = [];
  for (let i = 0; i < data.count; ++i) {
    if (matches(data, choice, i) && words.every((has) => has[i])) found.push(i);
  }
  return found;
}

/** Batches that are alike in this stay as they are: the newest first. */
function sorted(data, found, sort) {
  if (sort.by === "time") return sort.descending ? found : [...found].reverse();
  const values = cached(`sort ${sort.by}`, () => SORTS[sort.by](data));
  const sign = sort.descending ? -1 : 1;
  return [...found].sort((a, b) => sign * (values[a] - values[b]) || a - b);
}
