// What a step says to Actions: files it writes, and commands in its output.
import fs from 'node:fs';

/** Of GITHUB_OUTPUT and GITHUB_ENV: name=value, or name<<WORD, lines, WORD. */
export const readPairs = (file) => {
  const pairs = {};
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  while (lines.length > 0) {
    const line = lines.shift();
    const [, name, word] = /^([^=<]+)<<(.+)$/.exec(line) ?? [];
    if (name) {
      const end = lines.indexOf(word);
      if (end < 0) throw new Error(`no ${word} ends the value of ${name}`);
      pairs[name] = lines.splice(0, end).join('\n');
      lines.shift();
    } else if (line.includes('=')) {
      const at = line.indexOf('=');
      pairs[line.slice(0, at)] = line.slice(at + 1);
    } else if (line !== '') {
      throw new Error(`neither name=value nor a block: ${line}`);
    }
  }
  return pairs;
};

export const readLines = (file) => fs.readFileSync(file, 'utf8').split('\n').filter(Boolean);

const unescape = (text) => text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');

/** The commands that Actions would obey, in order; none between stop-commands and its word. */
export const commandsIn = (output) => {
  const commands = [];
  let resume = null;
  for (const line of output.split(/\r?\n/)) {
    const [, name, properties, text] = /^\s*::([\w-]+)(?: ([^:]*))?::(.*)$/.exec(line) ?? [];
    if (resume !== null) {
      if (line.trim() === `::${resume}::`) resume = null;
    } else if (name === 'stop-commands') {
      resume = text;
    } else if (name) {
      commands.push({ name, properties: properties ?? '', text: unescape(text) });
    }
  }
  return commands;
};
