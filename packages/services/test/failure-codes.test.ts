import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SERVICE_FAILURE_CODES } from '@tr/model';

test('every code of this area is expected by a test, here or where states are chosen', () => {
  const text = ['../../test/', '../../../snapshot/test/']
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .flatMap((folder) => readdirSync(folder).flatMap((name) => (name.endsWith('.test.ts') ? [folder + name] : [])))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
  assert.deepEqual(
    SERVICE_FAILURE_CODES.filter((code) => !text.includes(`'${code}'`)),
    [],
  );
});
