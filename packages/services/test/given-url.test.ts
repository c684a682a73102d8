import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accountOf, readGivenUrl, toDatabaseAddress } from '../src/given/given-url.js';
import { ServiceError } from '../src/service-error.js';

const service = { name: 'db', url: '$DB_URL' } as Parameters<typeof readGivenUrl>[0];
const read = (DB_URL: string): URL => readGivenUrl(service, { DB_URL }, ['postgresql', 'postgres']);

describe('the address of a given service', () => {
  it('is read', () => assert.equal(read('postgres://me:p%40ss@host:1/db').password, 'p%40ss'));

  const broken = [
    'postgres://me:100%@host/db',
    'postgres://host/%ff',
    'postgres://me%:41@host/db',
    'postgres://me%4:1@host/db',
  ];
  for (const text of ['', 'host', 'mysql://host/db', ...broken]) {
    it(`\`${text}\` is refused, without its text`, () => {
      assert.throws(
        () => read(text),
        (error) => error instanceof ServiceError && !JSON.stringify(error.failure).includes('100%'),
      );
    });
  }

  it('an address is taken apart: escapes are undone, an IPv6 address has no brackets', () => {
    const url = new URL('redis://us%40er:p%3Aw@[::1]:7000/2');
    assert.deepEqual(accountOf(url, 6379), { host: '::1', port: 7000, user: 'us@er', password: 'p:w' });
    const bare = new URL('redis://db.example');
    assert.deepEqual(accountOf(bare, 6379), { host: 'db.example', port: 6379, user: '', password: '' });
  });

  it('a task is told the address of its own database', () => {
    assert.deepEqual(toDatabaseAddress(new URL('postgresql://u:p@[::1]/main?sslmode=disable'), 'main w1', 5432), {
      url: 'postgresql://u:p@[::1]/main%20w1?sslmode=disable',
      host: '::1',
      port: '5432',
      user: 'u',
      password: 'p',
      database: 'main w1',
    });
  });
});
