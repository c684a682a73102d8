import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTerminalReporter } from '../../src/run/terminal-reporter.js';
import { ManualClock } from '../rig/manual-clock.js';
import { MemoryOutput } from '../rig/memory-output.js';
import { reportOptions } from '../rig/report.js';
import { ended, finished, id, output, start, started } from '../rig/script.js';
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

test('names too long for the row are cut, wide characters counted as two cells', () => {
  const { add, clock, show } = watch(24);
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
  assert.equal(show().at(-1)?.length, 79);
  resize(30);
  assert.equal(show().at(-1)?.length, 29);
  add(output('package-0#build', 'after\n'));
  clock.advance(16);
  assert.deepEqual(show().slice(BANNER, -1), ['package-0:build: after']);
  resize(200);
  assert.ok((show().at(-1)?.length ?? 0) > 80);
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
