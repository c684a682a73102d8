import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTerminalReporter } from '../../src/run/terminal-reporter.js';
import { ManualClock } from '../rig/manual-clock.js';
import { MemoryOutput } from '../rig/memory-output.js';
import { reportOptions } from '../rig/report.js';
import { ended, finished, id, miss, output, start, started } from '../rig/script.js';
import { Terminal } from '../rig/terminal.js';

/** A reporter on a terminal with a status line, and what is on that terminal. */
function watch(width: number) {
  const out = new MemoryOutput({ isTTY: true, width });
  const clock = new ManualClock();
  const terminal = new Terminal(width);
  const reporter = createTerminalReporter(reportOptions(out, clock, { statusLine: true }));
  let seen = 0;
  const show = (): string[] => {
    for (; seen < out.writes.length; seen++) terminal.feed(out.writes[seen]!.toString('utf8'));
    return terminal.lines;
  };
  const resize = (to: number): void => {
    show();
    terminal.width = to;
    out.resize(to);
  };
  return { out, clock, terminal, reporter, add: reporter.sink, show, resize };
}

const BANNER = 6;

test('the status line tells what runs, what is done and how long it takes', () => {
  const { add, clock, show, terminal } = watch(80);
  add(start({ 'a#x': {}, 'b#x': {}, 'c#x': {} }));
  add(started('a#x'));
  add(started('b#x'));
  add(finished('a#x', 'failed'));
  clock.advance(2200);
  assert.equal(show().at(-1), '[1/3] 2s · 1 failed · running b:x');
  assert.equal(terminal.cursorVisible, false);
});

test('lines come above the status line, whole, and one write does it', () => {
  const { add, clock, show, out } = watch(80);
  add(start({ 'a#x': {} }));
  add(started('a#x'));
  clock.advance(1200);
  const writes = out.writes.length;
  add(output('a#x', 'one\ntw'));
  add(output('a#x', 'o\nthree'));
  clock.advance(16);
  assert.equal(out.writes.length, writes + 1);
  assert.deepEqual(show().slice(BANNER), ['a:x: one', 'a:x: two', '[0/1] 1s · running a:x']);
});

test('the first lines go out at once, those that follow wait for the next frame', () => {
  const { add, clock, out } = watch(80);
  add(start({ 'a#x': {} }));
  add(started('a#x'));
  clock.advance(0);
  assert.equal(out.writes.length, 1);
  add(output('a#x', 'one\n'));
  clock.advance(15);
  assert.equal(out.writes.length, 1);
  add(output('a#x', 'two\n'));
  clock.advance(1);
  assert.equal(out.writes.length, 2);
  clock.advance(100);
  add(output('a#x', 'three\n'));
  clock.advance(0);
  assert.equal(out.writes.length, 3);
});

test('names too long for the row are cut, wide characters counted as two cells', () => {
  const { add, clock, show } = watch(26);
  add(start({ '包装箱子构建#構築する作業': {} }));
  add(started('包装箱子构建#構築する作業'));
  clock.advance(1200);
  const line = show().at(-1) ?? '';
  assert.equal(line, '[0/1] 1s · running 包…');
});

test('after the window became narrower nothing of the old line is left', () => {
  const { add, clock, show, resize } = watch(80);
  add(start(Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`package-${index}#build`, {}]))));
  for (let index = 0; index < 9; index++) add(started(`package-${index}#build`));
  clock.advance(1200);
  assert.equal(show().at(-1)?.length, 77);
  resize(30);
  assert.equal(show().at(-1)?.length, 27);
  add(output('package-0#build', 'after\n'));
  clock.advance(16);
  assert.deepEqual(show().slice(BANNER, -1), ['package-0:build: after']);
  resize(200);
  assert.ok((show().at(-1)?.length ?? 0) > 80);
});

test('a signal: the line says what is stopping, and what a second Ctrl-C does', () => {
  for (const [signal, text] of [
    ['SIGINT', 'stopping (Ctrl-C again to kill) a:x'],
    ['SIGTERM', 'stopping a:x'],
  ] as const) {
    const { add, clock, show } = watch(80);
    add(start({ 'a#x': {} }));
    add(started('a#x'));
    clock.advance(1200);
    add({ type: 'run-stopping', signal });
    clock.advance(16);
    assert.equal(show().at(-1), `[0/1] 1s · ${text}`);
  }
});

