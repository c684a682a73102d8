import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseConfigFile, type ConfigKind, type ConfigPlace } from '../src/index.js';
import { summarize } from './rig/summarize.js';

const corpus = fileURLToPath(new URL('../../test/fixtures/corpus/', import.meta.url));
const files = readdirSync(corpus).sort();

/** The `// expect` lines at the top of a file say what is found in it, in order. */
function expectationsOf(text: string): readonly string[] {
  const lines = text.split('\n').filter((line) => line.startsWith('// expect '));
  return lines.map((line) => line.slice('// expect '.length)).filter((line) => line !== 'nothing');
}

for (const name of files) {
  test(`corpus: ${name}`, () => {
    const text = readFileSync(corpus + name, 'utf8');
    const [kind, place] = name.split('-') as [ConfigKind, ConfigPlace];
    const { config, diagnostics } = parseConfigFile(text, { path: name, kind, place });
    assert.ok(text.startsWith('// expect '), 'every file says what is expected');
    assert.deepEqual(diagnostics.map(summarize), expectationsOf(text));
    assert.equal(
      config === undefined,
      diagnostics.some(({ severity }) => severity === 'error'),
    );
  });
}
