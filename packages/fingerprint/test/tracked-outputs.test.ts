import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TestRepository, toSpec } from './rig/repository.js';
import { DEFAULT, outside, OWN, SRC, without, workspace } from './rig/sample-workspace.js';

describe('tracked files among the outputs are inputs', () => {
  const repository = workspace();
  for (const [inputs, outputs, expected] of [
    [['none'], ['src/a.ts'], ['src/a.ts']],
    [['none'], ['src/**'], without(SRC, 'src/new.ts')],
    [['none'], ['src'], without(SRC, 'src/new.ts')],
    [['none'], ['src/*', '!src/b.ts'], without(outside(SRC, 'src/sub'), 'src/new.ts', 'src/b.ts')],
    [['none'], ['dist/**'], ['dist/o.js']],
    [['none'], ['gen/**'], ['gen/tracked.log']],
    [['none'], ['.env', 'README.md', 'src/new.ts', 'node_modules/**', 'gone/**'], []],
    [['none'], ['linkdir/**'], ['linkdir/l.ts']],
    [['none'], ['linkfile'], ['linkfile']],
    [['none'], ['../../tools/**'], ['../../tools/t.sh']],
    [['src/sub/c.ts', '!src/**'], ['src/*.ts'], [...without(outside(SRC, 'src/sub'), 'src/new.ts'), 'src/sub/c.ts']],
    [['$TURBO_DEFAULT$', '!src/**'], ['src/a.ts'], [...outside(without(DEFAULT, ...OWN), 'src'), 'src/a.ts']],
    [['none'], [], []],
  ] as const) {
    it(`${JSON.stringify(inputs)}, outputs ${JSON.stringify(outputs)}`, async () => {
      const spec = toSpec(outputs);
      const answer = await repository.open({ git: repository.location }).inputsOf('apps/web', toSpec(inputs), spec);
      assert.ok(answer.ok);
      assert.deepEqual(Object.keys(answer.value), [...OWN, ...expected].sort());
    });
  }

  it('and no file is looked for where git tracks nothing, nor without git', async () => {
    const plain = new TestRepository();
    plain.write({ 'dist/a': '1' });
    const answer = await plain.open({ git: undefined }).inputsOf('', toSpec(['none']), toSpec(['dist/**']));
    assert.deepEqual(answer, { ok: true, value: {} });
  });
});
