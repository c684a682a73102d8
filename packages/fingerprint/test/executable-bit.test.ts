import assert from 'node:assert/strict';
import { chmodSync, symlinkSync } from 'node:fs';
import { describe, it } from 'node:test';
import { TestRepository } from './rig/repository.js';

describe('the executable bit', () => {
  const repository = TestRepository.withGit();
  repository.write({ 'out/run': 'a', 'out/text': 'a', 'out/deep/x': 'a' });
  chmodSync(repository.path('out/run'), 0o654);
  symlinkSync('run', repository.path('out/link'));
  symlinkSync('.', repository.path('out/back'));
  const marked = (files: object): readonly string[] =>
    Object.entries(files).flatMap(([path, id]) => (String(id).endsWith('+x') ? [path] : []));

  it('counts for outputs that stand for a key', async () => {
    const answer = await repository.open().outputsOf('', { include: ['out/**'], exclude: ['out/deep/**'] });
    assert(answer.ok);
    assert.deepEqual(Object.keys(answer.value), ['out/back', 'out/link', 'out/run', 'out/text']);
    assert.deepEqual(marked(answer.value), ['out/link', 'out/run']);
    const excluded = await repository.open().outputsOf('', { include: ['out/run', 'out/text'], exclude: ['out/r*'] });
    assert.deepEqual(excluded.ok && Object.keys(excluded.value), ['out/text']);
  });

  it('counts for inputs where that is asked for', async () => {
    assert.deepEqual(marked(await repository.inputs(['out/**'])), []);
    const index = repository.open({ countsModes: true });
    assert.deepEqual(marked(await repository.inputs(['out/**'], '', index)), ['out/link', 'out/run']);
    const global = await index.matching(['out/r*'], []);
    assert.deepEqual(global.ok && marked(global.value), ['out/run']);
  });
});
