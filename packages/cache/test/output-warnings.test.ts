import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '@tr/hash';
import type { ManifestEntry } from '@tr/model';
import { findCacheLikeOutput } from '../src/cache-like-outputs.js';
import { createRig, fingerprintOf, taskOf } from './rig.js';

test('row 18: files that a hit would not bring back are named', async (t) => {
  const rig = createRig(t);
  const task = taskOf('web#build', { outputs: { include: [], exclude: [] } });
  const lint = taskOf('web#lint', { outputs: { include: ['report/**'], exclude: [] } });
  const other = taskOf('web/inner#build', { outputs: { include: [], exclude: [] } });
  rig.write('web/src.txt', 'input');
  rig.write('web/old.txt', 'not touched');
  const cache = rig.open();
  for (const known of [lint, other]) await cache.tasks.lookup(known, fingerprintOf(known, 'x'));
  const make = (): void => {
    rig.write('web/dist/out.txt', 'out');
    rig.write('web/src.txt', 'input');
    rig.write('web/report/lint.txt', 'the output of another task');
    rig.write('web/inner/x.txt', 'of another package');
    rig.write('web/node_modules/.cache/x', 'nobody misses this');
    rig.write('web/tsconfig.tsbuildinfo', 'nobody misses this either');
    const caches = [
      '.angular/cache/22.2.7/web/x',
      '.parcel-cache/x',
      '.rpt2_cache/x',
      '.stylelintcache',
      '.eslintcache',
    ];
    for (const name of [...caches, 'tmp/cache/bootsnap/x', '.gradle/8.9/x', '.hypothesis/x'])
      rig.write(`web/${name}`, 'nor this');
  };
  const run = await rig.run({ task, fingerprint: fingerprintOf(task, 'one'), make, cache });
  assert.equal(run.saved?.saved, true);
  assert.deepEqual(rig.warnings, [{ code: 'store/undeclared-outputs', task: 'web#build', paths: ['dist/out.txt'] }]);
});

test('what outputs exclude is meant to be left behind', async (t) => {
  const rig = createRig(t);
  const task = taskOf('web#build', { outputs: { include: ['dist/**'], exclude: ['dist/**/*.map', '.nuxt/**'] } });
  const make = (): void => {
    for (const path of ['dist/a.js', 'dist/sub/a.js.map', '.nuxt/types/a.d.ts', 'made.txt'])
      rig.write(`web/${path}`, path);
  };
  await rig.run({ task, fingerprint: fingerprintOf(task, 'one'), make });
  assert.deepEqual(rig.warnings, [{ code: 'store/undeclared-outputs', task: 'web#build', paths: ['made.txt'] }]);
});

test('outputs of a package that is a link are declared, wherever the link leads', async (t) => {
  const rig = createRig(t);
  rig.write('elsewhere/src.txt', 'input');
  symlinkSync('elsewhere', join(rig.root, 'linked'));
  const task = taskOf('linked#build');
  const make = (): void => (rig.write('elsewhere/dist/a.js', 'a'), rig.write('elsewhere/made.txt', 'nowhere declared'));
  const run = await rig.run({ task, fingerprint: fingerprintOf(task, 'one'), make });
  assert.equal(run.saved?.saved, true);
  assert.deepEqual(rig.warnings, [{ code: 'store/undeclared-outputs', task: 'linked#build', paths: ['made.txt'] }]);
});

test('row 19: state that a compiler keeps outside the outputs is named', async (t) => {
  const rig = createRig(t);
  const task = taskOf();
  const make = (): void => (rig.write('web/dist/a.js', 'a'), rig.write('web/tsconfig.tsbuildinfo', '{}'));
  await rig.run({ task, fingerprint: fingerprintOf(task, 'one'), make });
  assert.deepEqual(rig.warnings, [
    { code: 'store/undeclared-outputs', task: 'web#build', paths: ['tsconfig.tsbuildinfo'] },
  ]);
});

test('row 19: state of a check of types is not missed', async (t) => {
  const rig = createRig(t);
  const task = taskOf();
  const make = (): void => {
    rig.write('web/dist/a.js', 'a');
    rig.write('web/tsconfig.tsbuildinfo', stateOf({ strict: true }, [2, 3]));
    rig.write('web/tsconfig.app.tsbuildinfo', '{"root":["./src/a.ts"],"version":"6.0.3"}');
  };
  await rig.run({ task, fingerprint: fingerprintOf(task, 'one'), make });
  assert.deepEqual(rig.warnings, []);
});

/** Like `tsc --incremental`: emits only what its state does not know yet. */
function compile(
  rig: ReturnType<typeof createRig>,
  sources: Readonly<Record<string, string>>,
  place = 'web/tsconfig.tsbuildinfo',
): void {
  const state = rig.exists(place) ? (JSON.parse(rig.read(place)) as Record<string, string>) : {};
  for (const [name, text] of Object.entries(sources)) if (state[name] !== text) rig.write(`web/dist/${name}`, text);
  rig.write(place, JSON.stringify(sources));
}

