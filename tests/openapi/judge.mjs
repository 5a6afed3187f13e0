// Judges exchanges between a client and the local GitHub by GitHub's own description of its API.
//
//   node judge.mjs TOOLS FILE...
//
// TOOLS is the folder whose node_modules has ajv. Each line of a FILE is an exchange as
// github_server/exchange_log.py writes it. Prints a line of JSON for each violation, and how many
// exchanges there were; ends with 1 when something violates the description.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const [, , tools, ...files] = process.argv;
const require = createRequire(path.resolve(tools, 'package.json'));
const Ajv = require('ajv').default;
const addFormats = require('ajv-formats').default;

const here = path.dirname(new URL(import.meta.url).pathname);
// The description says "one of" where several fit: a numeric workflow_id, the two forms of a 409.
const api = JSON.parse(fs.readFileSync(`${here}/github.json`, 'utf8').replaceAll('"oneOf"', '"anyOf"'));

// OpenAPI 3.0's `nullable` in terms of JSON Schema.
const toJsonSchema = (schema) => {
  if (Array.isArray(schema)) return schema.map(toJsonSchema);
  if (!schema || typeof schema !== 'object') return schema;
  const { nullable, ...rest } = schema;
  for (const key in rest) rest[key] = toJsonSchema(rest[key]);
  if (nullable !== true) return rest;
  if (rest.enum) rest.enum = [...rest.enum, null];
  return { anyOf: [{ type: 'null' }, rest] };
};

const ajv = addFormats(new Ajv({ strict: false, allErrors: true }));
ajv.addSchema({ $id: 'github', components: toJsonSchema(api.components) });
const compiled = new Map();

const violations = (schema, value, place) => {
  const key = JSON.stringify(schema);
  if (!compiled.has(key)) {
    compiled.set(key, ajv.compile(JSON.parse(JSON.stringify(toJsonSchema(schema)).replaceAll('"#/', '"github#/'))));
  }
  const check = compiled.get(key);
  if (check(value)) return [];
  return check.errors.map((error) => `${place}${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
};

const resolved = (value) =>
  value?.$ref ? resolved(value.$ref.slice(2).split('/').reduce((part, key) => part[key], api)) : value;

// Those parameters may hold slashes, and a path may be missing: the root.
const SPANNING = /^(ref|branch)$/;
const routes = Object.entries(api.paths)
  .map(([template, operations]) => ({
    pattern: new RegExp(`^${template.replace('/{path}', '(?:/.*)?').replace(/\{(\w+)\}/g, (_, name) => (SPANNING.test(name) ? '.*' : '[^/]+'))}$`),
    operations,
    fixed: template.replace(/\{\w+\}/g, '').length,
  }))
  .sort((a, b) => b.fixed - a.fixed);

const BASIC_ERROR = { $ref: '#/components/schemas/basic-error' };

const judgeRequest = (operation, url, exchange) => {
  const found = [];
  const parameters = (operation.parameters ?? []).map(resolved).filter((parameter) => parameter.in === 'query');
  for (const [name, text] of url.searchParams) {
    const parameter = parameters.find((candidate) => candidate.name === name);
    if (!parameter) found.push(`request: unknown query parameter ${name}`);
    else {
      const isJson = parameter.schema.type !== 'string' && /^(\d+|true|false)$/.test(text);
      found.push(...violations(parameter.schema, isJson ? JSON.parse(text) : text, `request: query ${name}`));
    }
  }
  const schema = operation.requestBody?.content?.['application/json']?.schema;
  if (schema && (exchange.request_size > 0 || operation.requestBody.required)) {
    found.push(...violations(schema, exchange.request, 'request'));
    for (const name of Object.keys(exchange.request ?? {})) {
      if (schema.properties && !schema.properties[name]) found.push(`request: unknown property ${name}`);
    }
  }
  return found;
};

const judgeAnswer = (operation, exchange) => {
  const answer = resolved(operation.responses[exchange.status]);
  if (!answer) {
    // Errors that any request can meet are not listed with each.
    return exchange.status >= 400
      ? violations(BASIC_ERROR, exchange.answer, 'answer')
      : [`answer: undocumented status ${exchange.status}`];
  }
  const forms = Object.values(answer.content ?? {});
  if (forms.length === 0 || exchange.status === 304 || exchange.method === 'HEAD') return [];
  if (!exchange.answer_type.startsWith('application/json')) return []; // the raw media type
  const all = forms.map((form) => violations(form.schema, exchange.answer, 'answer'));
  return all.some((each) => each.length === 0) ? [] : all[0];
};

const judge = (exchange) => {
  const url = new URL(exchange.target, 'http://local');
  const method = exchange.method === 'HEAD' ? 'get' : exchange.method.toLowerCase();
  const operation = routes.find((route) => route.pattern.test(url.pathname))?.operations[method];
  // A scripted redirect may lead anywhere.
  if (!operation) return exchange.judge_request && exchange.judge_answer ? ['request: no such operation'] : [];
  return [
    ...(exchange.judge_request ? judgeRequest(operation, url, exchange) : []),
    ...(exchange.judge_answer ? judgeAnswer(operation, exchange) : []),
  ];
};

let count = 0;
let bad = 0;
for (const file of files) {
  for (const line of fs.readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
    const exchange = JSON.parse(line);
    count += 1;
    const found = judge(exchange);
    if (found.length === 0) continue;
    bad += 1;
    console.log(JSON.stringify({ exchange: `${exchange.method} ${exchange.target} ${exchange.status}`, violations: found }));
  }
}
console.log(JSON.stringify({ judged: count, violating: bad }));
process.exitCode = bad > 0 ? 1 : 0;
