import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfigFile } from '../src/index.js';

test('what is nested more deeply than a parser can follow is a diagnostic', () => {
  for (const [open, close] of [
    ['[', ']'],
    ['{"a": ', '}'],
  ] as const) {
    const text = `{\n"x": ${open.repeat(50_000)}1${close.repeat(50_000)}}`;
    for (const place of ['root', 'package'] as const) {
      const { config, diagnostics } = parseConfigFile(text, { path: 'f.json', kind: 'own', place });
      assert.equal(config, undefined);
      const column = '"x": '.length + 99 * open.length + 1;
      assert.deepEqual(diagnostics, [
        {
          severity: 'error',
          failure: { code: 'config/syntax', at: { file: 'f.json', line: 2, column }, detail: 'NestedTooDeeply' },
        },
      ]);
    }
  }
});

test('of a key that is there twice, the place of the one that counts is told', () => {
  const text = '{"tasks": {\n"a": {"dependsOn": ["x"]},\n"a": {"dependsOn": ["z"],\n"dependsOn": ["y"]}}}';
  const { config } = parseConfigFile(text, { path: 'turbo.json', kind: 'turbo', place: 'root' });
  const task = config?.tasks.get('a');
  assert.deepEqual(task?.position(), { file: 'turbo.json', line: 3, column: 1 });
  assert.deepEqual(task.position('dependsOn', 'y'), { file: 'turbo.json', line: 4, column: 15 });
});
