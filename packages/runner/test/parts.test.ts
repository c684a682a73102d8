import type { TaskId, UnmetCondition, WhenRule } from '@tr/model';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { createConditions } from '../src/conditions.js';
import { toExitCode } from '../src/exit-code.js';
import { LineBuffer, LONGEST_LINE_BYTES } from '../src/line-buffer.js';
import { toLogFileNames } from '../src/log-file-name.js';
import { LOG_TAIL_BYTES, LogTail } from '../src/log-tail.js';
import { findTooManyPersistent } from '../src/persistent-limit.js';
import { PriorityQueue } from '../src/priority-queue.js';
import { createShutdown } from '../src/shutdown.js';
import { systemClock } from '../src/system-clock.js';
import { createGraph } from './fake-ports.js';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes);

test('lines are cut at their ends and nowhere else', () => {
  const buffer = new LineBuffer();
  const given = ['a', 'b\nc', '\n\nd\ne', '', 'f'].map((chunk) => decode(buffer.add(encode(chunk))));
  assert.deepEqual(given, [undefined, 'ab\n', 'c\n\nd\n', undefined, undefined]);
  assert.equal(decode(buffer.flush()), 'ef');
  assert.equal(buffer.flush(), undefined);
});

test('whatever the chunks, the same bytes come out', () => {
  const text = 'one\ntwo\r\n\n\nlong line without end ä\nlast';
  for (let size = 1; size < text.length; size += 1) {
    const buffer = new LineBuffer();
    const bytes = encode(text);
    const out: (Uint8Array | undefined)[] = [];
    for (let at = 0; at < bytes.length; at += size) out.push(buffer.add(bytes.subarray(at, at + size)));
    for (const lines of out) assert.ok(lines === undefined || lines.at(-1) === 0x0a);
    out.push(buffer.flush());
    assert.equal(Buffer.concat(out.filter((part) => part !== undefined)).toString(), text);
  }
});

test('a line without end is passed on in pieces', () => {
  const buffer = new LineBuffer();
  assert.equal(buffer.add(new Uint8Array(LONGEST_LINE_BYTES)), undefined);
  assert.equal(buffer.add(new Uint8Array(1))?.length, LONGEST_LINE_BYTES + 1);
});

test('the tail of a log starts with a whole line', () => {
  const tail = new LogTail();
  for (let i = 0; i < 5000; i += 1) tail.add(encode(`line ${i}\n`));
  const text = decode(tail.read()) ?? '';
  assert.ok(text.length <= LOG_TAIL_BYTES && text.length > LOG_TAIL_BYTES - 20);
  assert.match(text, /^line \d+\n[^]*line 4999\n$/);
});

test('the tail of a short log is all of it; of one endless line, its end', () => {
  const short = new LogTail();
  short.add(encode('a'));
  short.add(encode('b\nc'));
  assert.equal(decode(short.read()), 'ab\nc');
  const endless = new LogTail();
  endless.add(new Uint8Array(LOG_TAIL_BYTES * 3).fill(0x78));
  assert.equal(endless.read().length, LOG_TAIL_BYTES);
});

test('a process that was killed counts with the exit code that a shell gives it, whatever the signal', () => {
  for (const signal of ['SIGTERM', 'SIGKILL', 'SIGBUS', 'SIGXCPU', 'SIGUSR1'] as const) {
    const { status } = spawnSync('sh', ['-c', `sh -c 'kill -${signal.slice(3)} $$'; exit $?`]);
    assert.equal(toExitCode({ kind: 'signalled', signal, leftBehind: false }), status, signal);
  }
});

test('names of log files: valid everywhere, different for every task', () => {
  const ids = [
    '@s/app#build:prod',
    '//#lint',
    'root#lint',
    'a#B',
    'A#b',
    'con#x',
    'nul.x#y',
    '.a#b',
    'a b#c?d',
    'x#é',
    'a%2B#t',
  ];
  const names = toLogFileNames(ids as TaskId[]);
  assert.deepEqual(Object.fromEntries(names), {
    '@s/app#build:prod': '@s+app#build%3Aprod.log',
    '//#lint': 'root#lint.log',
    'root#lint': 'root#lint~2.log',
    'a#B': 'a#B.log',
    'A#b': 'A#b~2.log',
    'con#x': 'con#x.log',
    'nul.x#y': '_nul.x#y.log',
    '.a#b': '_.a#b.log',
    'a b#c?d': 'a%20b#c%3Fd.log',
    'x#é': 'x#%C3%A9.log',
    'a%2B#t': 'a%252B#t.log',
  });
  const long = toLogFileNames(['a', 'b'].map((end) => `${'x'.repeat(300)}#${end}` as TaskId));
  assert.equal(new Set(long.values()).size, 2);
  for (const name of long.values()) assert.ok(name.length <= 210);
});

