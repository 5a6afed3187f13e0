// Looks for defects in workflows and composite actions: GitHub's own parser reads the workflows,
// shellcheck the scripts in them, and what would make them unsafe is refused.
//
//   node lint_workflows.mjs FILE...
//
// Prints a line for each defect; ends with 1 when there is one.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parseYaml } from '../runner/tools.mjs';
import { complaints } from '../runner/workflow_file.mjs';

const PINNED = /^[^@\s]+@[0-9a-f]{40} # v\d/;
const DIALECTS = { bash: 'bash', sh: 'sh' };

// Actions runs a script with -e, which a line in front says here.
const shellcheck = (script, dialect) => {
  const { error, stdout } = spawnSync('shellcheck', ['--shell', dialect, '--format', 'gcc', '-'], { input: `set -e\n${script}`, encoding: 'utf8' });
  if (error) throw error;
  return stdout.split('\n').filter(Boolean).map((line) => line.replace(/^-:(\d+)/, (_, number) => `line ${number - 1}`));
};

// An expression is replaced before the shell sees the script: whatever it holds becomes code.
const expressionsIn = (script) => [...script.matchAll(/\$\{\{.*?\}\}/gs)].map(([found]) => `${found} in a script; hand it over in env`);

const lintScript = (step) => {
  const shell = (step.shell ?? 'bash').split(' ')[0];
  const found = expressionsIn(step.run);
  return shell in DIALECTS && found.length === 0 ? shellcheck(step.run, DIALECTS[shell]) : found;
};

const lintSteps = (steps, place) =>
  (steps ?? []).flatMap((step, index) =>
    (typeof step.run === 'string' ? lintScript(step) : []).map((defect) => `${place}, step ${index + 1}: ${defect}`));

// The version stands in a comment, which only the text has.
const lintUses = (text) =>
  [...text.matchAll(/^\s*(?:- )?uses: *(.*)$/gm)].map(([, used]) => used.replace(/['"]/g, ''))
    .filter((used) => !used.startsWith('./') && !PINNED.test(used))
    .map((used) => `${used} is not pinned to a full commit with its version beside it`);

const lintJob = (id, job) => [
  ...(String(job['runs-on']).endsWith('-latest') ? [`job ${id} runs on ${job['runs-on']}, which changes by itself`] : []),
  ...(job['timeout-minutes'] ? [] : [`job ${id} has no timeout-minutes`]),
  ...lintSteps(job.steps, `job ${id}`),
];

const lintWorkflow = async (file, text) => {
  const found = await complaints(file, text);
  if (found.length > 0) return found;
  const workflow = parseYaml(text);
  return [
    ...(workflow.permissions ? [] : ['it has no permissions of its own']),
    ...Object.entries(workflow.jobs).flatMap(([id, job]) => lintJob(id, job)),
  ];
};

const lintAction = (text) => lintSteps(parseYaml(text).runs.steps, 'action');

const lint = async (file) => {
  const text = fs.readFileSync(file, 'utf8');
  const isAction = /^action\.ya?ml$/.test(path.basename(file));
  return [...lintUses(text), ...(isAction ? lintAction(text) : await lintWorkflow(file, text))];
};

for (const file of process.argv.slice(2)) {
  for (const defect of await lint(file)) {
    console.log(`${file}: ${defect}`);
    process.exitCode = 1;
  }
}
