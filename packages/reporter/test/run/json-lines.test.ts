import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent } from '@tr/model';
import { createJsonReporter, renderEventLine } from '../../src/run/json-lines.js';
import { ManualClock } from '../rig/manual-clock.js';
import { MemoryOutput } from '../rig/memory-output.js';
import { parseEventLine } from '../rig/parse-event-line.js';
import { ended, failedWith, finished, hit, id, key, miss, output, result, start, started } from '../rig/script.js';

const EVENTS: readonly RunEvent[] = [
  start({ 'a#x': {}, 'b#x': { log: 'none', persistent: true } }),
  { type: 'task-queued', task: id('a#x') },
  started('a#x', 2),
  output('a#x', 'plain\n'),
  output('a#x', '\uFEFFbom, é, 🦊, \u2028, \u0000 and \u001B[31m\n', 'stderr'),
  output('a#x', Uint8Array.of(0xff, 0xfe, 0x0a)),
  output('a#x', Buffer.from('é').subarray(0, 1)),
  output('a#x', ''),
  hit('a#x', '1'),
  miss('a#x', '2', { reason: 'env-changed', scope: 'task', added: ['A'], removed: [], modified: [] }),
  { type: 'cache-saved', task: id('a#x'), key: key('3'), files: 2, bytes: 1024 },
  { type: 'cache-not-saved', task: id('a#x'), reason: { reason: 'flaky' } },
  { type: 'warning', failure: { code: 'task/left-processes', task: 'a#x' } },
  { type: 'run-stopping', signal: 'SIGINT' },
  finished('a#x', 'executed'),
  failedWith('b#x', 1, 'tail\n'),
  {
    type: 'run-finished',
    result: {
      exitCode: 1,
      tasks: [result('a#x', 'failed', { logTail: Uint8Array.of(0x80) })],
      startedAt: 1,
      durationMs: 2,
    },
  },
];

for (const event of EVENTS) {
  test(`${event.type} comes back as it was`, () => {
    const line = renderEventLine(event);
    assert.equal(line.indexOf('\n'), line.length - 1, 'one line');
    assert.deepEqual(normalise(parseEventLine(line)), normalise(event));
  });
}

/** A Buffer and a Uint8Array of the same bytes are the same here. */
function normalise(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(normalise);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, normalise(inner)]));
}

test('text is text, bytes that are none are base64', () => {
  assert.equal(
    renderEventLine(output('a#x', 'é\n')),
    '{"type":"task-output","task":"a#x","stream":"stdout","bytes":"é\\n","replay":false}\n',
  );
  assert.match(renderEventLine(output('a#x', Uint8Array.of(0xff))), /"bytes":\{"base64":"\/w=="\}/);
});

test('the reporter prints every event, and the last one at once', () => {
  const out = new MemoryOutput();
  const clock = new ManualClock();
  const reporter = createJsonReporter(out, clock);
  for (const event of EVENTS.slice(0, 3)) reporter.sink(event);
  assert.equal(out.writes.length, 0);
  clock.advance(16);
  assert.equal(out.text.split('\n').length, 4);
  reporter.sink(ended());
  assert.equal(out.text.trimEnd().split('\n').length, 4);
  assert.equal(clock.pending, 0);
  reporter.dispose();
});
