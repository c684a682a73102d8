import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '@tr/hash';
import type { Digest } from '@tr/model';
import type { FileLook } from '../src/index.js';
import { BodyMemory } from '../src/entry-store/body-memory.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const BUDGET = 8 * MIB;

/** A body of its own for each word. */
function bodyOf(word: number | string, size = MIB): Digest {
  return { ...digestOf(Buffer.from(String(word))), size };
}

const FILE: FileLook = {
  size: MIB,
  mode: 0o100444,
  ino: 1,
  nlink: 1,
  mtimeMs: 1,
  ctimeMs: 2,
  isFile: () => true,
  isDirectory: () => false,
  isSymbolicLink: () => false,
};

/** A request, answered at once: was it from memory, and if not, is it kept now? */
function ask(memory: BodyMemory, body: Digest, file = FILE): 'found' | 'kept' | 'read' {
  const found = memory.find(body, file);
  found?.giveBack();
  if (found !== undefined) return 'found';
  const place = memory.place(body);
  place?.keep(file).giveBack();
  return place === undefined ? 'read' : 'kept';
}

test('a body is kept when it is asked for again, and found while its file has the same stat', () => {
  const memory = new BodyMemory(BUDGET);
  assert.equal(ask(memory, bodyOf(1)), 'read');
  assert.equal(ask(memory, bodyOf(1)), 'kept');
  assert.equal(ask(memory, bodyOf(1)), 'found');
  for (const changed of [{ ino: 2 }, { size: 5 }, { mtimeMs: 3 }, { ctimeMs: 3 }]) {
    assert.notEqual(ask(memory, bodyOf(1), { ...FILE, ...changed }), 'found', JSON.stringify(changed));
    // What was kept is no longer, also for the old stat: two files took turns here.
    ask(memory, bodyOf(1));
    assert.equal(ask(memory, bodyOf(1)), 'found');
  }
});

test('bytes are those that were put in, beside each other and after others have gone', () => {
  const memory = new BodyMemory(BUDGET);
  const sizes = [17 * KIB, MIB, 300 * KIB + 1, 32 * KIB, 2 * MIB];
  for (let round = 0; round < 400; round++) {
    const word = (round * 7) % 23;
    const body = bodyOf(word, sizes[word % sizes.length]);
    let held = memory.find(body, FILE);
    if (held === undefined) {
      const place = memory.place(body);
      place?.bytes.fill(word);
      held = place?.keep(FILE);
    }
    if (held === undefined) continue;
    assert.equal(held.bytes.length, body.size);
    assert.ok(held.bytes.every((byte) => byte === word));
    held.giveBack();
  }
});

test('what is asked for once neither takes memory nor drives out what is asked for again', () => {
  const memory = new BodyMemory(BUDGET);
  const hot = Array.from({ length: 6 }, (_, at) => bodyOf(`hot${at}`));
  for (const body of [...hot, ...hot]) ask(memory, body);
  for (let at = 0; at < 5000; at++) {
    assert.equal(ask(memory, bodyOf(at)), 'read');
    if (at % 50 === 0) for (const body of hot) assert.equal(ask(memory, body), 'found');
  }
});

test('more than fits, in turns: what is kept stays, and the rest costs no copies', () => {
  const memory = new BodyMemory(BUDGET);
  const answers = { found: 0, kept: 0, read: 0 };
  for (let at = 0; at < 2000; at++) answers[ask(memory, bodyOf(at % 20))]++;
  assert.equal(answers.kept, 8);
  assert.ok(answers.found > 750, JSON.stringify(answers));
  for (let at = 0; at < 2000; at++) {
    // In no order they replace each other, but not with each request.
    const body = bodyOf(`random${(at * at * 31 + at * 7) % 41}`);
    if (ask(memory, body) === 'kept') answers.kept++;
  }
  assert.ok(answers.kept < 8 + 2000 / 8 + 8, JSON.stringify(answers));
});

test('what is asked for now takes the place of what was used longest ago', () => {
  const memory = new BodyMemory(BUDGET);
  const old = Array.from({ length: 8 }, (_, at) => bodyOf(`old${at}`));
  for (const body of [...old, ...old]) ask(memory, body);
  const fresh = Array.from({ length: 4 }, (_, at) => bodyOf(`fresh${at}`));
  for (let round = 0; round < 20; round++) for (const body of [...fresh, ...old.slice(4)]) ask(memory, body);
  for (const body of [...fresh, ...old.slice(4)]) assert.equal(ask(memory, body), 'found');
  for (const body of old.slice(0, 4)) assert.notEqual(ask(memory, body), 'found');
});

test('what somebody looks at keeps its bytes; when all of it is held nothing else is kept', () => {
  const memory = new BodyMemory(BUDGET);
  const bodies = Array.from({ length: 8 }, (_, at) => bodyOf(at));
  for (const body of [...bodies, ...bodies]) ask(memory, body);
  const held = bodies.map((body) => memory.find(body, FILE));
  held.forEach((one, at) => one?.bytes.fill(at + 1));
  for (let at = 0; at < 100; at++) assert.equal(ask(memory, bodyOf('other')), 'read');
  // Gone from the store, and still on its way to somebody.
  for (const body of bodies) memory.forget(body.hash);
  for (let at = 0; at < 100; at++) assert.equal(ask(memory, bodyOf('other')), 'read');
  held.forEach((one, at) => assert.ok(one?.bytes.every((byte) => byte === at + 1)));
  held[3]?.giveBack();
  assert.equal(ask(memory, bodyOf('other')), 'kept');
  assert.equal(memory.find(bodyOf('other'), FILE)?.bytes.length, MIB);
  // That one is held now, too.
  for (let at = 0; at < 20; at++) assert.equal(ask(memory, bodyOf('another')), 'read');
});

test('a place that was not filled is free again', () => {
  const memory = new BodyMemory(2 * MIB);
  for (let at = 0; at < 10; at++) {
    memory.find(bodyOf(1, 2 * MIB), FILE);
    memory.place(bodyOf(1, 2 * MIB))?.drop();
  }
  assert.equal(ask(memory, bodyOf(1, 2 * MIB)), 'kept');
});

test('large bodies, empty ones and those beyond the budget are never kept', () => {
  assert.equal(new BodyMemory(BUDGET).fits(bodyOf(1, 2 * MIB)), true);
  assert.equal(new BodyMemory(BUDGET).fits(bodyOf(1, 2 * MIB + 1)), false);
  assert.equal(new BodyMemory(BUDGET).fits(bodyOf(1, 0)), false);
  assert.equal(new BodyMemory(MIB).fits(bodyOf(1, MIB + 1)), false);
  assert.equal(new BodyMemory(0).fits(bodyOf(1, 1)), false);
});
