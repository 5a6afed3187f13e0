// The data of the page. They come as columns of numbers that refer to tables of texts, the newest
// batch first; receiver/page/page_data.cpp writes them.

/** Adds up differences: [5, 2, 1] with -1 is [5, 3, 2]. */
function running(differences, sign) {
  const sums = new Float64Array(differences.length);
  let sum = 0;
  differences.forEach((difference, i) => {
    sum = i === 0 ? difference : sum + sign * difference;
    sums[i] = sum;
  });
  return sums;
}

/** Where the files of each batch begin, and behind them the end of the last. */
function beginnings(listed) {
  const first = new Uint32Array(listed.length + 1);
  listed.forEach((count, i) => { first[i + 1] = first[i] + count; });
  return first;
}

function decode(raw) {
  const { batches } = raw;
  const time = running(batches.time, -1);
  return {
    ...raw,
    count: time.length,
    time,
    processed: Float64Array.from(batches.processed, (later, i) => time[i] + later),
    firstFile: beginnings(batches.listed),
    batchOfFile: null,
    versions: null,
    ids: [],
  };
}

function batchId(data, i) {
  data.ids[i] ??= `${compactTime(data.time[i])}-${data.texts.names[data.batches.slug[i]]}-`
    + data.batches.unique.slice(8 * i, 8 * i + 8);
  return data.ids[i];
}

function findBatch(data, id) {
  for (let i = 0; i < data.count; ++i) {
    if (batchId(data, i) === id) return i;
  }
  return -1;
}

const producerOf = (data, i) => data.texts.producers[data.batches.producer[i]];
const nameOf = (data, i) => data.texts.names[data.batches.name[i]];
const isRejected = (data, i) => data.batches.reason[i] > 0;
const reasonOf = (data, i) => (isRejected(data, i) ? data.texts.reasons[data.batches.reason[i] - 1] : "");
const typesOf = (data, i) => data.type_sets[data.batches.types[i]];
const digestOf = (data, file) => data.files.sha256.slice(8 * file, 8 * file + 8);

/** The batch that each file is of. */
function batchOfFile(data) {
  if (!data.batchOfFile) {
    data.batchOfFile = new Uint32Array(data.files.path.length);
    for (let i = 0; i < data.count; ++i) data.batchOfFile.fill(i, data.firstFile[i], data.firstFile[i + 1]);
  }
  return data.batchOfFile;
}

/** Files of one producer, batch name and path are versions of one another. */
function versionKey(data, i, path) {
  return (path * data.texts.names.length + data.batches.name[i]) * data.texts.producers.length
    + data.batches.producer[i];
}

/** All versions of a file that the page has, those received last first. */
function versionsOf(data, file) {
  const batch = batchOfFile(data);
  const keyOf = (one) => versionKey(data, batch[one], data.files.path[one]);
  if (!data.versions) {
    data.versions = new Map();
    for (let one = 0; one < batch.length; ++one) {
      const key = keyOf(one);
      const others = data.versions.get(key);
      if (others) others.push(one); else data.versions.set(key, [one]);
    }
    const later = (a, b) => data.processed[batch[b]] - data.processed[batch[a]];
    data.versions.forEach((versions) => versions.sort(later));
  }
  return data.versions.get(keyOf(file));
}
