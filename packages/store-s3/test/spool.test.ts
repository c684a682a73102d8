import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { spool } from '../src/spool.js';

const OPEN_FILES = '/proc/self/fd';
const skip = existsSync(OPEN_FILES) ? false : 'nothing lists the files of a process here';
const MIB = 1024 * 1024;

async function* bodyOf(pieces: number, end: () => void = () => undefined): AsyncIterable<Uint8Array> {
  for (let at = 0; at < pieces; at++) yield Buffer.alloc(MIB, at);
  end();
}

test('the file of a body is closed with it, and when the body breaks off', { skip }, async () => {
  const isOpen = (): boolean => readdirSync(OPEN_FILES).length > before;
  // What is opened once, for good, is by now.
  await (await spool(bodyOf(12)))[Symbol.asyncDispose]();
  const before = readdirSync(OPEN_FILES).length;
  const body = await spool(bodyOf(12));
  assert.ok(isOpen());
  let size = 0;
  for await (const part of body.parts()) size += part.length;
  assert.equal(size, 12 * MIB);
  await body[Symbol.asyncDispose]();
  assert.ok(!isOpen());
  const breaksOff = bodyOf(12, () => {
    throw new Error('gone');
  });
  await assert.rejects(spool(breaksOff), /gone/);
  assert.ok(!isOpen());
});