test('row 19: a partial set made from state that does not fit the outputs is not stored', async (t) => {
  const rig = createRig(t);
  const task = taskOf();
  const build = (sources: Readonly<Record<string, string>>): ReturnType<typeof rig.run> =>
    rig.run({ task, fingerprint: fingerprintOf(task, JSON.stringify(sources)), make: () => compile(rig, sources) });
  const states = [
    { a: '1', b: '1' },
    { a: '2', b: '1' },
    { a: '2', b: '2' },
  ] as const;
  assert.equal((await build(states[0])).saved?.saved, true);
  assert.equal((await build(states[1])).saved?.saved, true);
  // Outputs go back to the first state, the compiler's memory does not.
  assert.equal((await build(states[0])).outcome, 'restored');
  const refused = await build(states[2]);
  assert.ok(refused.saved?.saved === false && refused.saved.reason.reason === 'unsafe-output');
  assert.equal(refused.saved.reason.path, 'web/tsconfig.tsbuildinfo');
  // The same again, until somebody deletes the state or declares it.
  assert.equal((await build(states[2])).saved?.saved, false);
  rig.remove('web/tsconfig.tsbuildinfo');
  assert.equal((await build(states[2])).saved?.saved, true);
  rig.remove('web/dist');
  assert.equal((await build(states[2])).outcome, 'restored');
  assert.deepEqual(rig.tree('web/dist'), { a: '2', b: '2' });
});

test('row 19: outputs that were removed under a compiler\u2019s state make a partial set, which is not stored', async (t) => {
  const rig = createRig(t);
  const task = taskOf();
  compile(rig, { a: '1', b: '1' });
  rig.remove('web/dist');
  const run = await rig.run({
    task,
    fingerprint: fingerprintOf(task, 'x'),
    make: () => compile(rig, { a: '1', b: '2' }),
  });
  assert.equal(run.saved?.saved, false);
});

for (const place of [
  'node_modules/.cache/tsbuildinfo.json',
  'node_modules/.cache/tsc/app.tsbuildinfo',
  '.cache/x.tsbuildinfo',
]) {
  test(`row 19: state in ${place} counts as well`, async (t) => {
    const rig = createRig(t);
    const build = (sources: Readonly<Record<string, string>>): ReturnType<typeof rig.run> => {
      const fingerprint = fingerprintOf(taskOf(), JSON.stringify(sources));
      return rig.run({ task: taskOf(), fingerprint, make: () => compile(rig, sources, `web/${place}`) });
    };
    await build({ a: '1', b: '1' });
    await build({ a: '2', b: '1' });
    assert.equal((await build({ a: '1', b: '1' })).outcome, 'restored');
    assert.equal((await build({ a: '2', b: '2' })).saved?.saved, false);
  });
}

/** What compilers of TypeScript keep, less what is not looked at. */
function stateOf(
  options: object,
  pending: readonly unknown[],
  fileNames = ['lib.d.ts', './src/a.ts', './src/b.ts'],
): string {
  return JSON.stringify({ fileNames, fileInfos: [], options, affectedFilesPendingEmit: pending, version: '6.0.3' });
}

