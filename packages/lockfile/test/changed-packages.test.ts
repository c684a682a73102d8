import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LockfileChange } from '../src/index.js';
import { changedPackages } from '../src/index.js';
import { FIXTURES } from './fixtures.js';

describe('packages that a lockfile change affects', () => {
  for (const fixture of FIXTURES) {
    const change = (before: string | undefined, after: string): LockfileChange => ({
      kind: fixture.kind,
      file: fixture.file,
      before,
      after,
      packages: fixture.dependents,
    });
    const { text } = fixture;

    it(`are told for ${fixture.name}`, async () => {
      assert.deepEqual(await changedPackages(change(text, fixture.after('after-bump'))), ['@fix/b']);
      assert.deepEqual(await changedPackages(change(fixture.after('after-bump'), text)), ['@fix/b']);
      assert.deepEqual(await changedPackages(change(text, fixture.after('after-override'))), ['@fix/c', '@fix/d']);
      assert.equal(await changedPackages(change(text, fixture.after('after-workspace'))), 'none');
      assert.equal(await changedPackages(change(text, text)), 'none');
      assert.equal(await changedPackages(change(text, `${text}\n`)), 'none');
    });

    it(`are all when one side cannot be read, or the root's own closure changes: ${fixture.name}`, async () => {
      assert.equal(await changedPackages(change(undefined, text)), 'all');
      assert.equal(await changedPackages(change('{[', text)), 'all');
      assert.equal(await changedPackages(change(text, '{[')), 'all');
      const root = text.replaceAll(/(?<![\d.])7\.0\.0(?![\d.])/g, '7.0.9');
      assert.notEqual(root, text);
      assert.equal(await changedPackages(change(text, root)), 'all');
    });
  }

  const GLOBAL: readonly (readonly [fixture: string, what: string, edit: (text: string) => string])[] = [
    ['npm-lock3', 'format version', (text) => text.replace('"lockfileVersion": 3', '"lockfileVersion": 2')],
    ['berry-4', 'cache key', (text) => text.replace('cacheKey: 10c0', 'cacheKey: 10')],
    ['berry-4', 'format version', (text) => text.replace('version: 10', 'version: 9')],
    ['pnpm-10', 'settings', (text) => text.replace('autoInstallPeers: true', 'autoInstallPeers: false')],
    [
      'pnpm-10',
      'package extensions',
      (text) => text.replace('importers:', 'packageExtensionsChecksum: x\n\nimporters:'),
    ],
    ['pnpm-7', 'patches of format 5', (text) => text.replace('path: patches/', 'path: other/')],
    ['bun', 'format version', (text) => text.replace('"lockfileVersion": 2', '"lockfileVersion": 1')],
    ['bun', 'linker generation', (text) => text.replace('"configVersion": 1', '"configVersion": 0')],
  ];
  for (const [name, what, edit] of GLOBAL)
    it(`are all when something changes that holds for the whole file: ${name}, ${what}`, async () => {
      const fixture = FIXTURES.find((candidate) => candidate.name === name);
      assert.ok(fixture);
      const after = edit(fixture.text);
      assert.notEqual(after, fixture.text);
      const { kind, file, text, dependents } = fixture;
      assert.equal(await changedPackages({ kind, file, before: text, after, packages: dependents }), 'all');
    });
});
