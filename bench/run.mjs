// Compares `tr` with the real `turbo` (no daemon) on generated workspaces, both sides in turns in one run.
//   npm run bench -- [--sizes=S,M] [--rounds=7] [--cases=start,no-op,...] [--json=file] [--tr=path] [--stub-npm]
// `--cases` takes the beginnings of case names; `large`, which takes 3 GB of disk, has to be asked for. `--stub-npm` puts a
// stand-in for `npm run` before turbo's: without it the cold run that fills turbo's cache takes a quarter of an hour at L. The
// cold case means nothing then, and is left out.
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateWorkspace, git, SIZES } from './generate.mjs';
import { compare, measure, peakMegabytes } from './measure.mjs';

const options = Object.fromEntries(process.argv.slice(2).map((arg) => arg.replace(/^--/, '').split('=')));
const sizes = (options.sizes ?? 'S,M').split(',');
const rounds = Number(options.rounds ?? 7);
const only = options.cases?.split(',');
const stubNpm = 'stub-npm' in options;
const bin = fileURLToPath(new URL('../node_modules/.bin/', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'tr-bench-'));
const trash = join(work, 'trash');
mkdirSync(trash);
let trashed = 0;
/** Old outputs are moved away, not deleted: deleting many files slows the creation of the next ones on some file systems. */
const discard = (path) => existsSync(path) && renameSync(path, join(trash, String(trashed++)));