for (const { name, states, isSaved } of [
  { name: 'of a check of types', states: { 'tsconfig.tsbuildinfo': stateOf({ strict: true }, [2, 3]) }, isSaved: true },
  {
    name: 'of another directory',
    states: { 'tsconfig.tsbuildinfo': stateOf({ outDir: './types' }, []) },
    isSaved: true,
  },
  { name: 'of the outputs', states: { 'tsconfig.tsbuildinfo': stateOf({ outDir: './dist' }, []) }, isSaved: false },
  {
    name: 'of a part of the outputs',
    states: { '.cache/tsbuildinfo.json': stateOf({ outDir: '../dist/lib' }, []) },
    isSaved: false,
  },
  {
    name: 'of declarations',
    states: { 'x.tsbuildinfo': stateOf({ outDir: './lib', declarationDir: './dist' }, []) },
    isSaved: false,
  },
  {
    name: 'of what was emitted, then only checked',
    states: { 'x.tsbuildinfo': stateOf({ outDir: './dist' }, [2]) },
    isSaved: false,
  },
  {
    name: 'of what was emitted without declarations',
    states: { 'x.tsbuildinfo': stateOf({}, [2, [3]]) },
    isSaved: false,
  },
  {
    name: 'of an older compiler',
    states: { 'x.tsbuildinfo': JSON.stringify({ program: JSON.parse(stateOf({}, [2, 3])) as object, version: '5.4' }) },
    isSaved: true,
  },
  {
    name: 'of TypeScript 4',
    states: {
      'x.tsbuildinfo': JSON.stringify({
        program: JSON.parse(
          stateOf({}, [
            [2, 1],
            [3, 1],
          ]),
        ) as object,
        version: '4.9.5',
      }),
    },
    isSaved: true,
  },
  {
    name: 'of TypeScript 4 that has emitted a part',
    states: {
      'x.tsbuildinfo': JSON.stringify({
        program: JSON.parse(
          stateOf({}, [
            [2, 1],
            [3, 0],
          ]),
        ) as object,
        version: '4.9.5',
      }),
    },
    isSaved: false,
  },
  {
    name: 'of `tsc -b` of a template',
    states: {
      'tsconfig.app.json':
        '{ "compilerOptions": { "tsBuildInfoFile": "./node_modules/.tmp/tsconfig.app.tsbuildinfo", "noEmit": true } }',
      'node_modules/.tmp/tsconfig.app.tsbuildinfo': '{"root":["./src/a.ts"],"version":"6.0.3"}',
    },
    isSaved: true,
  },
  {
    name: 'of `tsc -b` that emits',
    states: {
      'tsconfig.lib.json':
        '{ "compilerOptions": { "tsBuildInfoFile": "./node_modules/.tmp/tsconfig.lib.tsbuildinfo", "outDir": "dist" } }',
      'node_modules/.tmp/tsconfig.lib.tsbuildinfo': '{"root":["./src/a.ts"],"version":"6.0.3"}',
    },
    isSaved: false,
  },
]) {
  test(`row 19: beside a state ${name}, a build after a restore is ${isSaved ? '' : 'not '}stored`, async (t) => {
    const rig = createRig(t);
    const run = (content: string): ReturnType<typeof rig.run> =>
      rig.run({
        task: taskOf(),
        fingerprint: fingerprintOf(taskOf(), content),
        make: () => rig.write('web/dist/a', content),
      });
    await run('one');
    rig.remove('web/dist');
    assert.equal((await run('one')).outcome, 'restored');
    for (const [path, text] of Object.entries(states)) rig.write(`web/${path}`, text);
    assert.equal((await run('two')).saved?.saved, isSaved);
  });
}

test('row 19: state that is an output is stored and restored with the rest', async (t) => {
  const rig = createRig(t);
  const task = taskOf('web#build', { outputs: { include: ['dist/**', '*.tsbuildinfo'], exclude: [] } });
  const build = (sources: Readonly<Record<string, string>>): ReturnType<typeof rig.run> =>
    rig.run({ task, fingerprint: fingerprintOf(task, JSON.stringify(sources)), make: () => compile(rig, sources) });
  await build({ a: '1', b: '1' });
  await build({ a: '2', b: '1' });
  assert.equal((await build({ a: '1', b: '1' })).outcome, 'restored');
  assert.equal((await build({ a: '1', b: '2' })).saved?.saved, true);
  assert.deepEqual(rig.tree('web/dist'), { a: '1', b: '2' });
  assert.deepEqual(rig.warnings, []);
});

test('row 29: a cache among the outputs is named', async (t) => {
  const rig = createRig(t);
  const task = taskOf('web#build', { outputs: { include: ['.next/**'], exclude: [] } });
  const make = (): void => (rig.write('web/.next/cache/0.pack', 'pack'), rig.write('web/.next/static/a', 'a'));
  await rig.run({ task, fingerprint: fingerprintOf(task, 'one'), make });
  assert.deepEqual(rig.warnings, [
    { code: 'store/cache-like-output', task: 'web#build', path: '.next/cache', bytes: 4 },
  ]);
});

test('row 29: what is a cache and what only sounds like one', () => {
  const file = (path: string, size: number): ManifestEntry => ({
    type: 'file',
    path,
    executable: false,
    digest: { ...digestOf(Buffer.from('')), size },
  });
  const find = (path: string, size = 10): string | undefined =>
    findCacheLikeOutput([file(path, size)], 'elsewhere')?.path;
  assert.equal(find('web/.next/cache/x'), 'web/.next/cache');
  assert.equal(findCacheLikeOutput([file('web/.next/cache/x', 10)], 'web')?.path, '.next/cache');
  assert.equal(find('web/dist/.cache/x/y'), 'web/dist/.cache');
  assert.equal(find('web/node_modules/.cache/x'), 'web/node_modules/.cache');
  assert.equal(find('web/node_modules/.cache/tsbuildinfo.json'), undefined);
  assert.equal(find('py/.pytest_cache/x'), 'py/.pytest_cache');
  assert.equal(find('ng/.angular/cache/22.2.7/x'), 'ng/.angular/cache');
  assert.equal(find('web/dist/cache/index.js'), undefined);
  assert.equal(find('web/dist/cache/index.js', 30_000_000), 'web/dist/cache');
  assert.equal(find('web/node_modules/lib/.cache/index.js'), undefined);
  assert.equal(find('web/node_modules/cache/index.js', 30_000_000), undefined);
  assert.equal(find('web/dist/cache'), undefined);
  assert.equal(find('.yarn/cache/a.zip', 30_000_000), undefined);
});
