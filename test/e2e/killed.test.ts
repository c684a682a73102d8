/** `kill -9` at random moments of storing and restoring: never a wrong output, and the next run is right. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { BUILD } from '../rig/samples.js';
import { createRoot, createWorkspace, readTree, type TestWorkspace, type Tree } from '../rig/workspace.js';

const KILLS = 200;
const PACKAGES = 6;
const FILES = 25;

let workspace: TestWorkspace;
before(() => {
  const packages: Record<string, Tree[string]> = {};
  // Every output holds the digest of the source: a wrong file is seen by its content alone.
  const script = `mkdir -p dist && d=$(sha256sum < src.txt | cut -c1-64) && i=0; while [ $i -lt ${FILES} ]; do echo "$i $d" > dist/$i.txt; i=$((i+1)); done`;
  for (let i = 0; i < PACKAGES; i++) {
    packages[`packages/p${i}/package.json`] = { json: { name: `p${i}`, version: '1.0.0', scripts: { build: script } } };
    packages[`packages/p${i}/src.txt`] = 'start\n';
  }
  workspace = createWorkspace(
    {
      'package.json': {
        json: { name: 'killed', private: true, packageManager: 'npm@10.8.2', workspaces: ['packages/*'] },
      },
      'turbo-like.config.json': { json: { tasks: { build: { inputs: ['src.txt'], outputs: ['dist/**'] } } } },
      '.gitignore': 'dist\n.tr\n',
      ...packages,
    },
    { root: createRoot() },
  );
});
after(() => workspace.dispose());

/** Small random numbers from a printed seed. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

function assertOutputs(round: string): void {
  for (let i = 0; i < PACKAGES; i++) {
    const digest = createHash('sha256')
      .update(workspace.read(`packages/p${i}/src.txt`))
      .digest('hex');
    const expected = Object.fromEntries(Array.from({ length: FILES }, (_, n) => [`${n}.txt`, `${n} ${digest}\n`]));
    assert.deepEqual(readTree(join(workspace.root, `packages/p${i}/dist`)), expected, `${round}, p${i}`);
  }
}

test(`${KILLS} kills`, async (t) => {
  const seed = Date.now() & 0xffff;
  t.diagnostic(`seed ${seed}`);
  const random = createRandom(seed);
  // How long a whole run takes here, so that kills fall anywhere in it.
  let wall = 400;
  for (let kill = 0; kill < KILLS; kill++) {
    // Three states of the sources: each is stored once and restored many times.
    for (let i = 0; i < PACKAGES; i++)
      workspace.write({ [`packages/p${i}/src.txt`]: `state ${Math.floor(random() * 3)} of ${i}, era ${kill >> 4}\n` });
    if (random() < 0.5) workspace.remove(`packages/p${Math.floor(random() * PACKAGES)}/dist`);
    const delay = random() * wall;
    await workspace.tr(BUILD, { onStart: (child) => setTimeout(() => child.kill('SIGKILL'), delay) });
    // Every fourth time the next run is looked at; else the next kill meets what this one left.
    if (kill % 4 !== 3) continue;
    const started = Date.now();
    const run = await workspace.tr(BUILD);
    wall = Math.max(150, Date.now() - started);
    assert.equal(run.exitCode, 0, run.stdout + run.stderr);
    assertOutputs(`after kill ${kill}, seed ${seed}`);
  }
  const verify = await workspace.tr(['cache', 'verify']);
  assert.equal(verify.exitCode, 0, verify.stdout);
});
