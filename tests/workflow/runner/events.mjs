// Which workflows an event starts, and with which inputs.

// GitHub's patterns: "**" spans folders, "*" and "?" do not.
const asRegExp = (pattern) => {
  const parts = { '**': '.*', '*': '[^/]*', '?': '[^/]?' };
  const source = pattern.replace(/\*\*|[*?]|[^*?]+/g, (part) => parts[part] ?? part.replace(/[.+^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${source}$`);
};

/** Whether a name is left over when the patterns are applied in order; "!" takes back. */
const selects = (patterns, name) =>
  patterns.reduce((selected, pattern) => {
    const isNegative = pattern.startsWith('!');
    return asRegExp(isNegative ? pattern.slice(1) : pattern).test(name) ? !isNegative : selected;
  }, false);

const refMatches = (filters, ref) => {
  const [, kind, name] = /^refs\/(heads|tags)\/(.*)$/s.exec(ref);
  const wanted = { heads: 'branches', tags: 'tags' }[kind];
  if (filters[wanted]) return selects(filters[wanted], name);
  if (filters[`${wanted}-ignore`]) return !selects(filters[`${wanted}-ignore`], name);
  return !['branches', 'branches-ignore', 'tags', 'tags-ignore'].some((key) => filters[key]);
};

const pathsMatch = (filters, changed) => {
  if (filters.paths) return changed.some((path) => selects(filters.paths, path));
  if (filters['paths-ignore']) return changed.some((path) => !selects(filters['paths-ignore'], path));
  return true;
};

const listensTo = (on) => (typeof on === 'string' ? { [on]: null } : Array.isArray(on) ? Object.fromEntries(on.map((name) => [name, null])) : on);

/** `file` is the workflow's own; `changed` are the paths that a push changes. */
export const starts = (workflow, file, { name, event, ref, changed }) => {
  const listened = listensTo(workflow.on);
  if (!(name in listened)) return false;
  const filters = listened[name] ?? {};
  if (name === 'push') return refMatches(filters, ref) && pathsMatch(filters, changed);
  if (name === 'workflow_dispatch') return event.workflow === file;
  if (name === 'schedule') return filters.some(({ cron }) => cron === event.schedule);
  if (name === 'repository_dispatch') return !filters.types || [filters.types].flat().includes(event.action);
  return true;
};

/** Those of a workflow_dispatch, with their defaults; booleans are booleans here. */
export const inputsOf = (workflow, { name, event }) => {
  const declared = (name === 'workflow_dispatch' && listensTo(workflow.on)[name]?.inputs) || {};
  return Object.fromEntries(Object.entries(declared).map(([input, { type, default: fallback }]) => {
    const given = event.inputs?.[input] ?? fallback ?? '';
    return [input, type === 'boolean' ? String(given) === 'true' : given];
  }));
};
