import assert from 'node:assert/strict';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { test } from 'node:test';
import { spool } from '../src/spool.js';

const OPEN_FILES = '/proc/self/fd';
const skip = existsSync(OPEN_FILES) ? false : 'nothing lists the files of a process here';
const MIB = 1024 * 1024;

async function* bodyOf(pieces: number, end: () => void = () => undefined): AsyncIterable<Uint8Array> {
  for (let at = 0; at < pieces; at++) yield Buffer.alloc(MIB, at);
  end();
}

/** How many files of bodies are open. */
function countOpen(): number {
  const targets = readdirSync(OPEN_FILES).map((name) => {
    try {
      return readlinkSync(`${OPEN_FILES}/${name}`);
    } catch {
      // The list itself was open.
      return '';
    }
  });
  return targets.filter((target) => target.includes('/tr-s3-')).length;
}

test('the file of a body is closed with it, and when the body breaks off', { skip }, async () => {
  const body = await spool(bodyOf(12));
  assert.equal(countOpen(), 1);
  let size = 0;
  for await (const part of body.parts()) size += part.length;
  assert.equal(size, 12 * MIB);
  await body[Symbol.asyncDispose]();
  assert.equal(countOpen(), 0);
  assert.equal(body.isOnePart, false, 'it is still held here: nobody else has closed the file');
  const breaksOff = bodyOf(12, () => {
    throw new Error('gone');
  });
  await assert.rejects(spool(breaksOff), /gone/);
  assert.equal(countOpen(), 0);
});
