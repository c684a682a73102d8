import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchClaim } from '../src/auth/claim-pattern.js';
import { applyRules } from '../src/auth/claim-rules.js';

/** What a pattern means, as a regular expression: the other implementation. */
function expected(pattern: string, claim: string): object | undefined {
  const source = pattern.replace(/\{(\w+)\}|\*\*|\*|[\\^$.|?+()[\]{}]/g, (token, name: string | undefined) => {
    if (name !== undefined) return `(?<${name}>[^/]+)`;
    if (token === '**') return '.*';
    return token === '*' ? '[^/]*' : `\\${token}`;
  });
  const match = new RegExp(`^${source}$`, 's').exec(claim);
  return match === null ? undefined : { ...match.groups };
}

function found(pattern: string, claim: string): object | undefined {
  const match = matchClaim(pattern, claim);
  return match === undefined ? undefined : Object.fromEntries(match);
}

const PIECES = ['a', 'b', '/', '-', '*', '**', '{x}', '{y}', '.', '$', '('];

test('patterns mean what their regular expressions mean', () => {
  let seed = 42;
  const random = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % below;
  let matches = 0;
  for (let round = 0; round < 20_000; round++) {
    const pieces = Array.from({ length: random(6) }, () => PIECES[random(PIECES.length)] ?? '');
    const pattern = pieces.filter((piece, at) => !piece.startsWith('{') || pieces.indexOf(piece) === at).join('');
    // Three stars in a row are written by nobody and mean nothing in particular.
    if (pattern.includes('***')) continue;
    const claim = Array.from({ length: random(7) }, () => 'ab/-.$('[random(7)]).join('');
    const want = expected(pattern, claim);
    if (want !== undefined) matches++;
    assert.deepEqual(found(pattern, claim), want, `${pattern} ${claim}`);
  }
  assert.ok(matches > 300, `${matches} matches`);
});

test('a claim cannot make a pattern run wild', () => {
  // A regular expression of this pattern would try about 1024^12 ways.
  const pattern = `${'**-'.repeat(12)}{name}!`;
  assert.equal(matchClaim(pattern, '-'.repeat(1024)), undefined);
  assert.equal(matchClaim(pattern, '-'.repeat(100_000)), undefined);
  assert.ok(matchClaim(pattern, `${'-'.repeat(1000)}x!`));
});

test('names in several claims stand for one text, and are no properties of objects', () => {
  const rule = { claims: { a: 'x/{n}', b: 'y/{n}' }, scope: 'pr/{n}' };
  assert.equal(applyRules([rule], { a: 'x/1', b: 'y/1' })?.scope, 'pr/1');
  assert.equal(applyRules([rule], { a: 'x/1', b: 'y/2' }), undefined);
  assert.equal(matchClaim('{n}-{n}', '1-2'), undefined);
  assert.equal(applyRules([{ claims: { a: '*' }, scope: 'pr/{constructor}' }], { a: 'x' }), undefined);
  assert.equal(applyRules([{ claims: { constructor: '**' }, scope: 'main' }], {}), undefined);
});

test('a branch of any name gets a scope of its own, and no name is what another one becomes', () => {
  const rule = { claims: { ref: 'refs/heads/{branch...}' }, scope: 'branch/{branch}' };
  const scopeOf = (branch: string): string | undefined => applyRules([rule], { ref: `refs/heads/${branch}` })?.scope;
  const names = [
    'x',
    'feature/x',
    'feature-x',
    'größe/ü',
    '日本',
    '😀',
    '..',
    '../main',
    '-',
    'a'.repeat(500),
    'a'.repeat(501),
  ];
  names.push(...names.map((name) => (scopeOf(name) ?? '').replace('branch/', '')));
  const scopes = names.map(scopeOf);
  assert.ok(
    scopes.every((scope) => scope !== undefined && scope.length < 80),
    scopes.join('\n'),
  );
  assert.equal(new Set(scopes).size, names.length);
  assert.match(scopes[1] ?? '', /^branch\/feature-x-[0-9a-f]{20}$/);
  assert.equal(scopeOf(''), undefined);
  assert.deepEqual(found('{a...}!{b}', 'x/y!z!w'), { a: scopeOf('x/y!z')?.replace('branch/', ''), b: 'w' });
});

test('an event that nobody has thought of does not match a rule that is silent about it', () => {
  const rule = { claims: { ref: 'refs/heads/main' }, scope: 'main' };
  for (const event of ['pull_request_target', 'workflow_run', 'issue_comment', 'some_event_of_next_year'])
    assert.equal(applyRules([rule], { ref: 'refs/heads/main', event_name: event }), undefined, event);
  assert.equal(applyRules([rule], { ref: 'refs/heads/main', event_name: 'push' })?.scope, 'main');
  assert.equal(applyRules([rule], { ref: 'refs/heads/main' })?.scope, 'main', 'other CI systems have no event');
});
