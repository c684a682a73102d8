import type { RunEvent, TaskFailure } from '@tr/model';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createGraph, idOf, outcomes, resultOf, settle, startRun, type Behaviour } from './fake-ports.js';

const END_AT_ONCE: Behaviour = { onSpawn: (process) => process.end(0) };

function typesOf(events: readonly RunEvent[], name: string): string[] {
  return events.flatMap((event) => ('task' in event && event.task === idOf(name) ? [event.type] : []));
}

test('a chain runs in order, and every task is stored', async () => {
  const run = startRun(createGraph({ a: {}, b: { needs: ['a'] }, c: { needs: ['b'] } }), END_AT_ONCE);
  const result = await run.result;
  assert.deepEqual(run.started, ['a', 'b', 'c']);
  assert.deepEqual(run.saved, ['a', 'b', 'c']);
  assert.equal(result.exitCode, 0);
  assert.deepEqual(typesOf(run.events, 'b'), ['cache-miss', 'task-started', 'cache-saved', 'task-finished']);
  assert.equal(run.events[0]?.type, 'run-started');
  assert.equal(run.events.at(-1)?.type, 'run-finished');
});

test('an empty graph ends at once', async () => {
  const result = await startRun(createGraph({})).result;
  assert.deepEqual([result.exitCode, result.tasks], [0, []]);
});

test('a task without command has a key and is skipped; its dependents get that key', async () => {
  const graph = createGraph({ a: {}, topo: { needs: ['a'], command: undefined }, b: { needs: ['topo'] } });
  const run = startRun(graph, END_AT_ONCE);
  assert.deepEqual(outcomes(await run.result), { a: 'executed', topo: 'no-command', b: 'executed' });
  assert.deepEqual(run.computed.get('b'), ['topo']);
  assert.deepEqual(run.saved, ['a', 'b']);
});

test('hits are not executed; full logs are replayed as they were', async () => {
  const log = new Uint8Array([0x61, 0xff, 0x0a, 0x62]);
  const graph = createGraph({ a: {}, quiet: { definition: { outputLogs: 'new-only' } }, b: { needs: ['a'] } });
  const run = startRun(graph, { ...END_AT_ONCE, stored: ['a', 'quiet'], log: () => log });
  const result = await run.result;
  assert.deepEqual(outcomes(result), { a: 'fresh', quiet: 'fresh', b: 'executed' });
  assert.equal(resultOf(result, 'a').timeSavedMs, 1234);
  assert.deepEqual(run.started, ['b']);
  assert.deepEqual(typesOf(run.events, 'a'), ['cache-hit', 'task-output', 'task-finished']);
  assert.deepEqual(typesOf(run.events, 'quiet'), ['cache-hit', 'task-finished']);
  const output = run.events.find((event) => event.type === 'task-output');
  assert.deepEqual(output?.type === 'task-output' && [output.replay, output.bytes], [true, log]);
});

const LONG_LOG = new Uint8Array(2_500_000).map((_, at) => at % 251);

for (const outcome of ['fresh', 'restored'] as const) {
  test(`a long log is replayed in the pieces it is read in, and is in its file: ${outcome}`, async () => {
    const behaviour = { stored: ['a'], restore: () => outcome, log: () => LONG_LOG };
    const run = startRun(createGraph({ a: {} }), { ...END_AT_ONCE, ...behaviour });
    const { logPath } = resultOf(await run.result, 'a');
    const pieces = run.events.flatMap((event) => (event.type === 'task-output' ? [event.bytes] : []));
    assert.ok(pieces.every(({ length }) => length <= 100_000));
    assert.ok(Buffer.concat(pieces).equals(LONG_LOG));
    assert.ok(readFileSync(logPath ?? '').equals(LONG_LOG));
    assert.deepEqual(typesOf(run.events, 'a').slice(0, 2), ['cache-hit', 'task-output']);
  });
}

test('a restored task leaves its log in the logs directory', async () => {
  const run = startRun(createGraph({ a: {} }), {
    stored: ['a'],
    restore: () => 'restored',
    log: () => new TextEncoder().encode('hello\n'),
  });
  const { logPath } = resultOf(await run.result, 'a');
  assert.equal(readFileSync(logPath ?? '', 'utf8'), 'hello\n');
});

for (const [what, behaviour] of Object.entries({
  'a restore that turns into a miss': { restore: () => 'miss' },
  'a stored log that cannot be had': { log: lostLog(new Uint8Array(3)) },
  'a long one': { log: lostLog(LONG_LOG) },
} satisfies Record<string, Behaviour>)) {
  test(`${what}: the task is executed`, async () => {
    const run = startRun(createGraph({ a: {} }), { ...END_AT_ONCE, stored: ['a'], ...behaviour });
    const result = await run.result;
    assert.equal(outcomes(result)['a'], 'executed');
    assert.equal(resultOf(result, 'a').missReasons?.[0]?.reason, 'blob-missing');
  });
}

