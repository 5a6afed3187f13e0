// Makes github.json: the paths that the local GitHub serves, and what they refer to, out of GitHub's
// description of its whole API, without its prose.
//
//   npm pack @octokit/openapi@23.0.2 && tar xzf octokit-openapi-23.0.2.tgz
//   node trim.mjs package/generated/api.github.com.json package/LICENSE
import fs from 'node:fs';

const [, , source, licence] = process.argv;
const whole = JSON.parse(fs.readFileSync(source, 'utf8'));
const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname;

const PATHS = [
  '/rate_limit', '/user', '/repos/{owner}/{repo}', '/repos/{owner}/{repo}/branches/{branch}',
  '/repos/{owner}/{repo}/git/ref/{ref}', '/repos/{owner}/{repo}/git/refs', '/repos/{owner}/{repo}/git/trees',
  '/repos/{owner}/{repo}/git/commits', '/repos/{owner}/{repo}/commits',
  '/repos/{owner}/{repo}/commits/{commit_sha}/comments', '/repos/{owner}/{repo}/releases/tags/{tag}',
  '/repos/{owner}/{repo}/releases/assets/{asset_id}',
  '/repos/{owner}/{repo}/contents/{path}', '/repos/{owner}/{repo}/dispatches',
  '/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches',
  '/repos/{owner}/{repo}/issues', '/repos/{owner}/{repo}/issues/{issue_number}',
  '/repos/{owner}/{repo}/issues/{issue_number}/comments',
  '/repos/{owner}/{repo}/actions/workflows/{workflow_id}', '/repos/{owner}/{repo}/actions/permissions',
  '/repos/{owner}/{repo}/rules/branches/{branch}',
];
const PROSE = new Set(['description', 'summary', 'example', 'examples', 'externalDocs', 'tags', 'x-github']);

// Inside "properties" the names are the API's own: a property may be called "description".
const withoutProse = (value, isProperties = false) => {
  if (Array.isArray(value)) return value.map((item) => withoutProse(item));
  if (!value || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value)
    .filter(([key]) => isProperties || !PROSE.has(key))
    .map(([key, item]) => [key, withoutProse(item, !isProperties && key === 'properties')]));
};

const at = (pointer) => pointer.slice(2).split('/').reduce((value, key) => value[key], whole);
const components = {};
const take = (value) => {
  if (Array.isArray(value)) return value.forEach(take);
  if (!value || typeof value !== 'object') return;
  if (typeof value.$ref === 'string') {
    const [, , kind, name] = value.$ref.split('/');
    components[kind] ??= {};
    if (!components[kind][name]) take(components[kind][name] = withoutProse(at(value.$ref)));
  }
  Object.values(value).forEach(take);
};

const paths = Object.fromEntries(PATHS.map((path) => [path, withoutProse(whole.paths[path])]));
take(paths);
const version = 'trimmed from @octokit/openapi 23.0.2, generated/api.github.com.json';
const trimmed = { openapi: whole.openapi, info: { title: whole.info.title, version: whole.info.version, 'x-source': version }, paths, components };
fs.writeFileSync(`${here}/github.json`, `${JSON.stringify(trimmed, null, 1)}\n`);
fs.copyFileSync(licence, `${here}/github.json.LICENSE`);
