import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { findTree, parsePs, PS_COMMAND, readProcessTable, type ProcessEntry } from '../../src/process/process-table.js';
import { toShellInvocation } from '../../src/process/shell.js';

test('shells', () => {
  const of = (shell: string | undefined, platform: NodeJS.Platform) => toShellInvocation('a "b"', shell, platform);
  assert.deepEqual(of(undefined, 'linux'), { file: 'sh', args: ['-c', 'a "b"'], verbatim: false });
  assert.deepEqual(of('/bin/zsh', 'darwin'), { file: '/bin/zsh', args: ['-c', 'a "b"'], verbatim: false });
  const cmd = { args: ['/d', '/s', '/c', '"a "b""'], verbatim: true };
  assert.deepEqual(of(undefined, 'win32'), { file: 'cmd.exe', ...cmd });
  assert.deepEqual(of(String.raw`C:\Windows\System32\CMD.EXE`, 'win32'), {
    file: String.raw`C:\Windows\System32\CMD.EXE`,
    ...cmd,
  });
  assert.deepEqual(of('bash.exe', 'win32'), { file: 'bash.exe', args: ['-c', 'a "b"'], verbatim: false });
});

function entry(pid: number, parent: number, group: number, more: Partial<ProcessEntry> = {}): ProcessEntry {
  return { pid, parent, group, session: group, isZombie: false, started: `s${pid}`, ...more };
}

test('a tree: descendants, group, session, what was known, and theirs; no zombies, no strangers', () => {
  const table = [
    entry(1, 0, 1),
    entry(10, 1, 10),
    entry(11, 10, 10),
    entry(12, 11, 12),
    entry(13, 1, 10),
    entry(14, 1, 14, { session: 10 }),
    entry(15, 10, 10, { isZombie: true }),
    entry(20, 1, 20),
    entry(21, 20, 21),
    entry(30, 1, 30),
    entry(40, 1, 40),
  ];
  const known = new Map([
    [20, 's20'],
    [30, 'another process of that id'],
  ]);
  const tree = findTree(table, 10, known).map(({ pid }) => pid);
  assert.deepEqual(
    tree.sort((a, b) => a - b),
    [10, 11, 12, 13, 14, 20, 21],
  );
});

test('the table has ourselves, from /proc and from ps alike', { skip: process.platform !== 'linux' }, () => {
  const [file, ...args] = PS_COMMAND;
  const tables = [readProcessTable() ?? [], parsePs(spawnSync(file, args, { encoding: 'utf8' }).stdout)];
  for (const table of tables) {
    const own = table.find(({ pid }) => pid === process.pid);
    assert.deepEqual([own?.parent, own?.isZombie], [process.ppid, false]);
    assert.notEqual(own?.started ?? '', '');
  }
});
