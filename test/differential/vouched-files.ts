import { spawnSync } from 'node:child_process';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { setTime } from './changes/kept-files.js';
import type { Scene } from './scene.js';

/**
 * Makes git look again at files that its index vouches for and whose blob, by the attributes and filters of today, would be another
 * one: after a checkout that took `eol=crlf` away, say, the old bytes stay, and are clean. Git, and `tr` with it, says one
 * thing of such a file and another one of a copy of it.
 */
export function touchVouchedFiles(scene: Scene): void {
  const { top, environment } = scene;
  const listing = scene.git('ls-files', '-s', '-z');
  if (top === undefined || listing === undefined) return;
  const doubted = new Set((scene.git('diff-files', '--name-only', '-z') ?? '').split('\0'));
  const entries = listing
    .split('\0')
    .map((line) => /^100\d{3} ([0-9a-f]+) 0\t([^\n]+)$/.exec(line))
    .flatMap((match) => (match === null ? [] : [{ id: match[1] ?? '', path: match[2] ?? '' }]))
    .filter(({ path }) => !doubted.has(path) && lstatSync(join(top, path), { throwIfNoEntry: false })?.isFile());
  const input = entries.map(({ path }) => `${path}\n`).join('');
  const { status, stdout } = spawnSync('git', ['hash-object', '--stdin-paths'], {
    cwd: top,
    env: environment,
    input,
    encoding: 'utf8',
  });
  const ids = stdout.split('\n');
  if (status !== 0) return;
  for (const [at, { id, path }] of entries.entries()) {
    const file = join(top, path);
    if (ids[at] !== id) setTime(file, lstatSync(file).mtimeMs);
  }
}