test('an interactive task has the terminal: no status line, its prompt at once, its lines as they are', () => {
  const { add, clock, show, terminal } = watch(80);
  add(start({ 'a#ask': { interactive: true }, 'b#x': {} }));
  add(started('b#x'));
  clock.advance(1200);
  assert.equal(show().at(-1), '[0/2] 1s · running b:x');
  add(miss('a#ask', '1', { reason: 'not-cacheable' }));
  add(started('a#ask'));
  add(output('a#ask', 'name? '));
  clock.advance(16);
  assert.deepEqual(show().slice(BANNER), ['a:ask: cache bypass, force executing 1111111111111111', 'name? ']);
  assert.equal(terminal.cursorVisible, true);
  add(output('b#x', 'meanwhile\n'));
  add(output('a#ask', 'again? '));
  clock.advance(2000);
  assert.deepEqual(show().slice(BANNER + 1), ['name? ', 'b:x: meanwhile', 'again? ']);
  add(finished('a#ask', 'executed'));
  add(output('b#x', 'on\n'));
  clock.advance(16);
  assert.deepEqual(show().slice(BANNER + 3), ['again? ', 'b:x: on', '[1/2] 3s · running b:x']);
});

test('without a terminal an interactive task is shown like any other', () => {
  const out = new MemoryOutput({ isTTY: false });
  const reporter = createTerminalReporter(reportOptions(out, new ManualClock()));
  reporter.sink(start({ 'a#ask': { interactive: true } }));
  reporter.sink(started('a#ask'));
  reporter.sink(output('a#ask', 'name? '));
  reporter.sink(output('a#ask', 'Ada\n'));
  reporter.dispose();
  assert.match(out.text, /\n\na:ask: name\? Ada\n$/);
});

test('on a shared terminal no task moves the cursor or clears the screen; elsewhere bytes stay as they are', () => {
  const wild = '\u001Bcround 1\n\u001B[2J\u001B[1;1H\u001B[31mred\u001B[0m 10%\r50%\rdone\r\nplain\n';
  const shown = (isTTY: boolean, logPrefix: 'task' | 'none'): string => {
    const out = new MemoryOutput({ isTTY });
    const reporter = createTerminalReporter(reportOptions(out, new ManualClock(), { logPrefix }));
    reporter.sink(start({ 'a#x': {} }));
    reporter.sink(output('a#x', wild));
    reporter.dispose();
    return out.text.slice(out.text.indexOf('\n\n', 2) + 2);
  };
  assert.equal(shown(true, 'task'), 'a:x: round 1\na:x: done\r\na:x: plain\n');
  assert.equal(shown(true, 'none'), wild);
  assert.equal(shown(false, 'task'), `a:x: ${wild.slice(0, -1).replaceAll('\n', '\na:x: ')}\n`);
});

test('a quick run never shows it', () => {
  const { add, clock, out } = watch(80);
  add(start({ 'a#x': {} }));
  add(started('a#x'));
  clock.advance(100);
  add(finished('a#x', 'executed'));
  add(ended());
  assert.ok(!out.text.includes('\u001B'), out.text);
  assert.equal(clock.pending, 0, 'no timer keeps the process alive');
  assert.equal(out.listeners.size, 0);
});

for (const [name, end] of [
  ['the end of the run', (add: (event: ReturnType<typeof ended>) => void) => add(ended())],
  ['dispose', () => undefined],
] as const) {
  test(`${name} takes the line away and gives the cursor back`, () => {
    const { add, clock, show, terminal, reporter, out } = watch(80);
    add(start({ 'a#x': {} }));
    add(started('a#x'));
    clock.advance(500);
    assert.equal(terminal.cursorVisible && show().length === 0, false);
    add(output('a#x', 'last words'));
    end(add);
    reporter.dispose();
    reporter.dispose();
    const lines = show();
    assert.equal(terminal.cursorVisible, true);
    assert.ok(lines.includes('a:x: last words'));
    assert.ok(!lines.some((line) => line.startsWith('[')));
    assert.equal(clock.pending, 0);
    assert.equal(out.listeners.size, 0);
  });
}

test('there is none where nobody watches', () => {
  const out = new MemoryOutput({ isTTY: false });
  const clock = new ManualClock();
  const { sink } = createTerminalReporter(reportOptions(out, clock, { statusLine: true }));
  sink(start({ 'a#x': {} }));
  sink(started('a#x'));
  clock.advance(5000);
  sink({ type: 'task-queued', task: id('a#x') });
  sink(ended());
  assert.ok(!out.text.includes('\u001B'));
  assert.ok(!out.text.includes('[0/1]'));
});

test('what comes after the end is written at once', () => {
  const { add, reporter, out, clock } = watch(80);
  add(start({ 'a#x': {} }));
  add(ended());
  reporter.dispose();
  add({ type: 'warning', failure: { code: 'task/left-processes', task: 'a#x' } });
  assert.match(out.text, /WARNING {2}a#x ended and left processes[^\n]*\n$/);
  assert.equal(clock.pending, 0);
});
