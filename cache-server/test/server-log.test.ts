import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem } from '../src/http/problem.js';
import { createMetrics } from '../src/server/metrics.js';
import { ServerLog } from '../src/server/server-log.js';

function createLog() {
  let time = Date.UTC(2026, 0, 1);
  const lines: string[] = [];
  const metrics = createMetrics({ stored: () => ({ entries: 0, bytes: 0 }), missingWorkers: () => 0 });
  const log = new ServerLog({ write: (line) => lines.push(line), now: () => time, metrics });
  const countOf = async (name: string): Promise<number> => {
    const [, value] = new RegExp(`^tr_cache_${name} (\\d+)$`, 'm').exec(await metrics.text()) ?? [];
    return Number(value);
  };
  return { log, lines, countOf, pass: (milliseconds: number) => void (time += milliseconds) };
}

test('a request that was refused is told with its id, but not that there is nothing', () => {
  const { log, lines, pass } = createLog();
  log.noteProblem(new Problem('not-found'), 'a');
  log.noteProblem(new Problem('bad-request', 'keys'), 'b');
  pass(1);
  log.noteProblem(new Problem('store-trouble', 'EIO'), undefined);
  assert.deepEqual(
    lines.map((line) => JSON.parse(line) as unknown),
    [
      { time: '2026-01-01T00:00:00.000Z', event: 'problem', id: 'b', code: 'bad-request', detail: 'keys' },
      { time: '2026-01-01T00:00:00.001Z', event: 'problem', code: 'store-trouble', detail: 'EIO' },
    ],
  );
});

test('failed logins and errors of ours are counted', async () => {
  const { log, countOf } = createLog();
  for (const code of ['no-credential', 'not-found', 'internal', 'store-trouble'] as const)
    log.noteProblem(new Problem(code), 'a');
  assert.deepEqual([await countOf('login_failures_total'), await countOf('unexpected_errors_total')], [1, 1]);
  log.noteUnexpected('upkeep', new Error('x'));
  assert.equal(await countOf('unexpected_errors_total'), 2);
});
