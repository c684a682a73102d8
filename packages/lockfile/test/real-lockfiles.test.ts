import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FIXTURES, changed, closures } from './fixtures.js';

/** What every package manager must have found, whatever it calls it. A trailing `*` takes any version suffix. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  '//': ['is-number@7.0.0'],
  '@fix/a': ['debug@4.4.3', 'ms@2.1.3', 'ms@2.0.0', 'fsevents@2.3.2'],
  '@fix/b': ['is-odd@3.0.1', 'is-number@6.0.0', 'semver@7.5.4', 'lru-cache@6.0.0', 'yallist@4.0.0', 'left-pad@1.3.0*'],
  '@fix/c': [
    'is-odd@2.0.0',
    'is-number@4.0.0',
    'react@18.2.0',
    'loose-envify@1.4.0',
    'js-tokens@4.0.0',
    'use-sync-external-store@1.2.0*',
  ],
  '@fix/d': [
    'isarray@*',
    'react@17.0.2',
    'object-assign@4.1.1',
    'loose-envify@1.4.0',
    '@tailwindcss/oxide-wasm32-wasi@4.1.4',
    'use-sync-external-store@1.2.0*',
  ],
};
/** Packages that must not be in a closure: they belong to another package. */
const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  '//': ['ms@', 'react@', 'semver@'],
  '@fix/a': ['react@', 'is-odd@', 'left-pad@', 'semver@7.5.4'],
  '@fix/b': ['react@', 'ms@', 'is-number@7', 'is-number@4'],
  '@fix/c': ['semver@', 'ms@', 'is-odd@3', 'left-pad@'],
  '@fix/d': ['semver@', 'debug@', 'is-odd@'],
};

for (const fixture of FIXTURES) {
  describe(`closures in a real lockfile of ${fixture.name}`, () => {
    it('have what each package gets, and nothing of the others', async () => {
      const found = await closures(fixture, fixture.text);
      for (const [name, expected] of Object.entries(EXPECTED)) {
        const keys = Object.keys(found[name] ?? {});
        for (const label of expected) {
          const matches = label.endsWith('*')
            ? keys.some((key) => key.startsWith(label.slice(0, -1)))
            : keys.includes(label);
          assert.ok(matches, `${name} lacks ${label}: ${keys.join(' ')}`);
        }
        for (const prefix of FOREIGN[name] ?? [])
          assert.deepEqual(
            keys.filter((key) => key.startsWith(prefix)),
            [],
            name,
          );
      }
    });

    it('lock every dependency (no marker without a version)', async () => {
      for (const closure of Object.values(await closures(fixture, fixture.text)))
        for (const key of Object.keys(closure)) assert.doesNotMatch(key, /@(?:\^|~|workspace:|catalog:|npm:)/);
    });

    it('change only in the package whose dependency was bumped', async () => {
      assert.deepEqual(await changed(fixture, fixture.text, fixture.after('after-bump')), ['@fix/b']);
    });

    it('change exactly where a pinned digest is reached, for every digest of the file', async () => {
      const before = await closures(fixture, fixture.text);
      const digests = new Set(fixture.text.match(/sha512-[\w+/]{40,}|(?<=checksum: (?:\w+\/)?)[0-9a-f]{100,}/g));
      assert.ok(digests.size > 10);
      for (const digest of digests) {
        const after = fixture.text.replaceAll(digest, `${digest.slice(0, -4)}AAAA`);
        const users = Object.keys(before).filter((name) => JSON.stringify(before[name]).includes(digest));
        assert.deepEqual(await changed(fixture, fixture.text, after), users, digest);
      }
    });

    it('row 24: do not change when an unrelated package joins the workspace', async () => {
      assert.deepEqual(await changed(fixture, fixture.text, fixture.after('after-workspace')), []);
    });

    it('change in all packages that get an overridden transitive dependency', async () => {
      assert.deepEqual(await changed(fixture, fixture.text, fixture.after('after-override')), ['@fix/c', '@fix/d']);
    });
  });
}
