import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SEEN, Sights, type KeptLook } from '../src/recorded-run/sights.js';

const lookOf = (seed: number): KeptLook => ({
  dev: seed,
  mode: seed + 1,
  ino: seed + 2,
  size: seed + 3,
  mtimeMs: seed + 0.25,
  ctimeMs: seed + 0.5,
});

test('what was seen of a path adds up, and its first look is kept; however many there are, in their order', () => {
  const sights = new Sights();
  const count = 5000;
  for (let at = 0; at < count; at++) sights.note(`/${at}`, SEEN.present, undefined);
  for (let at = 0; at < count; at += 2) sights.note(`/${at}`, SEEN.looked, lookOf(at));
  for (let at = 0; at < count; at += 4) sights.note(`/${at}`, SEEN.listed, lookOf(-at));
  assert.equal(sights.size, count);
  let at = 0;
  const isAll = sights.every((path, bits, look) => {
    const seen = SEEN.present | (at % 2 === 0 ? SEEN.looked : 0) | (at % 4 === 0 ? SEEN.listed : 0);
    assert.deepEqual([path, bits, look], [`/${at}`, seen, at % 2 === 0 ? lookOf(at) : undefined]);
    at++;
    return true;
  });
  assert.deepEqual([isAll, at], [true, count]);
  assert.ok(!sights.every((path) => path !== '/7'));
});

test('what is cleared is gone, and more can be seen', () => {
  const sights = new Sights();
  sights.note('/a', SEEN.looked, lookOf(1));
  sights.clear();
  assert.equal(sights.size, 0);
  sights.note('/a', SEEN.absent, undefined);
  assert.ok(sights.every((path, bits, look) => path === '/a' && bits === SEEN.absent && look === undefined));
  assert.equal(sights.size, 1);
});