test('a queue gives the items in order', () => {
  const queue = new PriorityQueue<number>((a, b) => a < b);
  const items = Array.from({ length: 200 }, (_, index) => (index * 7919) % 211);
  for (const item of items) queue.add(item);
  assert.equal(
    queue.takeFirst((item) => item > 100),
    101,
  );
  const taken: number[] = [];
  for (let next = queue.take(); next !== undefined; next = queue.take()) taken.push(next);
  assert.deepEqual(
    taken,
    items.filter((item) => item !== 101).sort((a, b) => a - b),
  );
});

test('conditions', () => {
  let asked = 0;
  const on = (name: string | undefined) =>
    createConditions({
      findBranch: () => {
        asked += 1;
        return name;
      },
      environment: { SET: '1', EMPTY: '' },
      matches: (glob, text) => glob === text || (glob === 'release/*' && text.startsWith('release/')),
    });
  const cases: readonly [string | undefined, Partial<WhenRule>, UnmetCondition | undefined][] = [
    ['main', {}, undefined],
    ['main', { branches: ['main'] }, undefined],
    ['release/1', { branches: ['main', 'release/*'] }, undefined],
    ['x', { branches: ['main'] }, { kind: 'branch', branch: 'x', globs: ['main'] }],
    [undefined, { branches: ['main'] }, { kind: 'branch', branch: undefined, globs: ['main'] }],
    ['x', { env: ['SET'] }, undefined],
    ['x', { env: ['SET', 'EMPTY'] }, { kind: 'env', name: 'EMPTY' }],
    ['x', { env: ['UNSET'] }, { kind: 'env', name: 'UNSET' }],
    ['main', { branches: ['main'], env: ['UNSET'] }, { kind: 'env', name: 'UNSET' }],
  ];
  for (const [branch, rule, expected] of cases) {
    const unmet = on(branch).findUnmet({ branches: undefined, env: undefined, ...rule });
    assert.deepEqual(unmet, expected, JSON.stringify(rule));
  }
  asked = 0;
  const conditions = on('main');
  conditions.findUnmet({ branches: undefined, env: ['SET'] });
  assert.equal(asked, 0);
  for (let i = 0; i < 3; i += 1) conditions.findUnmet({ branches: ['main'], env: undefined });
  assert.equal(asked, 1);
});

test('persistent tasks must leave a slot', () => {
  const server = { definition: { persistent: true } };
  const graph = createGraph({ a: server, b: server, c: {}, none: { ...server, command: undefined } });
  assert.deepEqual(findTooManyPersistent(graph, 2), { code: 'task/too-many-persistent', count: 2, concurrency: 2 });
  assert.equal(findTooManyPersistent(graph, 3), undefined);
  assert.equal(findTooManyPersistent(createGraph({ c: {} }), 1), undefined);
});

test('shutdown: the first signal asks, the next one forces; disposed of, it listens no more', () => {
  const source = new EventEmitter();
  const shutdown = createShutdown(source);
  const seen: unknown[] = [];
  const unsubscribe = shutdown.onRequest((request) => seen.push(request));
  assert.equal(shutdown.requested, undefined);
  source.emit('SIGTERM');
  source.emit('SIGINT');
  const forced = { signal: 'SIGTERM', force: true };
  assert.deepEqual(seen, [{ signal: 'SIGTERM', force: false }, forced]);
  assert.deepEqual(shutdown.requested, forced);
  unsubscribe();
  source.emit('SIGHUP');
  assert.equal(seen.length, 2);
  shutdown.dispose();
  assert.deepEqual(source.eventNames(), []);
});

test('the system clock takes delays of any length, and forgets what was cancelled', async () => {
  const cancel = systemClock.schedule(1, () => assert.fail('was cancelled'));
  cancel();
  systemClock.schedule(2 ** 40, () => assert.fail('too soon'))();
  const keepAlive = setTimeout(() => undefined, 10_000);
  await new Promise<void>((resolve) => systemClock.schedule(5, resolve));
  clearTimeout(keepAlive);
});
