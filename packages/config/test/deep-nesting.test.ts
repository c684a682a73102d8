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