/** Says first how long the log is, then that it is gone. */
function lostLog(log: Uint8Array): () => Uint8Array | undefined {
  let asked = 0;
  return () => (asked++ === 0 ? log : undefined);
}

test('cache: false is neither looked up nor stored, and has a key; so is a persistent task', async () => {
  const graph = createGraph({
    a: { definition: { cache: false } },
    b: { needs: ['a'] },
    c: { definition: { persistent: true } },
  });
  const run = startRun(graph, { ...END_AT_ONCE, stored: ['a', 'c'] });
  const result = await run.result;
  assert.deepEqual(outcomes(result), { a: 'executed', b: 'executed', c: 'executed' });
  assert.deepEqual(run.lookedUp, ['b']);
  assert.deepEqual(run.saved, ['b']);
  assert.deepEqual(resultOf(result, 'a').missReasons, [{ reason: 'not-cacheable' }]);
});

test('force: nothing is looked up, everything is stored', async () => {
  const run = startRun(createGraph({ a: {} }), { ...END_AT_ONCE, stored: ['a'], options: { force: true } });
  assert.deepEqual(resultOf(await run.result, 'a').missReasons, [{ reason: 'cache-off' }]);
  assert.deepEqual([run.lookedUp, run.saved], [[], ['a']]);
});

const FAILING = { a: {}, below: { needs: ['a'] }, after: { needs: ['below'] }, side: {}, late: { needs: ['side'] } };
for (const [mode, expected] of Object.entries({
  never: { a: 'failed', below: 'dependency-failed', after: 'dependency-failed', side: 'aborted', late: 'aborted' },
  'dependencies-successful': {
    a: 'failed',
    below: 'dependency-failed',
    after: 'dependency-failed',
    side: 'executed',
    late: 'executed',
  },
  always: { a: 'failed', below: 'executed', after: 'executed', side: 'executed', late: 'executed' },
} as const)) {
  test(`a failing task, --continue ${mode}`, async () => {
    const continueMode = mode as 'never' | 'dependencies-successful' | 'always';
    const run = startRun(createGraph(FAILING), {
      onSpawn: (process) => {
        if (process.name === 'a') setImmediate(() => process.end(7));
        else if (process.name !== 'side' || mode !== 'never') setImmediate(() => process.end(0));
      },
      options: { continueMode },
    });
    const result = await run.result;
    assert.deepEqual(outcomes(result), expected);
    assert.equal(result.exitCode, 7);
    assert.deepEqual([...run.saved].sort(), mode === 'never' ? [] : ['late', 'side']);
    assert.deepEqual(resultOf(result, 'a').failure, { code: 'task/exit-nonzero', task: 'a#t', exitCode: 7 });
  });
}

test('the exit code is the largest one of the failed tasks; 1 for a task that failed without one', async () => {
  const codes: Readonly<Record<string, number>> = { a: 3, b: 9, c: 0 };
  const failure: TaskFailure = { code: 'task/spawn-failed', task: 'd', detail: '' };
  const run = startRun(createGraph({ a: {}, b: {}, c: {}, d: {} }), {
    onSpawn: (process) => process.end(codes[process.name] ?? 0),
    failToCompute: (name) => (name === 'd' ? failure : undefined),
    options: { continueMode: 'always' },
  });
  assert.equal((await run.result).exitCode, 9);
  const only = startRun(createGraph({ d: {}, e: { needs: ['d'] } }), {
    failToCompute: () => failure,
    options: { continueMode: 'always' },
  });
  const result = await only.result;
  assert.equal(result.exitCode, 1);
  assert.deepEqual(outcomes(result), { d: 'failed', e: 'dependency-failed' });
});

test('the end of the log of a failed task is in its result', async () => {
  const run = startRun(createGraph({ a: {} }), {
    onSpawn: (process) => {
      process.print('one\ntw');
      process.print('o\nthree');
      process.end(1);
    },
  });
  const result = resultOf(await run.result, 'a');
  assert.equal(new TextDecoder().decode(result.logTail), 'one\ntwo\nthree');
  assert.equal(readFileSync(result.logPath ?? '', 'utf8'), 'one\ntwo\nthree');
  const lines = run.events.flatMap((event) =>
    event.type === 'task-output' ? [new TextDecoder().decode(event.bytes)] : [],
  );
  assert.deepEqual(lines, ['one\n', 'two\n', 'three']);
});

