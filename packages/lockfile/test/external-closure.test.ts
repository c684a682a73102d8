import type { Sha256 } from '@tr/model';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { computeExternalClosure } from '../src/index.js';
import { dependent } from './dependents.js';
import { FIXTURES, parse } from './fixtures.js';

const sha256 = (text: string): Sha256 => createHash('sha256').update(text).digest('hex') as Sha256;

describe('an external closure', () => {
  for (const fixture of FIXTURES)
    it(`is sorted, plain, and its digest is that of its canonical JSON: ${fixture.name}`, async () => {
      const lockfile = await parse(fixture.kind, fixture.text);
      for (const asking of fixture.dependents) {
        const closure = computeExternalClosure(lockfile, asking, sha256);
        const packages = await closure.readPackages();
        const keys = Object.keys(packages);
        assert.deepEqual(keys, keys.toSorted());
        assert.equal(closure.digest, sha256(JSON.stringify(packages)));
        assert.deepEqual(JSON.parse(JSON.stringify(packages)), packages);
      }
    });

  it('is shared, with its digest, by packages that have the same one', async () => {
    const text = '{"lockfileVersion":3,"packages":{"node_modules/x":{"version":"1.0.0"}}}';
    const lockfile = await parse('npm', text);
    let count = 0;
    const counted = (json: string): Sha256 => {
      count += 1;
      return sha256(json);
    };
    const [a, b] = ['a', 'b'].map((name) => computeExternalClosure(lockfile, dependent(name, { x: '1' }), counted));
    assert.equal(await a?.readPackages(), await b?.readPackages());
    assert.equal(count, 1);
    assert.notEqual(computeExternalClosure(lockfile, dependent('c', { y: '1' }), counted).digest, a?.digest);
  });

  it('has a mark for what is not locked, which goes when it is', async () => {
    const asking = dependent('a', { x: '1.0.0', y: '^2' });
    const lock = (packages: string): string => `{"lockfileVersion":3,"packages":{${packages}}}`;
    const missing = (await parse('npm', lock(''))).closureOf(asking);
    assert.deepEqual(missing, { 'x@1.0.0': '', 'y@^2': '' });
    // Somebody else's copy has the very name of the mark: the mark must not disappear behind it.
    const hidden = lock(
      '"node_modules/y":{"version":"2.0.0","dependencies":{"x":"1"}},"node_modules/y/node_modules/x":{"version":"1.0.0"}',
    );
    assert.deepEqual((await parse('npm', hidden)).closureOf(asking), { '.>x': '', 'x@1.0.0': '', 'y@2.0.0': '> x' });
    const found = lock(
      '"node_modules/y":{"version":"2.0.0","dependencies":{"x":"1"}},"node_modules/x":{"version":"1.0.0"}',
    );
    assert.deepEqual((await parse('npm', found)).closureOf(asking), { 'x@1.0.0': '', 'y@2.0.0': '> x' });
  });

  it('of a package without external dependencies is empty', async () => {
    const lockfile = await parse('npm', '{"lockfileVersion":3,"packages":{"node_modules/x":{"version":"1.0.0"}}}');
    const closure = computeExternalClosure(lockfile, dependent('a', {}), sha256);
    assert.equal(closure.digest, sha256('{}'));
    assert.deepEqual(await closure.readPackages(), {});
  });
});
