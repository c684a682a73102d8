import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { loadPackageConfig, loadRootConfig } from '../src/index.js';
import { summarize } from './rig/summarize.js';

/** Writes files to a new directory, hands it over and removes it. */
function withFiles(files: Readonly<Record<string, string>>, use: (root: string) => void): void {
  const root = mkdtempSync(join(tmpdir(), 'config-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    use(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const ROOT = '{"tasks":{"build":{}}}';
const PACKAGE = '{"extends":["//"],"tasks":{"build":{}}}';

for (const [name, files, expected] of [
  ['our own file', { 'turbo-like.config.json': ROOT }, 'turbo-like.config.json'],
  ['turbo.json', { 'turbo.json': ROOT }, 'turbo.json'],
  ['turbo.jsonc', { 'turbo.jsonc': ROOT }, 'turbo.jsonc'],
  [
    'our own file before the others',
    { 'turbo-like.config.json': ROOT, 'turbo.json': '{', 'turbo.jsonc': '{' },
    'turbo-like.config.json',
  ],
] as const) {
  test(`the root configuration is ${name}`, () => {
    withFiles(files, (root) => {
      const { config, diagnostics } = loadRootConfig(root);
      assert.equal(config?.source.path, expected);
      assert.equal(config.source.kind, expected.startsWith('turbo.') ? 'turbo' : 'own');
      assert.deepEqual(diagnostics, []);
    });
  });
}

test('a root without configuration is an error', () => {
  withFiles({}, (root) => {
    const { config, diagnostics } = loadRootConfig(root);
    assert.equal(config, undefined);
    assert.deepEqual(diagnostics.map(summarize), ['error config/not-found']);
  });
});

test('turbo.json and turbo.jsonc together are an error, in either place', () => {
  withFiles({ 'turbo.json': ROOT, 'turbo.jsonc': ROOT, 'a/turbo.json': PACKAGE, 'a/turbo.jsonc': PACKAGE }, (root) => {
    assert.deepEqual(loadRootConfig(root).diagnostics.map(summarize), ['error config/two-files']);
    const [diagnostic] = loadPackageConfig(root, 'a').diagnostics;
    assert.deepEqual(diagnostic, {
      severity: 'error',
      failure: { code: 'config/two-files', files: ['a/turbo.json', 'a/turbo.jsonc'] },
    });
  });
});

test('a file that cannot be read is an error', () => {
  withFiles({ 'turbo.json/x': '', 'a/turbo-like.config.json/x': '' }, (root) => {
    assert.deepEqual(loadRootConfig(root).diagnostics, [
      { severity: 'error', failure: { code: 'config/unreadable', file: 'turbo.json', detail: 'EISDIR' } },
    ]);
    assert.deepEqual(loadPackageConfig(root, 'a').diagnostics.map(summarize), ['error config/unreadable']);
  });
});

test('a package may have a configuration, of either kind', () => {
  withFiles(
    { 'apps/web/turbo.json': PACKAGE, 'apps/api/turbo-like.config.json': '{"extends":["//","web"],"name":"api"}' },
    (root) => {
      const web = loadPackageConfig(root, 'apps/web').config;
      assert.equal(web?.source.path, 'apps/web/turbo.json');
      assert.equal(web.name, undefined);
      assert.deepEqual(web.tasks.get('build')?.position(), { file: 'apps/web/turbo.json', line: 1, column: 28 });
      const api = loadPackageConfig(root, 'apps/api').config;
      assert.deepEqual([api?.name, api?.extends], ['api', ['//', 'web']]);
      assert.deepEqual(loadPackageConfig(root, 'apps/none'), { config: undefined, diagnostics: [] });
    },
  );
});

test('a byte order mark and CRLF lines do not move positions', () => {
  withFiles({ 'turbo.json': '\uFEFF{\r\n  "taskss": {}\r\n}\r\n' }, (root) => {
    assert.deepEqual(loadRootConfig(root).diagnostics.map(summarize), ['2:3 warning config/unknown-key tasks']);
  });
});
