import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGraph, outcomes, startRun, type TestTask } from './fake-ports.js';

const CHAIN: Readonly<Record<string, TestTask>> = {
  a: {},
  b: { needs: ['a'] },
  c: { needs: ['b'] },
  tool: { needs: ['b'], definition: { tools: ['cc --version'] } },
  after: { needs: ['tool'] },
  served: { needs: ['b'], definition: { services: ['db'] } },
  uncached: { needs: ['b'], definition: { cache: false } },
  empty: { needs: ['b'], command: undefined },
  d: { needs: ['uncached', 'empty'] },
};
const STORED = ['a', 'b', 'c', 'tool', 'after', 'd'];

describe('keys of tasks to come', () => {
  it('are told to the cache when another machine has a result', async () => {
    const run = startRun(createGraph(CHAIN), {
      stored: STORED,
      tier: 'remote',
      restore: () => 'restored',
      onSpawn: (process) => process.end(0),
      options: { services: undefined },
    });
    await run.result;
    // No process is started for a hint, so nothing is known of what depends on a tool or on services.
    assert.deepEqual(run.foreseen, ['b', 'c', 'd']);
    assert.deepEqual(run.computed.get('d'), ['uncached', 'empty']);
  });

  it('are not told when the results are on this machine, or there are none', async () => {
    for (const behaviour of [{ stored: STORED }, { tier: 'remote' as const }]) {
      const run = startRun(createGraph({ a: {}, b: { needs: ['a'] } }), {
        ...behaviour,
        onSpawn: (process) => process.end(0),
      });
      await run.result;
      assert.deepEqual(run.foreseen, []);
    }
  });

  it('a key that cannot be computed ahead is no failure yet', async () => {
    let calls = 0;
    const run = startRun(createGraph({ a: {}, b: { needs: ['a'] }, c: { needs: ['b'] } }), {
      stored: ['a', 'b', 'c'],
      tier: 'remote',
      failToCompute: (name) =>
        name === 'b' && ++calls === 1
          ? { code: 'fingerprint/unreadable-input', path: 'b/later', detail: 'ENOENT' }
          : undefined,
    });
    assert.deepEqual(outcomes(await run.result), { a: 'fresh', b: 'fresh', c: 'fresh' });
    assert.deepEqual(run.foreseen, []);
  });

  it('are computed from what was looked at a moment ago, not earlier', async () => {
    const run = startRun(createGraph({ a: {}, slow: { needs: ['a'] }, b: { needs: ['slow'] }, c: { needs: ['b'] } }), {
      stored: ['a', 'b', 'c'],
      tier: 'remote',
    });
    await run.settle();
    run.clock.advance(2000);
    assert.deepEqual(run.forgotten, []);
    run.process('slow').end(0);
    await run.result;
    assert.deepEqual(run.foreseen, ['slow', 'b', 'c']);
    // Once after the execution, once for what was looked at ahead.
    assert.deepEqual(run.forgotten, ['slow', 'b']);
  });

  it('nor are they when the cache had no room for a while', async () => {
    let makeRoom = (): void => undefined;
    const needs = {
      a: {},
      first: { needs: ['a'] },
      b: { needs: ['first'] },
      second: { needs: ['b'] },
      c: { needs: ['second'] },
    };
    const run = startRun(createGraph(needs), {
      stored: ['a', 'b', 'c'],
      tier: 'remote',
      room: new Promise<void>((resolve) => (makeRoom = resolve)),
    });
    await run.settle();
    run.clock.advance(2000);
    run.process('first').end(0);
    await run.settle();
    assert.deepEqual(run.forgotten, ['first', 'b']);
    makeRoom();
    await run.settle();
    assert.deepEqual(run.foreseen, ['first', 'c']);
    run.clock.advance(2000);
    run.process('second').end(0);
    await run.result;
    assert.deepEqual(run.forgotten, ['first', 'b', 'second', 'c']);
  });
});
