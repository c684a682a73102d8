import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256 } from '@tr/hash';
import type { ActionKey } from '@tr/model';
import {
  BrokenStreamError,
  ByteReader,
  MAX_LOOKUP_KEYS,
  parseActionKey,
  parseChunkList,
  parseJsonBytes,
  parseLookupHeader,
  parseLookupRequest,
  parseMissingAnswer,
  parsePutAnswer,
  toChunkList,
  toLookupHeader,
  toLookupRequest,
  toMissingAnswer,
  toPutAnswer,
} from '../src/index.js';

const KEY = sha256('a') as string as ActionKey;
const CHUNK = { hash: sha256('c'), size: 3 };

describe('bodies', () => {
  it('come back as they were', () => {
    assert.deepEqual(parseLookupRequest(JSON.parse(toLookupRequest([KEY]))), [KEY]);
    assert.deepEqual(parseLookupHeader(JSON.parse(toLookupHeader([5, 'none', 'alone'])), 3), [5, 'none', 'alone']);
    assert.deepEqual(parseChunkList(JSON.parse(toChunkList([CHUNK]))), [CHUNK]);
    assert.deepEqual(parseMissingAnswer(JSON.parse(toMissingAnswer([0, 2])), 3), [0, 2]);
    assert.equal(parsePutAnswer(JSON.parse(toPutAnswer('kept'))), 'kept');
  });

  const hostile: readonly (readonly [string, unknown])[] = [
    ['keys', parseLookupRequest({ keys: ['../../x'] })],
    ['keys in capitals', parseLookupRequest({ keys: [KEY.toUpperCase()] })],
    ['too many keys', parseLookupRequest({ keys: Array.from({ length: MAX_LOOKUP_KEYS + 1 }, () => KEY) })],
    ['no keys', parseLookupRequest({})],
    ['nothing', parseLookupRequest(undefined)],
    ['a header for fewer keys', parseLookupHeader({ entries: [1] }, 2)],
    ['a negative length', parseLookupHeader({ entries: [-1] }, 1)],
    ['a huge length', parseLookupHeader({ entries: [2 ** 40] }, 1)],
    ['another word', parseLookupHeader({ entries: ['some'] }, 1)],
    ['a chunk without a size', parseChunkList({ chunks: [[CHUNK.hash]] })],
    ['a chunk of nothing', parseChunkList({ chunks: [[CHUNK.hash, 0]] })],
    ['a chunk that is too large', parseChunkList({ chunks: [[CHUNK.hash, 9e6]] })],
    ['a place outside', parseMissingAnswer({ missing: [3] }, 3)],
    ['a broken place', parseMissingAnswer({ missing: [0.5] }, 3)],
    ['another outcome', parsePutAnswer({ outcome: 'great' })],
    ['a key of another length', parseActionKey('abc')],
    ['a key with a prototype name', parseActionKey('__proto__')],
    ['bytes that are no JSON', parseJsonBytes(Buffer.from('{'))],
  ];
  for (const [title, parsed] of hostile) it(`refuses ${title}`, () => assert.equal(parsed, undefined));
});

async function* inPieces(bytes: Buffer, step: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
}

describe('byte reader', () => {
  const body = Buffer.from('{"a":1}\nhello world');
  for (const step of [1, 3, 8, 100]) {
    it(`reads a frame that comes ${step} bytes at a time`, async () => {
      const reader = new ByteReader(inPieces(body, step));
      assert.equal((await reader.line(100)).toString(), '{"a":1}');
      assert.equal((await reader.bytes(5)).toString(), 'hello');
      assert.equal((await reader.bytes(0)).length, 0);
      assert.equal((await reader.bytes(6)).toString(), ' world');
      await reader.end();
    });
  }

  it('notices streams that are cut, too long, or all one line', async () => {
    const cut = new ByteReader(inPieces(body, 4));
    await cut.line(100);
    await assert.rejects(cut.bytes(100), BrokenStreamError);
    const long = new ByteReader(inPieces(body, 4));
    await long.line(100);
    await assert.rejects(long.end(), BrokenStreamError);
    await assert.rejects(new ByteReader(inPieces(body, 4)).line(3), BrokenStreamError);
    await assert.rejects(new ByteReader(inPieces(Buffer.from('no end'), 4)).line(100), BrokenStreamError);
  });
});
