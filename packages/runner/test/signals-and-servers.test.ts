import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGraph, outcomes, settle, startRun } from './fake-ports.js';

const PERSISTENT = { persistent: true, cache: false };

for (const [signal, exitCode] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const)) {
  test(`${signal}: what runs is stopped, nothing starts, nothing is stored`, async () => {
    const graph = createGraph({ a: {}, b: {}, queued: {}, c: { needs: ['a'] } });
    const run = startRun(graph, { options: { concurrency: 2 } });
    await settle();
    const { signals } = run.process('a');
    run.request({ signal: signal as 'SIGINT', force: false });
    const result = await run.result;
    assert.deepEqual(outcomes(result), { a: 'aborted', b: 'aborted', queued: 'aborted', c: 'aborted' });
    assert.deepEqual([result.exitCode, result.signal, signals, run.saved], [exitCode, signal, [signal], []]);
  });
}

test('a task that ends with 0 when it is told to stop is aborted all the same', async () => {
  const run = startRun(createGraph({ a: {} }), { onStop: () => 0 });
  await settle();
  run.request({ signal: 'SIGINT', force: false });
  assert.deepEqual(outcomes(await run.result), { a: 'aborted' });
  assert.deepEqual(run.saved, []);
});

test('the second signal kills at once', async () => {
  const run = startRun(createGraph({ a: {} }), { onStop: (_, signal) => (signal === 'SIGKILL' ? 1 : undefined) });
  await settle();
  const { signals } = run.process('a');
  run.request({ signal: 'SIGINT', force: false });
  run.request({ signal: 'SIGINT', force: true });
  assert.equal((await run.result).exitCode, 130);
  assert.deepEqual(signals, ['SIGINT', 'SIGKILL']);
  const told = run.events.filter(({ type }) => type === 'run-stopping');
  assert.deepEqual(told, [{ type: 'run-stopping', signal: 'SIGINT' }]);
});

test('a signal that came before the run: nothing starts', async () => {
  const shutdown = { requested: { signal: 'SIGTERM', force: false }, onRequest: () => () => undefined } as const;
  const run = startRun(createGraph({ a: {} }), { options: { shutdown } });
  assert.deepEqual(outcomes(await run.result), { a: 'aborted' });
  assert.deepEqual(run.started, []);
});

test('on a signal persistent tasks stop last', async () => {
  const run = startRun(createGraph({ server: { definition: PERSISTENT }, a: {} }), { onStop: () => undefined });
  await settle();
  const [server, a] = [run.process('server'), run.process('a')];
  run.request({ signal: 'SIGINT', force: false });
  await settle();
  assert.deepEqual([a.signals, server.signals], [['SIGINT'], []]);
  a.end(1);
  await settle();
  assert.deepEqual(server.signals, ['SIGINT']);
  server.end(0);
  assert.deepEqual(outcomes(await run.result), { a: 'aborted', server: 'aborted' });
});

test('a persistent task somebody asked for keeps the run going until it ends', async () => {
  const run = startRun(createGraph({ server: { definition: PERSISTENT }, a: {} }));
  await settle();
  run.process('a').end(0);
  await settle();
  assert.deepEqual(run.process('server').signals, []);
  run.process('server').end(0);
  assert.deepEqual(outcomes(await run.result), { a: 'executed', server: 'executed' });
});

test('a persistent sibling is stopped when all other work is done, and counts as executed', async () => {
  const run = startRun(
    createGraph({ server: { definition: PERSISTENT, isEntryPoint: false }, a: { with: ['server'] } }),
  );
  await settle();
  const { signals } = run.process('server');
  run.process('a').end(0);
  const result = await run.result;
  assert.deepEqual(outcomes(result), { a: 'executed', server: 'executed' });
  assert.deepEqual([signals, result.exitCode], [['SIGTERM'], 0]);
});

test('a persistent sibling of a wanted persistent task stays as long as that one', async () => {
  const graph = createGraph({
    api: { definition: PERSISTENT, isEntryPoint: false },
    web: { definition: PERSISTENT, with: ['api'] },
  });
  const run = startRun(graph);
  await settle();
  run.process('api').end(0);
  await settle();
  assert.deepEqual(run.process('web').signals, []);
  run.process('web').end(0);
  assert.equal((await run.result).exitCode, 0);
});

test('a persistent task that fails by itself ends the run', async () => {
  const run = startRun(createGraph({ api: { definition: PERSISTENT }, web: { definition: PERSISTENT } }));
  await settle();
  run.process('api').end(5);
  const result = await run.result;
  assert.deepEqual(outcomes(result), { api: 'failed', web: 'aborted' });
  assert.equal(result.exitCode, 5);
});

test('persistent tasks never reach the end of their input; others do at once', async () => {
  const run = startRun(createGraph({ server: { definition: PERSISTENT }, a: {} }));
  await settle();
  assert.deepEqual([run.process('server').request.stdin, run.process('a').request.stdin], ['open', 'none']);
  run.request({ signal: 'SIGINT', force: false });
  await run.result;
});

test('interactive tasks get the terminal one at a time', async () => {
  const interactive = { definition: { interactive: true, cache: false } };
  const run = startRun(createGraph({ a: interactive, b: interactive, c: {} }));
  await settle();
  assert.deepEqual([...run.started].sort(), ['a', 'c']);
  assert.equal(run.process('a').request.stdin, 'terminal');
  run.process('a').end(0);
  await settle();
  assert.equal(run.process('b').request.stdin, 'terminal');
  run.process('b').end(0);
  run.process('c').end(0);
  assert.equal((await run.result).exitCode, 0);
});

test('behind a persistent task that has the terminal an interactive task runs without it', async () => {
  const run = startRun(
    createGraph({ a: { definition: { ...PERSISTENT, interactive: true } }, b: { definition: { interactive: true } } }),
  );
  await settle();
  assert.deepEqual([run.process('a').request.stdin, run.process('b').request.stdin], ['terminal', 'open']);
  run.request({ signal: 'SIGINT', force: false });
  await run.result;
});

test('a bug in a port stops everything and comes out', async () => {
  const run = startRun(createGraph({ a: {}, b: {}, c: { needs: ['a'] } }), {
    changedInputs: (name) => {
      if (name === 'a') throw new Error('a bug');
      return [];
    },
  });
  await settle();
  const { signals } = run.process('b');
  run.process('a').end(0);
  await assert.rejects(run.result, /a bug/);
  assert.deepEqual(signals, ['SIGTERM']);
});
