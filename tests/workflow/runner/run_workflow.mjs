// Runs on this machine the workflows that an event starts: GitHub's own parser and expression
// evaluator decide, every `run:` step is executed, and of the actions only those pinned from
// elsewhere have stand-ins. The local GitHub calls it as its runner, with the variables Actions
// would set; here it makes a workspace and a temporary folder, and leaves result.json.
//
//   node run_workflow.mjs STORE
//
// STORE keeps what outlives a run: caches and artifacts; and secrets/OWNER/NAME.json has the secrets of a
// repository. Ends with 1 when a job fails.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { inputsOf, starts } from './events.mjs';
import { holds, interpolate, interpolateAll } from './expressions.mjs';
import { Job } from './steps.mjs';
import { readWorkflow } from './workflow_file.mjs';

const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
const WORKFLOWS = '.github/workflows/';
const told = process.env;
const store = path.resolve(process.argv[2]);
const here = process.cwd();

const git = (...words) => execFileSync('git', ['-C', told.GITHUB_REPO_DIR, ...words], { encoding: 'utf8', maxBuffer: 1 << 28 });
const listed = (...words) => git(...words).split('\0').filter(Boolean);

const triggerOf = () => {
  const event = JSON.parse(fs.readFileSync(told.GITHUB_EVENT_PATH, 'utf8'));
  const trigger = { name: told.GITHUB_EVENT_NAME, event, ref: told.GITHUB_REF, changed: [] };
  if (trigger.name === 'push') {
    const before = event.created ? EMPTY_TREE : event.before;
    trigger.changed = listed('diff-tree', '-r', '-z', '--name-only', before, event.after);
  }
  return trigger;
};

const githubContext = ({ name, event, ref }) => ({
  event, event_name: name, ref, ref_name: ref.replace(/^refs\/(heads|tags)\//, ''), ref_type: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
  repository: told.GITHUB_REPOSITORY, repository_owner: told.GITHUB_REPOSITORY.split('/')[0], sha: told.GITHUB_SHA, actor: 'octocat',
  run_id: told.GITHUB_RUN_ID, run_number: told.GITHUB_RUN_ID, run_attempt: '1', api_url: told.GITHUB_API_URL, server_url: told.GITHUB_SERVER_URL,
  workspace: path.join(here, 'workspace'), token: told.GITHUB_TOKEN ?? '',
});

const placesFor = (github) => {
  const places = { workspace: github.workspace, temp: path.join(here, 'temp'), actions: path.join(here, 'actions'), root: path.resolve(told.GITHUB_REPO_DIR, '../..'), store };
  for (const place of [places.workspace, places.temp, store]) fs.mkdirSync(place, { recursive: true });
  return places;
};

const secretsOf = (repository) => {
  const file = path.join(store, 'secrets', `${repository}.json`);
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {};
};

/** What the local GitHub takes for a token with the permissions of the workflow, and no others. */
const tokenFor = ({ permissions }) => {
  const token = told.GITHUB_TOKEN ?? '';
  if (!token || !permissions || typeof permissions !== 'object') return token;
  return `${token}:${Object.entries(permissions).map((entry) => entry.join('=')).join(',') || 'none'}`;
};

/** Nothing of the machine but where its programs are. */
const environmentFor = (github, places) => ({
  PATH: told.PATH, HOME: places.temp, LANG: 'C.UTF-8', CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: github.event_name,
  GITHUB_EVENT_PATH: told.GITHUB_EVENT_PATH, GITHUB_REPOSITORY: github.repository, GITHUB_REF: github.ref, GITHUB_REF_NAME: github.ref_name, GITHUB_SHA: github.sha,
  GITHUB_RUN_ID: github.run_id, GITHUB_RUN_ATTEMPT: '1', GITHUB_API_URL: github.api_url, GITHUB_SERVER_URL: github.server_url, GITHUB_WORKSPACE: github.workspace,
  RUNNER_TEMP: places.temp, RUNNER_OS: 'Linux', RUNNER_ARCH: 'X64',
  HEALTHMETRIC_REPO_URL: told.GITHUB_TOKEN ? told.HEALTHMETRIC_REPO_URL.replace(`:${told.GITHUB_TOKEN}@`, `:${github.token}@`) : told.HEALTHMETRIC_REPO_URL,
});

const runJob = (run, workflow, description) => {
  const contexts = { github: run.github, inputs: run.inputs, vars: {}, secrets: {}, needs: {}, env: {} };
  const env = { ...interpolateAll(workflow.env, contexts), ...interpolateAll(description.env, contexts) };
  if (!holds(description.if, contexts)) return { status: 'skipped', steps: [], commands: [], summary: '' };
  const job = new Job(run, description, env).runAll();
  return { status: job.status, steps: job.records, commands: job.said, summary: job.summary };
};

const runWorkflow = (file, workflow, trigger) => {
  const github = { ...githubContext(trigger), workflow: workflow.name ?? file, token: tokenFor(workflow) };
  const inputs = inputsOf(workflow, trigger);
  const places = placesFor(github);
  const contexts = { github, inputs, vars: {} };
  const run = {
    github, inputs, places, vars: {}, secrets: { ...secretsOf(github.repository), GITHUB_TOKEN: github.token }, runner: { os: 'Linux', arch: 'X64', temp: places.temp },
    environment: environmentFor(github, places), shell: workflow.defaults?.run?.shell,
  };
  const jobs = Object.fromEntries(Object.entries(workflow.jobs).map(([id, job]) => [id, runJob(run, workflow, job)]));
  return {
    workflow: file, run_name: interpolate(workflow['run-name'] ?? workflow.name, contexts).trim(),
    concurrency: workflow.concurrency && interpolate(workflow.concurrency.group ?? workflow.concurrency, contexts), permissions: workflow.permissions, jobs,
  };
};

const trigger = triggerOf();
const results = [];
for (const file of listed('ls-tree', '-z', '--name-only', told.GITHUB_SHA, WORKFLOWS).filter((name) => /\.ya?ml$/.test(name))) {
  const workflow = await readWorkflow(file, git('cat-file', 'blob', `${told.GITHUB_SHA}:${file}`));
  if (starts(workflow, file, trigger)) results.push(runWorkflow(file, workflow, trigger));
}
fs.writeFileSync('result.json', `${JSON.stringify(results, null, 1)}\n`);
process.exitCode = results.some(({ jobs }) => Object.values(jobs).some(({ status }) => status === 'failure')) ? 1 : 0;
