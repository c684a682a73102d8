import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CONFIG_FAILURE_CODES } from '@tr/model';

test('every code of this area is expected by some test', () => {
  const tests = fileURLToPath(new URL('../../test/', import.meta.url));
  const files = readdirSync(tests, { recursive: true }).map(String);
  const text = files
    .filter((file) => /\.(test\.ts|jsonc)$/.test(file))
    .map((file) => readFileSync(tests + file, 'utf8'))
    .join('\n');
  assert.deepEqual(
    CONFIG_FAILURE_CODES.filter((code) => !new RegExp(`(error|warning) ${code}\\b(?!-)|code: '${code}'`).test(text)),
    [],
  );
});
