/** Whoever reads why a task runs finds it in docs/troubleshooting.md. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { MissReason } from '@tr/model';

/** Of each reason the words that it is looked up by. */
const TOLD: Readonly<Record<MissReason['reason'], string>> = {
  'no-entry': 'no stored run of this task',
  'command-changed': 'command changed',
  'inputs-changed': 'inputs changed: …',
  'env-changed': 'env changed: …',
  'config-changed': 'config changed: …',
  'dependency-changed': 'dependency changed: …',
  'lockfile-changed': 'lockfile changed: …',
  'tool-changed': 'tool changed: …',
  'service-changed': 'service changed: …',
  'format-changed': 'stored by another version',
  'cache-off': 'cache reads are off',
  'not-cacheable': 'the task is not cached',
  'blob-missing': 'stored file missing',
  integrity: 'stored entry is damaged',
  obstacle: 'something of yours is in the way',
  'shared-output': 'is an output of … too',
  signature: 'signature refused: …',
  'remote-unavailable': 'remote cache unavailable: …',
  'store-trouble': 'cache trouble: …',
};

test('docs/troubleshooting.md says of every reason what is behind it', () => {
  const page = readFileSync(new URL('../../../../../docs/troubleshooting.md', import.meta.url), 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('| '));
  const firsts = rows.map((row) => row.split('|')[1] ?? '').join('\n');
  assert.deepEqual(
    Object.values({ ...TOLD, unsettled: 'no settled result of dependency: …' }).filter(
      (words) => !firsts.includes(words),
    ),
    [],
  );
});