test('a failure names the variables that it mentions and was not given', async () => {
  const graph = createGraph({ a: { command: 'test -n "$API_BASE"' } });
  const run = startRun(graph, {
    withheld: ['SOMETHING_ELSE', 'API_BASE', 'TOKEN', 'PWD', 'TO'],
    onSpawn: (process) => {
      process.print('TOKEN: not set. PWD TO TOKENS\n');
      process.end(1);
    },
  });
  const { failure } = resultOf(await run.result, 'a');
  assert.deepEqual(failure?.code === 'task/exit-nonzero' && failure.withheld, ['API_BASE', 'TOKEN']);
});

test('retries: a later pass is flaky and never stored', async () => {
  let tries = 0;
  const run = startRun(createGraph({ a: { definition: { retries: 2 } }, b: { needs: ['a'] } }), {
    onSpawn: (process) => process.end(process.name === 'a' && ++tries < 3 ? 1 : 0),
  });
  const result = await run.result;
  const { outcome, flaky, attempts, exitCode } = resultOf(result, 'a');
  assert.deepEqual(
    { outcome, flaky, attempts, exitCode },
    { outcome: 'executed', flaky: true, attempts: 3, exitCode: 0 },
  );
  assert.deepEqual(run.saved, ['b']);
  assert.ok(run.events.some((event) => event.type === 'cache-not-saved' && event.reason.reason === 'flaky'));
});

test('retries: a task that never passes fails after the last attempt', async () => {
  const run = startRun(createGraph({ a: { definition: { retries: 1 } } }), { onSpawn: (process) => process.end(4) });
  const { outcome, attempts } = resultOf(await run.result, 'a');
  assert.deepEqual({ outcome, attempts }, { outcome: 'failed', attempts: 2 });
});

test('a timeout stops the tree and fails the task', async () => {
  const run = startRun(createGraph({ a: { definition: { timeoutMs: 5000 } } }), { onStop: () => 0 });
  await settle();
  run.clock.advance(4999);
  assert.deepEqual(run.process('a').signals, []);
  const process = run.process('a');
  run.clock.advance(1);
  const result = await run.result;
  assert.deepEqual(process.signals, ['SIGTERM']);
  assert.deepEqual(resultOf(result, 'a').failure, { code: 'task/timeout', task: 'a#t', timeoutMs: 5000 });
  assert.deepEqual([result.exitCode, run.saved], [1, []]);
});

test('inputs that changed while it ran: not stored, and what depends on it is neither looked up nor stored', async () => {
  const graph = createGraph({ a: {}, topo: { needs: ['a'], command: undefined }, b: { needs: ['topo'] }, c: {} });
  const run = startRun(graph, {
    ...END_AT_ONCE,
    stored: ['b'],
    changedInputs: (name) => (name === 'a' ? ['src/x.ts'] : []),
  });
  const result = await run.result;
  assert.equal(result.exitCode, 0);
  assert.deepEqual(run.saved, ['c']);
  assert.deepEqual(outcomes(result), { a: 'executed', topo: 'no-command', b: 'executed', c: 'executed' });
  const reason = run.events.find((event) => event.type === 'cache-not-saved');
  assert.deepEqual(reason?.type === 'cache-not-saved' && reason.reason, {
    reason: 'inputs-changed',
    paths: ['src/x.ts'],
  });
  const b = resultOf(result, 'b');
  assert.equal(b.unsoundDependency, idOf('topo'));
  assert.deepEqual(b.missReasons, [
    {
      reason: 'dependency-changed',
      root: idOf('a'),
      unsettled: true,
      added: [],
      removed: [],
      modified: [idOf('topo')],
    },
  ]);
});

test('an uncached task whose inputs changed is not built upon either', async () => {
  const graph = createGraph({ a: { definition: { cache: false } }, b: { needs: ['a'] } });
  const run = startRun(graph, { ...END_AT_ONCE, changedInputs: (name) => (name === 'a' ? ['x'] : []) });
  await run.result;
  assert.deepEqual(run.saved, []);
});

test('when: a task that is not wanted is skipped, and what depends on it is not stored', async () => {
  const when = { branches: ['main'], env: undefined };
  const graph = createGraph({ a: { definition: { when } }, b: { needs: ['a'] }, c: {} });
  const unmet = { kind: 'env', name: 'TOKEN' } as const;
  const run = startRun(graph, { ...END_AT_ONCE, options: { conditions: { findUnmet: () => unmet } } });
  const result = await run.result;
  assert.deepEqual(outcomes(result), { a: 'when', b: 'executed', c: 'executed' });
  assert.deepEqual(resultOf(result, 'a').unmet, unmet);
  assert.deepEqual(run.saved, ['c']);
});

test('what the cache refuses to store is told; outputs that changed are not built upon', async () => {
  const run = startRun(createGraph({ a: {}, b: { needs: ['a'] } }), {
    ...END_AT_ONCE,
    save: () => ({ saved: false, reason: { reason: 'outputs-changed', paths: ['dist/x'] } }),
  });
  const result = await run.result;
  assert.deepEqual(run.saved, ['a']);
  assert.equal(resultOf(result, 'b').unsoundDependency, idOf('a'));
});

