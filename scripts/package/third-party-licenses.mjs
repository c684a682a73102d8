// The notices that the licenses of bundled libraries ask for: each text once, below the packages that it is of.
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

const NOTICES = /^(licen[cs]e|copying|notice)/i;

/** `files`: absolute paths of what was bundled. Throws for a library that says nothing of its license. */
export function thirdPartyLicenses(files) {
  const namesByText = new Map();
  for (const directory of new Set(files.flatMap(packageDirectoryOf))) {
    const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    const text = noticesOf(directory) || (typeof license === 'string' ? `Its license: ${license}` : '');
    if (text === '') throw new Error(`${name} ${version} says nothing of its license.`);
    const names = namesByText.get(text) ?? new Set();
    namesByText.set(text, names.add(`${name} ${version}`));
  }
  return [...namesByText]
    .map(([text, names]) => `${[...names].sort(byCodeUnits).join('\n')}\n\n${text}\n`)
    .sort(byCodeUnits)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

const byCodeUnits = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** The package below `node_modules` that a file is of; none for what is ours. */
function packageDirectoryOf(file) {
  const parts = file.split(sep);
  const at = parts.lastIndexOf('node_modules');
  if (at === -1) return [];
  return [parts.slice(0, at + (parts[at + 1].startsWith('@') ? 3 : 2)).join(sep)];
}

function noticesOf(directory) {
  return readdirSync(directory)
    .filter((name) => NOTICES.test(name) && !name.endsWith('.js'))
    .sort()
    .map((name) => readFileSync(join(directory, name), 'utf8').replaceAll('\r\n', '\n').trim())
    .join('\n\n');
}
