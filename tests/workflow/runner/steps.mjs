// Runs the steps of a job, or of a composite action in it, on this machine.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { findAction } from './actions.mjs';
import { holds, interpolate, interpolateAll } from './expressions.mjs';
import { commandsIn, readLines, readPairs } from './workflow_commands.mjs';

const SHELLS = {
  default: ['bash', '-e'],
  bash: ['bash', '--noprofile', '--norc', '-eo', 'pipefail'],
  sh: ['sh', '-e'],
  python: ['python3'],
};

export class Job {
  /** `run` has the contexts github, inputs, vars and secrets, the base environment, and the places. */
  constructor(run, description, env) {
    Object.assign(this, { run, description, env, status: 'success', paths: [], said: [], posts: [], records: [], summary: '' });
    this.deadline = Date.now() + (description['timeout-minutes'] ?? 360) * 60_000;
  }

  runAll() {
    this.runSteps(this.description.steps, { steps: {}, inputs: this.run.inputs, github: this.run.github, env: {} });
    if (this.status === 'success') {
      for (const post of this.posts.reverse()) post();
    }
    return this;
  }

  contexts(scope, env) {
    const { vars, secrets, runner } = this.run;
    return { github: scope.github, inputs: scope.inputs, steps: scope.steps, env, vars, secrets, runner, job: { status: this.status }, needs: {}, matrix: {}, strategy: {} };
  }

  /** `scope` is what the steps see: of the job, or of one composite action. */
  runSteps(steps, scope) {
    for (const step of steps) this.runStep(step, scope);
  }

  runStep(step, scope) {
    const outer = { ...this.env, ...scope.env };
    const env = { ...outer, ...interpolateAll(step.env, this.contexts(scope, outer)) };
    const contexts = this.contexts(scope, env);
    const name = interpolate(step.name ?? step.uses ?? step.run, contexts);
    const record = { name, outcome: 'skipped' };
    this.records.push(record);
    let outputs = {};
    if (holds(step.if, contexts)) {
      this.log(`## ${name}\n`);
      const done = step.uses ? this.use(step, scope, contexts, env) : this.execute(this.script(step, contexts), env, step);
      record.outcome = done.ok ? 'success' : 'failure';
      outputs = done.outputs;
    }
    if (record.outcome === 'failure' && !step['continue-on-error']) this.status = 'failure';
    const conclusion = record.outcome === 'failure' && step['continue-on-error'] ? 'success' : record.outcome;
    if (step.id) scope.steps[step.id] = { outcome: record.outcome, conclusion, outputs };
  }

  script(step, contexts) {
    const file = this.file('step.sh', interpolate(step.run, contexts));
    return [...SHELLS[step.shell ?? this.run.shell ?? 'default'], file];
  }

  use(step, scope, contexts, env) {
    const action = findAction(step.uses, this.run.places);
    const given = interpolateAll(step.with, contexts);
    return action.script ? this.standIn(action, given, env) : this.composite(action, given, scope, env);
  }

  standIn(action, given, env) {
    const inputs = Object.fromEntries(Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase().replaceAll('-', '_')}`, value]));
    const told = { ...env, ...inputs, STAND_IN_STORE: this.run.places.store };
    if (action.post) this.posts.push(() => this.execute(['bash', action.post], told, {}));
    return this.execute(['bash', action.script], told, {});
  }

  composite({ folder, repository, description }, given, scope, env) {
    const github = { ...scope.github, action_path: folder, action_repository: repository };
    const outerStatus = this.status;
    const inner = { steps: {}, github, env: { ...env, GITHUB_ACTION_PATH: folder } };
    const defaults = Object.fromEntries(Object.entries(description.inputs ?? {}).map(([name, input]) => [name, input.default ?? '']));
    inner.inputs = { ...interpolateAll(defaults, this.contexts({ ...inner, inputs: {} }, env)), ...given };
    this.status = 'success';
    this.runSteps(description.runs.steps, inner);
    const ok = this.status === 'success';
    this.status = outerStatus;
    const values = Object.fromEntries(Object.entries(description.outputs ?? {}).map(([name, output]) => [name, output.value]));
    return { ok, outputs: interpolateAll(values, this.contexts(inner, env)) };
  }

  /** One process, with the files through which it can talk back. */
  execute(command, env, step) {
    const [output, environment, added, summary] = ['output', 'env', 'path', 'summary'].map((name) => this.file(name, ''));
    const logged = this.file('log', '');
    const log = fs.openSync(logged, 'a');
    const told = {
      ...this.run.environment, ...env, GITHUB_OUTPUT: output, GITHUB_ENV: environment, GITHUB_PATH: added, GITHUB_STEP_SUMMARY: summary,
      PATH: [...this.paths, this.run.environment.PATH].join(':'),
    };
    const cwd = path.resolve(this.run.places.workspace, step['working-directory'] ?? '.');
    const done = spawnSync(command[0], command.slice(1), { cwd, env: told, stdio: ['ignore', log, log], timeout: Math.max(1, this.deadline - Date.now()) });
    fs.closeSync(log);
    this.listen(fs.readFileSync(logged, 'utf8'));
    if (done.error) this.log(`${done.error}\n`);
    Object.assign(this.env, readPairs(environment));
    this.paths.unshift(...readLines(added).reverse());
    this.summary += fs.readFileSync(summary, 'utf8');
    return { ok: done.status === 0, outputs: readPairs(output) };
  }

  listen(output) {
    this.log(output);
    this.said.push(...commandsIn(output));
  }

  log(text) {
    fs.writeSync(1, text);
  }

  file(name, content) {
    const file = path.join(this.run.places.temp, '_runner', name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
    return file;
  }
}
