import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { sha256 } from '@tr/hash';
import { StatMemo, type FileStat } from '../src/files/stat-memo.js';
import { createFileIndex } from '../src/index.js';
import { TestRepository } from './rig/repository.js';

/** As the memo is written. */
const sealed = (json: string): string => `${sha256(json)}\n${json}`;
const jsonOf = (text: string): string => text.slice(text.indexOf('\n') + 1);

/** An id no content has: where it shows up, the memo was believed. */
const MARK = 'ab'.repeat(20);

describe('the stat memo', () => {
  const memoOf = (repository: TestRepository): string => repository.path('.tr', 'memo.json');
  const old = new Date('2020-01-01');
  const settledFiles = (repository: TestRepository): void => {
    repository.write({ a: 'aaaa', b: 'bbbb' });
    for (const name of ['a', 'b']) utimesSync(repository.path(name), old, old);
  };
  /** Runs once, and replaces a remembered id by the mark. */
  const remembered = async (repository: TestRepository, root = repository.root): Promise<void> => {
    const index = repository.open({ git: undefined, root });
    const ids = await repository.inputs([], '', index);
    index.save();
    const text = readFileSync(memoOf(repository), 'utf8');
    writeFileSync(memoOf(repository), sealed(jsonOf(text).replace(ids['a'] ?? 'none', MARK)));
  };

  it('answers for a file that was there before, unchanged', async () => {
    const repository = new TestRepository();
    settledFiles(repository);
    await remembered(repository);
    const ids = await repository.inputs([], '', repository.open({ git: undefined }));
    assert.equal(ids['a'], MARK);
  });

  it('removes what killed processes left of one, and nothing else', async () => {
    const repository = new TestRepository();
    settledFiles(repository);
    mkdirSync(repository.path('.tr'));
    for (const name of ['memo.json.1.tmp', 'memo.json.2.tmp', 'memo.json.tmp', 'other.1.tmp']) {
      writeFileSync(repository.path('.tr', name), '');
      if (name !== 'memo.json.2.tmp') utimesSync(repository.path('.tr', name), old, old);
    }
    await remembered(repository);
    const left = ['memo.json', 'memo.json.2.tmp', 'memo.json.tmp', 'other.1.tmp'];
    assert.deepEqual(readdirSync(repository.path('.tr')).sort(), left);
  });

  for (const [what, change] of [
    ['content', (path: string) => writeFileSync(path, 'AAAA')],
    ['time', (path: string) => utimesSync(path, 7, 7)],
    [
      'content, its mtime put back',
      (path: string) => {
        writeFileSync(path, 'AAAA');
        utimesSync(path, old, old);
      },
    ],
  ] as const) {
    it(`does not answer after a change of ${what}`, async () => {
      const repository = new TestRepository();
      settledFiles(repository);
      await remembered(repository);
      change(repository.path('a'));
      const ids = await repository.inputs([], '', repository.open({ git: undefined }));
      assert.notEqual(ids['a'], MARK);
    });
  }

  it('does not remember a file as young as the clock can tell', async () => {
    const repository = new TestRepository();
    settledFiles(repository);
    const future = new Date(Date.now() + 3_600_000);
    utimesSync(repository.path('a'), future, future);
    const index = repository.open({ git: undefined });
    const ids = await repository.inputs([], '', index);
    index.save();
    const text = readFileSync(memoOf(repository), 'utf8');
    assert.equal(text.includes(ids['a'] ?? 'none'), false);
    assert.equal(text.includes(ids['b'] ?? 'none'), true);
  });

  it('takes no time of a file in whole seconds for the time it was written at', () => {
    const repository = new TestRepository();
    const memo = new StatMemo(memoOf(repository));
    const now = Date.now();
    const at = (ms: number): FileStat => ({ size: 1, ino: 1, mtimeMs: ms, ctimeMs: ms });
    assert.equal(memo.isSettled(at(now - 500.0625)), true);
    // It lies on another file system than the memo: within that second it can be written again without showing it.
    assert.equal(memo.isSettled(at(Math.floor(now / 1000) * 1000)), false);
    assert.equal(memo.isSettled(at(Math.floor(now / 1000) * 1000 - 60_000)), true);
    memo.save(() => true);
  });

  for (const [what, text] of [
    ['not JSON', sealed('{"version":2,"entr')],
    ['another version', sealed('{"version":1,"entries":[["a",[4,1,1,1,"x",""]]]}')],
    ['of another shape', sealed('{"version":2,"entries":[["a",[4,1]],7,null,["b"]]}')],
    ['without its digest', '{"version":2,"entries":[]}'],
    ['empty', ''],
  ] as const) {
    it(`is ignored and written anew when it is ${what}`, async () => {
      const repository = new TestRepository();
      settledFiles(repository);
      mkdirSync(repository.path('.tr'));
      writeFileSync(memoOf(repository), text);
      const index = repository.open({ git: undefined });
      assert.equal(Object.keys(await repository.inputs([], '', index)).length, 2);
      index.save();
      assert.equal((JSON.parse(jsonOf(readFileSync(memoOf(repository), 'utf8'))) as { version: number }).version, 2);
    });
  }

  it('is not believed when a digit of an id has gone bad, and is written anew', async () => {
    const repository = new TestRepository();
    settledFiles(repository);
    const run = async (): Promise<Record<string, string>> => {
      const index = repository.open({ git: undefined });
      const ids = await repository.inputs([], '', index);
      index.save();
      return { ...ids };
    };
    const ids = await run();
    const whole = readFileSync(memoOf(repository), 'utf8');
    writeFileSync(memoOf(repository), whole.replace(ids['a'] ?? 'none', MARK));
    assert.deepEqual(await run(), ids);
    assert.equal(readFileSync(memoOf(repository), 'utf8'), whole);
  });

  it('answers with no id of another kind when the workspace has become a repository with SHA-256, or is none any more', async () => {
    const repository = new TestRepository();
    settledFiles(repository);
    const run = async (git: boolean): Promise<Record<string, string>> => {
      const index = git ? repository.open() : repository.open({ git: undefined });
      const ids = await repository.inputs([], '', index);
      index.save();
      return { ...ids };
    };
    const before = await run(false);
    repository.git('init', '-q', '--object-format=sha256');
    const inside = await run(true);
    assert.equal(inside['a'], repository.git('hash-object', 'a').trim());
    assert.deepEqual(await run(true), inside);
    rmSync(repository.path('.git'), { recursive: true });
    assert.equal((await run(false))['a'], before['a']);
  });

  it('keeps what did not run now, and forgets what is gone once it has doubled', async () => {
    const repository = new TestRepository();
    settledFiles(repository);
    await remembered(repository);
    const paths = (): readonly string[] => {
      const { entries } = JSON.parse(jsonOf(readFileSync(memoOf(repository), 'utf8'))) as {
        entries: [string, unknown][];
      };
      return entries.map(([path]) => path).sort();
    };
    const run = async (inputs: readonly string[]): Promise<void> => {
      const index = repository.open({ git: undefined });
      await repository.inputs(inputs, '', index);
      index.save();
    };
    rmSync(repository.path('a'));
    repository.write({ c: 'c' });
    utimesSync(repository.path('c'), old, old);
    await run(['c']);
    assert.deepEqual(paths(), ['a', 'b', 'c']);
    const many = Array.from({ length: 1001 }, (_, at) => `many/${at}`);
    repository.write(Object.fromEntries(many.map((name) => [name, name])));
    for (const name of many) utimesSync(repository.path(name), old, old);
    await run(['many/**']);
    assert.deepEqual(paths(), ['b', 'c', ...many].sort());
  });

  it('is no input, and leaves nothing behind but itself', async () => {
    const repository = new TestRepository();
    settledFiles(repository);
    await remembered(repository);
    assert.deepEqual(readdirSync(repository.path('.tr')), ['memo.json']);
    const inputs = ['.tr/**', '.tr/memo.json', '.tr'];
    assert.deepEqual(Object.keys(await repository.inputs(inputs, '', repository.open({ git: undefined }))), []);
  });

  it('does not fail a run when it cannot be written', async () => {
    const repository = new TestRepository();
    settledFiles(repository);
    writeFileSync(repository.path('.tr'), 'a file where the directory should be');
    const index = createFileIndex({
      root: repository.root,
      git: undefined,
      locateGit: () => undefined,
      findBranch: () => undefined,
      memoPath: memoOf(repository),
      packageDirectories: [],
      excludedDirectories: ['.tr'],
      processEnv: {},
      runGit: undefined,
      countsModes: false,
    });
    assert.equal(Object.keys(await repository.inputs([], '', index)).length, 3);
    index.save();
  });
});
