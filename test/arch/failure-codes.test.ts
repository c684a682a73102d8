import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as model from '@tr/model';
import { readSourceFiles, ROOT, withoutComments } from './source-files.js';

const CODES = Object.entries(model)
  .filter(([name]) => name.endsWith('_FAILURE_CODES'))
  .flatMap(([, codes]) => codes as readonly string[]);

const files = readSourceFiles();
/** Expectations of packages/config stand in the first lines of its corpus. */
const CORPUS = 'packages/config/test/fixtures/corpus';
const corpus = readdirSync(join(ROOT, CORPUS)).map((name) => readFileSync(join(ROOT, CORPUS, name), 'utf8'));

const has = (text: string, code: string): boolean => new RegExp(`${code}(?![\\w-])`).test(text);

test('every failure code is raised by the product', () => {
  const raising = files
    .filter(
      ({ isProduct, path }) => isProduct && !/packages\/(?:model\/src\/failures|reporter\/src\/words)\//.test(path),
    )
    .map(({ text }) => withoutComments(text));
  assert.ok(CODES.length > 50, `${CODES.length} codes`);
  assert.deepEqual(
    CODES.filter((code) => !raising.some((text) => has(text, code))),
    [],
    'a promise in docs/errors.md that nothing keeps: raise it or delete it',
  );
});

test('every failure code is expected by a test, besides that of its words', () => {
  const expecting = files
    .filter(({ path }) => path.endsWith('.test.ts') || /(?:\/test\/rig|^test\/contract)\//.test(path))
    .filter(({ path }) => !path.startsWith('packages/reporter/') && !path.startsWith('test/arch/'))
    .map(({ text }) => text);
  assert.deepEqual(
    CODES.filter((code) => ![...expecting, ...corpus].some((text) => has(text, code))),
    [],
  );
});