test('output globs that matched nothing are a warning', async () => {
  const run = startRun(createGraph({ a: {} }), {
    ...END_AT_ONCE,
    save: () => ({ saved: true, files: 0, bytes: 0, emptyOutputs: ['dist/**'] }),
  });
  assert.equal((await run.result).exitCode, 0);
  const warning = run.events.find((event) => event.type === 'warning');
  assert.deepEqual(warning?.type === 'warning' && warning.failure, {
    code: 'task/empty-outputs',
    task: idOf('a'),
    globs: ['dist/**'],
  });
});

test('a log that cannot be written: a warning, the task passes, nothing is stored', async () => {
  const run = startRun(createGraph({ a: {} }), { ...END_AT_ONCE, options: { logDirectory: '/dev/null/logs' } });
  const result = await run.result;
  assert.equal(result.exitCode, 0);
  assert.equal(resultOf(result, 'a').logPath, undefined);
  assert.ok(run.events.some((event) => event.type === 'warning' && event.failure.code === 'task/log-unwritable'));
  assert.deepEqual(run.saved, []);
});

test('priority decides who gets the slot', async () => {
  const run = startRun(createGraph({ a: {}, b: {}, c: {} }), {
    ...END_AT_ONCE,
    options: {
      concurrency: 1,
      priorities: new Map([
        [idOf('c'), 5],
        [idOf('b'), 1],
      ]),
    },
  });
  await run.result;
  assert.deepEqual(run.started, ['c', 'b', 'a']);
});

test('a task whose inputs changed while it waited for a slot is looked up again', async () => {
  let changed: readonly string[] = [];
  const run = startRun(createGraph({ a: {}, b: {} }), {
    changedInputs: (name) => (name === 'b' ? changed : []),
    options: { concurrency: 1 },
  });
  await settle();
  run.clock.advance(5000);
  changed = ['x'];
  run.process('a').end(0);
  await settle();
  changed = [];
  run.process('b').end(0);
  await run.result;
  assert.deepEqual(run.lookedUp, ['a', 'b', 'b']);
  assert.deepEqual(run.saved, ['a', 'b']);
});

test('parallel: dependencies do not hold anyone back, keys still need them, dependents are not stored', async () => {
  const graph = createGraph({ topo: { command: undefined }, a: { needs: ['topo'] }, b: { needs: ['a'] } });
  const run = startRun(graph, { options: { parallel: true } });
  await settle();
  assert.deepEqual([...run.started].sort(), ['a', 'b']);
  assert.deepEqual(run.computed.get('b'), ['a']);
  while (run.running.length > 0) run.running[0]?.end(0);
  await run.result;
  assert.deepEqual(run.saved, ['a']);
});

test('parallel: what a task takes the state of is waited for, by whatever depends on that task too', async () => {
  const many = Array.from({ length: 9 }, (_, index) => `after${index}`);
  const graph = createGraph({
    migrate: {},
    look: { needs: ['migrate'] },
    other: {},
    beside: { needs: ['other'] },
    ...Object.fromEntries(many.map((name) => [name, { needs: ['look'] }])),
  });
  const stateEdges = new Map(['look', ...many].map((name) => [idOf(name), [idOf('migrate')]]));
  const run = startRun(graph, { options: { parallel: true, stateEdges } });
  await settle();
  assert.deepEqual([...run.started].sort(), ['beside', 'migrate', 'other']);
  run.process('migrate').end(0);
  await settle();
  assert.deepEqual(run.started.slice(3).sort(), [...many, 'look'].sort());
  while (run.running.length > 0) run.running[0]?.end(0);
  await run.result;
  assert.deepEqual([...run.saved].sort(), ['look', 'migrate', 'other'], 'look has waited for all that it depends on');
});

test('parallel: a task whose state cannot be had takes nobody with it that does not need it', async () => {
  const graph = createGraph({ migrate: {}, look: { needs: ['migrate'] }, beside: { needs: ['migrate'] } });
  const stateEdges = new Map([[idOf('look'), [idOf('migrate')]]]);
  const options = { parallel: true, stateEdges, continueMode: 'dependencies-successful' } as const;
  const run = startRun(graph, { options });
  await settle();
  run.process('migrate').end(3);
  run.process('beside').end(0);
  assert.deepEqual(outcomes(await run.result), { migrate: 'failed', look: 'dependency-failed', beside: 'executed' });
});

test('parallel: a failure stops the others', async () => {
  const run = startRun(createGraph({ a: {}, b: { needs: ['a'] } }), { options: { parallel: true } });
  await settle();
  run.process('a').end(5);
  assert.deepEqual(outcomes(await run.result), { a: 'failed', b: 'aborted' });
});
