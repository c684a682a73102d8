import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { describe, it } from 'node:test';
import { TestRepository } from './rig/repository.js';

function repository(links: Readonly<Record<string, string>> = {}): TestRepository {
  const made = TestRepository.withGit();
  made.write({ 'a/src/x': '1', 'a/sub/src/z': '1', 'b/src/y': '1', 'b/package.json': '{}', '.gitignore': 'dist\n' });
  for (const [path, target] of Object.entries(links)) symlinkSync(target, made.path(path));
  made.commit();
  return made;
}

describe('when outputs were put in place', () => {
  it('inputs that lie in another package alone are not looked at again', async () => {
    for (const inputs of [[], ['src/**'], ['src/y'], ['./src/*', 'nothing/**'], ['**']]) {
      const made = repository();
      const index = made.open({ git: made.location });
      const before = await made.inputs(inputs, 'b', index);
      made.write({ 'a/dist/o': 'restored', 'b/src/y': 'edited meanwhile' });
      index.forgetOutputs('a');
      assert.deepEqual(await made.inputs(inputs, 'b', index), before, inputs.join());
      index.forgetOutputs('b');
      assert.deepEqual(await made.inputs(inputs, 'b', index), await made.inputs(inputs, 'b', freshly(made)));
    }
  });

  const LINKS = {
    'b/@link': '../a/dist',
    'b/link': '../a/dist',
    'b/one': '../a/dist/o',
    'b/src/deep': '../../a/dist',
    c: 'a',
  };
  for (const [directory, inputs] of [
    ['b', ['../a/dist/**']],
    ['b', ['src/../../a/dist/o']],
    ['b', ['link/**']],
    ['b', ['link']],
    ['b', ['@link/**']],
    ['b', ['@link/o']],
    ['b', ['{link,nothing}/**']],
    ['b', ['{one,nothing}']],
    ['b', ['{../a/dist,src}/*']],
    ['b', ['{.,nothing}{.,nothing}/a/dist/*']],
    ['b', ['link/o']],
    ['b', ['one']],
    ['b', ['src/**']],
    ['b', ['src/deep/o']],
    ['b', ['**']],
    ['b', []],
    ['c', ['dist/**']],
    ['a', ['dist/**']],
    ['a/sub', ['src/**', '../dist/*']],
    ['', ['**']],
    ['', ['a/dist/o']],
  ] as const) {
    it(`${JSON.stringify(inputs)} of \`${directory}\` show it`, async () => {
      const made = repository(LINKS);
      const index = made.open({ git: made.location });
      const before = await made.inputs(inputs, directory, index);
      made.write({ 'a/dist/o': 'restored', 'a/dist/p': 'restored' });
      index.forgetOutputs('a');
      const after = await made.inputs(inputs, directory, index);
      assert.deepEqual(after, await made.inputs(inputs, directory, freshly(made)));
      assert.notDeepEqual(after, before);
      // And once more, when all of it is there.
      made.write({ 'a/dist/o': 'another result' });
      index.forgetOutputs('a');
      const last = await made.inputs(inputs, directory, index);
      assert.deepEqual(last, await made.inputs(inputs, directory, freshly(made)));
      assert.notDeepEqual(last, after);
    });
  }

  it('of a package that is a link, what lies where that leads is looked at again', async () => {
    const made = repository({ c: 'a' });
    const index = made.open({ git: made.location });
    for (const [directory, inputs] of [
      ['a', ['dist/**']],
      ['c', ['dist/**']],
    ] as const) {
      const before = await made.inputs(inputs, directory, index);
      made.write({ 'a/dist/o': `restored for ${directory}` });
      index.forgetOutputs('c');
      const after = await made.inputs(inputs, directory, index);
      assert.notDeepEqual(after, before);
      assert.deepEqual(after, await made.inputs(inputs, directory, freshly(made)));
    }
  });

  it('a link that was put in place itself is followed', async () => {
    const made = repository();
    const index = made.open({ git: made.location });
    const ask = (): Promise<unknown> => made.inputs(['gen/*'], 'b', index);
    await ask();
    index.forgetOutputs('a');
    await ask();
    symlinkSync('../a/dist', made.path('b/gen'));
    index.forgetOutputs('b');
    made.write({ 'a/dist/o': 'old' });
    index.forgetOutputs('a');
    const before = await ask();
    made.write({ 'a/dist/o': 'restored' });
    index.forgetOutputs('a');
    assert.notDeepEqual(await ask(), before);
  });

  it('inputs below and above it are looked at again', async () => {
    const made = repository();
    const index = made.open({ git: made.location });
    for (const [touched, asked] of [
      ['a', 'a/sub'],
      ['a/sub', 'a'],
      ['a', ''],
      ['', 'b'],
    ] as const) {
      await made.inputs([], asked, index);
      made.write({ 'a/sub/src/z': `edited before ${touched}`, 'b/src/y': `edited before ${touched}` });
      index.forgetOutputs(touched);
      assert.deepEqual(await made.inputs([], asked, index), await made.inputs([], asked, freshly(made)));
    }
  });

  it('after an execution nothing is trusted', async () => {
    const made = repository();
    const index = made.open({ git: made.location });
    await made.inputs(['src/**'], 'b', index);
    made.write({ 'b/src/y': 'written by a' });
    index.forgetListings('a');
    assert.deepEqual(await made.inputs(['src/**'], 'b', index), await made.inputs(['src/**'], 'b', freshly(made)));
  });
});

function freshly(made: TestRepository): ReturnType<TestRepository['open']> {
  return made.open({ git: made.location, memoPath: undefined });
}
