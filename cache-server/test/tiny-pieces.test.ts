/** A client may send its bytes one by one: what is kept of them is not many times as much. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { iterateChunks } from '../src/http/iterate-chunks.js';
import { readSmallBody } from '../src/http/read-body.js';
import { readFrames } from '../src/server/grpc-frames.js';
import { joinFrame } from './rig/grpc.js';
import { memoryInUse } from './rig/memory.js';

const PIECES = 150_000;
/** For each byte; a piece that is kept takes about a hundred. */
const MOST = 20;

function inUse(): number {
  const { heapUsed, external } = memoryInUse();
  return heapUsed + external;
}

/** Bytes one by one; `measure` is called before the last. */
function piecesOf(bytes: Uint8Array, measure: () => void): Readable {
  async function* pieces(): AsyncIterable<Buffer> {
    for (const [at, byte] of bytes.entries()) {
      // As from a socket: what is not kept can go.
      if (at % 1000 === 0 || at === bytes.length - 1) await new Promise((resolve) => setImmediate(resolve));
      if (at === bytes.length - 1) measure();
      yield Buffer.from([byte]);
    }
  }
  return Readable.from(pieces());
}

const readers: Readonly<Record<string, (stream: Readable) => Promise<Uint8Array>>> = {
  'a body that is read whole': (raw) => readSmallBody({ raw }, 2 * PIECES),
  'a message over gRPC': async (stream) => {
    for await (const message of readFrames(stream)) return joinFrame(message);
    return Buffer.alloc(0);
  },
};

for (const [name, read] of Object.entries(readers))
  test(`${name} takes hardly more than its bytes`, async () => {
    const sent = joinFrame(Buffer.alloc(PIECES, 'pieces'));
    const before = inUse();
    let after = 0;
    const got = await read(piecesOf(sent, () => (after = inUse())));
    assert.ok(sent.equals(got));
    assert.ok(after - before < MOST * PIECES, `${after - before} bytes`);
  });

test('messages over gRPC are the same however they come in', async () => {
  const messages = [0, 1, 4, 5, 6, 70_000, 0, 3].map((size) => Buffer.alloc(size, `of ${size}`));
  const sent = Buffer.concat(messages.map(joinFrame));
  for (const step of [1, 2, 5, 6, 11, 1000, 65_536, sent.length]) {
    const chunks = Array.from({ length: Math.ceil(sent.length / step) }, (_, at) =>
      sent.subarray(at * step, (at + 1) * step),
    );
    const got: Uint8Array[] = [];
    for await (const message of readFrames(Readable.from(chunks))) got.push(Buffer.from(message));
    assert.deepEqual(got, messages, `in pieces of ${step}`);
  }
  const torn = readFrames(Readable.from([sent.subarray(0, -1)]));
  await assert.rejects(
    async () => {
      for await (const _ of torn);
    },
    { code: 'bad-length' },
  );
});

test('a sender of tiny pieces that nobody takes is held back', async () => {
  let sent = 0;
  const stream = new Readable({
    read() {
      sent++;
      this.push(Buffer.alloc(1));
    },
  });
  const chunks = iterateChunks(stream);
  assert.equal((await chunks.next()).done, false);
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.ok(stream.isPaused());
  assert.ok(sent < 30_000, `${sent} pieces`);
  await chunks.return?.();
  stream.destroy();
});