if (stubNpm) {
  mkdirSync(join(work, 'stub'));
  const script = `exec sh -c "$(sed -n "s/^ *\\"$2\\": \\"\\(.*\\)\\",\\{0,1\\}$/\\1/p" package.json)"`;
  writeFileSync(join(work, 'stub/npm'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(work, 'stub/npm'), 0o755);
}

/** As a package starts it: its command is the bundle's first file. */
const tr = options.tr ?? fileURLToPath(new URL('../cli/bundle/tr.cjs', import.meta.url));
const quiet = {
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  DO_NOT_TRACK: '1',
  CI: '',
  ...(stubNpm ? { PATH: `${join(work, 'stub')}:${process.env.PATH}` } : {}),
};
const sides = {
  tr: {
    command: `'${tr}' run build --concurrency=2`,
    dry: `'${tr}' run build --dry=json`,
    state: ['.tr'],
    cache: '.tr/cache',
    keep: '.tr/cache',
  },
  turbo: {
    command: `'${bin}turbo' run build --concurrency=2`,
    dry: `'${bin}turbo' run build --dry=json`,
    state: ['.turbo', 'node_modules/.cache'],
    cache: '.turbo/cache',
    keep: '.turbo/cache',
  },
};

const results = [];
function record(name, size, comparison) {
  results.push({ case: name, size, ...comparison });
  const f = (n) => n.toFixed(3);
  console.log(
    `| ${name} | ${size} | ${f(comparison.ours.wall)} / ${f(comparison.ours.cpu)} | ${f(comparison.peer.wall)} / ${f(comparison.peer.cpu)} | ${comparison.wallRatio.toFixed(2)} | ${comparison.cpuRatio.toFixed(2)} |`,
  );
}

const wanted = (name) => only === undefined || only.some((start) => name.startsWith(start));
const distOf = (root, { packages }) =>
  Array.from({ length: packages }, (_, i) => join(root, `packages/p${String(i).padStart(4, '0')}/dist`));

function benchSize(size) {
  const shape = SIZES[size];
  const roots = Object.fromEntries(Object.keys(sides).map((side) => [side, join(work, `${size}-${side}`)]));
  for (const root of Object.values(roots)) generateWorkspace(root, shape);
  const clear = (side) =>
    [...sides[side].state.map((path) => join(roots[side], path)), ...distOf(roots[side], shape)].forEach(discard);
  const run = (side, command = sides[side].command) => measure(command, roots[side], quiet);
  const both = (name, action, n = rounds) =>
    wanted(name) &&
    record(
      name,
      size,
      compare(
        n,
        () => action('tr'),
        () => action('turbo'),
      ),
    );

  if (!stubNpm)
    both('cold: everything executes', (side) => (clear(side), run(side)), size === 'S' ? rounds : Math.min(rounds, 3));
  for (const side of [...Object.keys(sides), ...Object.keys(sides)]) run(side);
  both('no-op: everything cached, outputs in place', (side) => run(side));
  both('restore: outputs deleted', (side) => (distOf(roots[side], shape).forEach(discard), run(side)));
  if (wanted('peak memory')) {
    const peaks = ['tr', 'turbo'].map((side) => peakMegabytes(sides[side].command, roots[side], quiet));
    console.log(`| peak memory of the no-op, largest process | ${size} | ${peaks[0]} MB | ${peaks[1]} MB | | |`);
  }
  let edit = 0;
  both('one file changed in a leaf', (side) => {
    const leaf = join(roots[side], `packages/p${String(shape.packages - 1).padStart(4, '0')}/src/f0000.js`);
    writeFileSync(leaf, `export const edited = ${edit++};\n`);
    return run(side);
  });
  both('dry run as JSON', (side) => run(side, sides[side].dry));
  if (wanted('fresh clone, cache kept')) {
    const cloneAndRun = (side) => {
      const clone = join(work, `${size}-${side}-clone`);
      discard(clone);
      // What the clone checks out was cached by the first runs; an edit of the case above is not committed.
      git(work, 'clone', '-q', roots[side], clone);
      mkdirSync(join(clone, sides[side].keep, '..'), { recursive: true });
      cpSync(join(roots[side], sides[side].cache), join(clone, sides[side].keep), {
        recursive: true,
        // As archives of CI caches do.
        preserveTimestamps: true,
      });
      return measure(sides[side].command, clone, quiet);
    };
    record(
      'fresh clone, cache kept',
      size,
      compare(
        rounds,
        () => cloneAndRun('tr'),
        () => cloneAndRun('turbo'),
      ),
    );
  }
}

/** What bundlers write: 24 packages of 10 files of 2 MB each, which pack to three quarters. */
function benchLarge() {
  const shape = { packages: 24, files: 10 };
  const script =
    'mkdir -p dist && for i in 0 1 2 3 4 5 6 7 8 9; do head -c 1500000 /dev/urandom | base64 > dist/$i.js; done';
  const roots = Object.fromEntries(Object.keys(sides).map((side) => [side, join(work, `large-${side}`)]));
  for (const root of Object.values(roots)) generateWorkspace(root, { ...shape, script });
  const run = (side) => measure(sides[side].command, roots[side], quiet);
  const deleteAndRun = (side) => {
    // Really deleted: what half a gigabyte of memory costs that nobody had before differs from machine to machine.
    for (const other of Object.keys(sides))
      distOf(roots[other], shape).forEach((path) => rmSync(path, { recursive: true, force: true }));
    return run(side);
  };
  for (const side of [...Object.keys(sides), ...Object.keys(sides)]) deleteAndRun(side);
  record(
    'restore: 480 MB of outputs deleted',
    '',
    compare(
      rounds,
      () => deleteAndRun('tr'),
      () => deleteAndRun('turbo'),
    ),
  );
}

console.log(
  `Node ${process.version}; turbo ${spawnSync(`${bin}turbo`, ['--version'], { encoding: 'utf8' }).stdout.trim()}; ${rounds} rounds\n`,
);
console.log(
  '| case | size | tr wall / CPU s | peer wall / CPU s | wall ratio | CPU ratio |\n| --- | --- | --- | --- | --- | --- |',
);
if (wanted('start')) {
  record(
    'start: `tr --version` against `node -e 0`',
    '',
    compare(
      rounds * 3,
      () => measure(`'${tr}' --version`, work),
      () => measure('node -e 0', work),
    ),
  );
}
for (const size of sizes) benchSize(size);
if (only?.includes('large') === true) benchLarge();
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
rmSync(work, { recursive: true, force: true });
