import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readGivenUrl } from '../src/given/given-url.js';
import { ServiceError } from '../src/service-error.js';

const service = { name: 'db', url: '$DB_URL' } as Parameters<typeof readGivenUrl>[0];
const read = (DB_URL: string): URL => readGivenUrl(service, { DB_URL }, ['postgresql', 'postgres']);

describe('the address of a given service', () => {
  it('is read', () => assert.equal(read('postgres://me:p%40ss@host:1/db').password, 'p%40ss'));

  for (const text of ['', 'host', 'mysql://host/db', 'postgres://me:100%@host/db', 'postgres://host/%ff']) {
    it(`\`${text}\` is refused, without its text`, () => {
      assert.throws(
        () => read(text),
        (error) => error instanceof ServiceError && !JSON.stringify(error.failure).includes('100%'),
      );
    });
  }
});
