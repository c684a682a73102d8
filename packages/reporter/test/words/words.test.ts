import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  CONFIG_FAILURE_CODES,
  FINGERPRINT_FAILURE_CODES,
  GRAPH_FAILURE_CODES,
  LOCKFILE_FAILURE_CODES,
  EXPORT_FAILURE_CODES,
  REMOTE_FAILURE_CODES,
  SERVICE_FAILURE_CODES,
  STORE_FAILURE_CODES,
  TASK_FAILURE_CODES,
  USAGE_FAILURE_CODES,
  WORKSPACE_FAILURE_CODES,
} from '@tr/model';
import { describeFailure } from '../../src/words/describe-failure.js';
import { renderErrorsPage } from './errors-page.js';
import { FAILURE_SAMPLES } from './failure-samples.js';

const CODES: readonly string[] = [
  ...CONFIG_FAILURE_CODES,
  ...FINGERPRINT_FAILURE_CODES,
  ...GRAPH_FAILURE_CODES,
  ...LOCKFILE_FAILURE_CODES,
  ...EXPORT_FAILURE_CODES,
  ...REMOTE_FAILURE_CODES,
  ...SERVICE_FAILURE_CODES,
  ...STORE_FAILURE_CODES,
  ...TASK_FAILURE_CODES,
  ...USAGE_FAILURE_CODES,
  ...WORKSPACE_FAILURE_CODES,
];

const PAGE = new URL('../../../../../docs/errors.md', import.meta.url);

test('every code has a sample in failure-samples.ts', () => {
  const sampled = new Set<string>(FAILURE_SAMPLES.map(({ code }) => code));
  assert.deepEqual(
    CODES.filter((code) => !sampled.has(code)),
    [],
  );
});

test('every code has a part of docs/errors.md', () => {
  const page = readFileSync(PAGE, 'utf8');
  assert.deepEqual(
    CODES.filter((code) => !page.includes(`\n### \`${code}\`\n`)),
    [],
  );
});

test('docs/errors.md is what the words say now (npm run docs -w packages/reporter writes it)', () => {
  assert.equal(readFileSync(PAGE, 'utf8'), renderErrorsPage());
});

test('codes are used once and have the form area/slug', () => {
  assert.equal(new Set(CODES).size, CODES.length);
  assert.deepEqual(
    CODES.filter((code) => !/^[a-z]+\/[a-z]+(?:-[a-z]+)*$/.test(code)),
    [],
  );
});

for (const failure of FAILURE_SAMPLES) {
  test(`words for ${JSON.stringify(failure)}`, () => {
    const { what, next } = describeFailure(failure);
    for (const sentence of next === undefined ? [what] : [what, next]) {
      assert.match(sentence, /[.?]$|: \S.*$/, 'a sentence with its end, or what a tool said');
      assert.ok(!/undefined|NaN|\[object|\p{Cc}/u.test(sentence), sentence);
      assert.ok(!sentence.includes('  ') && sentence.trim() === sentence, sentence);
    }
  });
}

test('names that would drive the terminal are made harmless by every area', () => {
  const evil = (value: unknown): unknown => {
    if (typeof value === 'string') return `${value}\u001B[2J\n`;
    if (Array.isArray(value)) return value.map(evil);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, evil(inner)]));
  };
  /** Closed unions: their values choose the words. */
  const CHOICES = new Set(['code', 'problem', 'reason', 'format', 'belongs', 'kind', 'why', 'holds']);
  const driving = FAILURE_SAMPLES.map((failure) =>
    Object.fromEntries(Object.entries(failure).map(([name, value]) => [name, CHOICES.has(name) ? value : evil(value)])),
  ).filter((failure) => {
    const { what, next } = describeFailure(failure as unknown as (typeof FAILURE_SAMPLES)[number]);
    return /\p{Cc}/u.test(what + (next ?? ''));
  });
  assert.deepEqual([...new Set(driving.map(({ code }) => code))], []);
});

test('a missing engine and a missing extension say what to install; where another version is there, the version is what matters', () => {
  const engine = { code: 'service/not-found', service: 'db', kind: 'mariadb', version: '>=10' } as const;
  assert.match(describeFailure({ ...engine, found: [] }).next ?? '', /^Install it \(Debian: `mariadb-server`\), put/);
  assert.match(describeFailure({ ...engine, found: ['5.5 in /opt'] }).next ?? '', /^Install it, put/);
  const start = { code: 'service/start-failed', service: 'db', logPath: undefined, logTail: ['LOG: noise'] } as const;
  const missing = describeFailure({ ...start, detail: 'extension "postgis" is not available' });
  assert.doesNotMatch(missing.what, /noise/);
  assert.match(missing.next ?? '', /take it out of `extensions`/);
});

test('a cache that may not be used says why, where it is not the permission', () => {
  const failure = { code: 'store/denied', path: '/srv/v1', detail: 'it is the store of a cache server' } as const;
  assert.match(describeFailure(failure).what, /\(`\/srv\/v1`: it is the store of a cache server\)\.$/);
});

test('files of a key that is gone go beside the defaults: alone, they would be all that decides', () => {
  const at = { file: 'turbo.json', line: 1, column: 1 };
  const next = (key: string, replacement: string) =>
    describeFailure({ code: 'config/renamed-key', at, key, replacement }).next;
  assert.equal(next('dotEnv', 'inputs'), 'Move its value to `inputs`, beside `$TURBO_DEFAULT$`.');
  assert.equal(next('pipeline', 'tasks'), 'Move its value to `tasks`.');
});

test('a task that could not be started: what to do depends on what the system said', () => {
  const advise = (detail: string) => describeFailure({ code: 'task/spawn-failed', task: 'a#b', detail }).next ?? '';
  assert.match(advise('spawn E2BIG'), /fewer files, after `--`/);
  assert.match(advise('EAGAIN for the shell in /w/a'), /`ulimit -u`/);
  assert.match(advise('spawn ENOMEM'), /`ulimit -u`/);
  assert.match(advise('spawn EMFILE'), /`ulimit -n`/);
  assert.match(advise('ENOENT'), /its directory and its shell/);
});

test('exit code 127: no such command, or a script that ends its first line as Windows does', () => {
  const { next } = describeFailure({ code: 'task/exit-nonzero', task: 'a#b', exitCode: 127 });
  assert.match(next ?? '', /no such command.*CRLF/);
});
