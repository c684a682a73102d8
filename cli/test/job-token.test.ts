import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createJobToken } from '../src/remote/job-token.js';

const jwt = (name: string, lifetime: number): string =>
  `h.${Buffer.from(JSON.stringify({ name, iat: 1_000_000, exp: 1_000_000 + lifetime })).toString('base64url')}.s`;

function createSource(answers: readonly unknown[]) {
  const asked: string[] = [];
  const clock = { now: 0 };
  const token = createJobToken({
    url: 'https://ci.example/token?api-version=2',
    credential: 'job secret',
    audience: 'tr cache',
    getJson: (url, credential) => {
      asked.push(`${url.href} ${credential}`);
      const answer = answers[asked.length - 1];
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    now: () => clock.now,
  });
  return { asked, clock, token };
}

test('it is asked for once, with the audience, by all that need it', async () => {
  const { asked, token } = createSource([{ value: jwt('a', 300) }]);
  assert.deepEqual(await Promise.all([token(), token()]), [jwt('a', 300), jwt('a', 300)]);
  assert.equal(await token(), jwt('a', 300));
  assert.deepEqual(asked, ['https://ci.example/token?api-version=2&audience=tr+cache job secret']);
});

test('it is asked for again before it ends, by its own lifetime and not by the clock of the job', async () => {
  const { asked, clock, token } = createSource([{ value: jwt('a', 300) }, { value: jwt('b', 300) }]);
  await token();
  clock.now = 239_000;
  assert.equal(await token(), jwt('a', 300));
  clock.now = 241_000;
  assert.equal(await token(), jwt('b', 300));
  assert.equal(asked.length, 2);
});

for (const [title, answer] of Object.entries({
  'a failure': new Error('no'),
  'no value': {},
  'a value that is no header': { value: 'a\r\nb' },
  nothing: null,
})) {
  test(`${title}: no token, and another try after a pause`, async () => {
    const { asked, clock, token } = createSource([answer, { value: 'opaque' }]);
    assert.equal(await token(), undefined);
    assert.equal(await token(), undefined);
    assert.equal(asked.length, 1);
    clock.now = 6_000;
    assert.equal(await token(), 'opaque');
  });
}
