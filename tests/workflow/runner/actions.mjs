// Where a `uses:` leads: to a composite action, whose steps are run, or to a stand-in for one of the
// actions that are pinned from elsewhere.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseYaml } from './tools.mjs';

const STAND_INS = path.join(path.dirname(fileURLToPath(import.meta.url)), 'stand_ins');
const FULL_COMMIT = /^[0-9a-f]{40}$/;

const standIn = (repository, ref) => {
  const script = path.join(STAND_INS, `${repository.replaceAll('/', '_')}.sh`);
  if (!fs.existsSync(script)) return null;
  if (!FULL_COMMIT.test(ref)) throw new Error(`${repository} is not pinned to a commit: ${ref}`);
  const post = script.replace(/\.sh$/, '.post.sh');
  return { script, post: fs.existsSync(post) ? post : null };
};

const composite = (folder, repository) => {
  const description = parseYaml(fs.readFileSync(path.join(folder, 'action.yml'), 'utf8'));
  if (description.runs.using !== 'composite') throw new Error(`${folder} is no composite action`);
  return { folder, repository, description };
};

/** Like GitHub, brings the whole repository of an action, below `actions`. */
const download = (repository, folder, ref, { root, actions }) => {
  const target = path.join(actions, repository, ref);
  fs.mkdirSync(target, { recursive: true });
  const archive = execFileSync('git', ['-C', path.join(root, `${repository}.git`), 'archive', ref], { maxBuffer: 1 << 28 });
  execFileSync('tar', ['--extract', '--directory', target], { input: archive });
  return composite(path.join(target, folder), repository);
};

/** `places` are the workspace, the root of all repositories, and where downloaded actions go. */
export const findAction = (uses, places) => {
  if (uses.startsWith('./')) return composite(path.join(places.workspace, uses), '');
  const [whole, ref] = uses.split('@');
  const [owner, name, ...folder] = whole.split('/');
  const repository = `${owner}/${name}`;
  return standIn(whole, ref) ?? download(repository, folder.join('/'), ref, places);
};
