import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLocalCache } from '../src/index.js';
import { fingerprintOf, taskOf, writeOutputs } from './rig.js';

/**
 * A process that restores and stores as fast as it can, until it is killed or has done its rounds; prints a line per
 * round. Arguments: directory of the rig, rounds, seed, `execute` or `restore-only`,
 * name of the workspace below the directory.
 */
const [directory = '', rounds = '0', seed = '0', mode = 'execute', workspace = 'ws'] = process.argv.slice(2);
const root = join(directory, workspace);
const task = taskOf();
let state = Number(seed);
for (let round = 0; round < Number(rounds); round++) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  const word = ['one', 'two', 'three'][state % 3] ?? 'one';
  const cache = openLocalCache({
    directory: join(directory, 'cache'),
    root,
    stateDirectory: join(root, '.tr'),
    policy: { read: true, write: true },
    producer: 'test',
    now: () => Date.now(),
    warn: (failure) => process.stdout.write(`warning ${failure.code}\n`),
  });
  const { tasks } = cache;
  const fingerprint = fingerprintOf(task, word);
  if (mode === 'execute' && state % 5 === 0) rmSync(join(root, 'web/dist'), { recursive: true, force: true });
  const lookup = await tasks.lookup(task, fingerprint);
  const restored = lookup.hit && (await tasks.restore(task, lookup.entry)).outcome;
  if (mode === 'execute' && (restored === false || restored === 'miss')) {
    await tasks.forgetOutputs(task);
    writeOutputs(join(root, 'web/dist'), word);
    writeFileSync(join(directory, `log-${process.pid}`), word);
    await tasks.save(task, fingerprint, { durationMs: 1, logPath: join(directory, `log-${process.pid}`) });
  }
  await cache.finish({ maxBytes: undefined, maxAgeMs: undefined });
  process.stdout.write(`${word} ${String(restored)}\n`);
}
