// GitHub's own packages, from where scripts/install-test-tools.sh puts them.
import { register } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

// Node 20 wants an attribute on an import of JSON, which the packages leave out.
const load = "export const load = (url, context, next) => next(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context);";
register(`data:text/javascript,${encodeURIComponent(load)}`);

const here = path.dirname(fileURLToPath(import.meta.url));
const tools = process.env.HEALTHMETRIC_TEST_TOOLS || path.resolve(here, '../../../build/test-tools');
const fromTools = (file) => import(pathToFileURL(`${tools}/node_modules/${file}`));

export const { parseWorkflow, convertWorkflowTemplate, NoOperationTraceWriter } = await fromTools('@actions/workflow-parser/dist/index.js');
export const { Lexer, Parser, Evaluator, data } = await fromTools('@actions/expressions/dist/index.js');
export const { parse: parseYaml } = (await fromTools('yaml/dist/index.js')).default;
