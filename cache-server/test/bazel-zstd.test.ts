import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { sha256 } from '@tr/hash';
import { loadZstd } from '@tr/transport';
import { numbers, numeric, pick, readFields, writeFields } from '../src/protocols/wire.js';
import { unpackBlob } from '../src/protocols/bazel/zstd/unpack-blob.js';
import { BYTE_STREAM, STATUS, V2, callGrpc, digestOf, type GrpcAnswer } from './rig/grpc.js';
import { shareServer } from './rig/server.js';

const ZSTD = 1;
/** A frame of blocks as given: `window` is the byte that describes it. */
function frame(window: number, ...blocks: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, window]), ...blocks]);
}

/** `count` bytes 'a', in four. */
function rle(count: number, isLast = false): Buffer {
  const block = Buffer.alloc(4, 'a');
  block.writeUIntLE((count << 3) | 2 | (isLast ? 1 : 0), 0, 3);
  return block;
}

const WINDOW_1_MIB = 10 << 3;
const WINDOW_8_MIB = 13 << 3;
const WINDOW_16_MIB = 14 << 3;
const BLOCK = 128 * 1024;

async function unpack(packed: Uint8Array, size: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const source = (async function* () {
    yield packed;
  })();
  for await (const chunk of unpackBlob(source, size)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('blobs as zstd in the remote API', () => {
  const shared = shareServer();

  const call = (path: string, ...messages: readonly Uint8Array[]): Promise<GrpcAnswer> =>
    callGrpc(shared.server, { path, token: shared.token, messages });
  const nameOf = (content: Uint8Array): string => `team/one/compressed-blobs/zstd/${sha256(content)}/${content.length}`;
  const uploadName = (content: Uint8Array, size = content.length): string =>
    `team/one/uploads/${randomUUID()}/compressed-blobs/zstd/${sha256(content)}/${size}`;

  /** Sends `packed` in pieces of `step` bytes. */
  async function write(name: string, packed: Uint8Array, step = 1024 * 1024): Promise<GrpcAnswer> {
    const messages: Uint8Array[] = [];
    for (let at = 0; at === 0 || at < packed.length; at += step) {
      const isLast = at + step >= packed.length;
      messages.push(
        writeFields([
          ...(at === 0 ? [[1, name] as const] : []),
          [2, at],
          [3, isLast ? 1 : 0],
          [10, packed.subarray(at, at + step)],
        ]),
      );
    }
    return await call(`${BYTE_STREAM}/Write`, ...messages);
  }

  async function read(
    name: string,
    offset = 0,
    limit = 0,
  ): Promise<{ readonly status: number; readonly bytes: Buffer }> {
    const { status, messages } = await call(
      `${BYTE_STREAM}/Read`,
      writeFields([
        [1, name],
        [2, offset],
        [3, limit],
      ]),
    );
    return { status, bytes: Buffer.concat(messages.flatMap((message) => pick(readFields(message), 10))) };
  }

  test('are offered', async () => {
    const { messages } = await call(`${V2}.Capabilities/GetCapabilities`, new Uint8Array());
    const cache = readFields(pick(readFields(messages[0] ?? new Uint8Array()), 1)[0] ?? new Uint8Array());
    assert.deepEqual([numbers(cache, 6), numbers(cache, 7)], [[ZSTD], [ZSTD]]);
  });

  test('go up and down as streams, in one frame or many, and are plain for who wants them plain', async () => {
    const zstd = await loadZstd();
    const content = Buffer.concat([Buffer.alloc(1_500_000, 'text '), randomBytes(3_000_000), Buffer.alloc(70_000)]);
    const one = await zstd.compress(content);
    const first = await write(uploadName(content), one);
    assert.deepEqual([first.status, taken(first)], [0, one.length]);
    // -1 in two's complement: it was there.
    assert.equal(taken(await write(uploadName(content), one)), 2 ** 64);

    const plain = await read(`team/one/blobs/${sha256(content)}/${content.length}`);
    assert.ok(plain.bytes.equals(content));
    const packed = await read(nameOf(content));
    assert.ok(packed.bytes.length < content.length - 1_000_000);
    assert.ok((await unpack(packed.bytes, content.length)).equals(content));
    const rest = await read(nameOf(content), 4_000_000);
    assert.ok(
      (await unpack(rest.bytes, content.length)).equals(content.subarray(4_000_000)),
      'offsets count plain bytes',
    );
    assert.equal((await read(nameOf(content), 0, 5)).status, STATUS.invalid);

    const other = content.subarray(1);
    const halves = [other.subarray(0, 2_000_000), Buffer.alloc(0), other.subarray(2_000_000)];
    const many = Buffer.concat(await Promise.all(halves.map((half) => zstd.compress(half))));
    assert.equal((await write(uploadName(other), many, 65_537)).status, 0);
    assert.ok((await read(`team/one/blobs/${sha256(other)}/${other.length}`)).bytes.equals(other));
  });

  test('may come as a frame for each few KiB, as Bazel sends them, and are never half there', async () => {
    const zstd = await loadZstd();
    const content = Buffer.concat(Array.from({ length: 400 }, (_, at) => Buffer.alloc(16_384, `line ${at} `)));
    const frames: Uint8Array[] = [];
    for (let at = 0; at < content.length; at += 16_384)
      frames.push(await zstd.compress(content.subarray(at, at + 16_384)));
    const query = async (name: string): Promise<readonly number[]> => {
      const { messages } = await call(`${BYTE_STREAM}/QueryWriteStatus`, writeFields([[1, name]]));
      const fields = readFields(messages[0] ?? new Uint8Array());
      return [numeric(fields, 1), numeric(fields, 2)];
    };
    assert.deepEqual(await query(uploadName(content)), [0, 0]);
    assert.equal((await write(uploadName(content), Buffer.concat(frames), 16_384)).status, 0);
    assert.ok((await read(`team/one/blobs/${sha256(content)}/${content.length}`)).bytes.equals(content));
    assert.deepEqual(await query(uploadName(content)), [0, 0], 'a packed size is nobody’s to know');
    assert.deepEqual(await query(uploadName(content).replace('compressed-blobs/zstd', 'blobs')), [content.length, 1]);
  });

  test('go in batches, beside plain ones', async () => {
    const zstd = await loadZstd();
    const contents = [Buffer.alloc(100_000, 'batch '), Buffer.from('tiny'), Buffer.alloc(0)];
    const requests = await Promise.all(
      contents.map(async (content, at) =>
        at === 1
          ? writeFields([
              [1, digestOf(content)],
              [2, content],
            ])
          : writeFields([
              [1, digestOf(content)],
              [2, await zstd.compress(content)],
              [3, ZSTD],
            ]),
      ),
    );
    const strange = writeFields([
      [1, digestOf(Buffer.from('x'))],
      [2, 'x'],
      [3, 2],
    ]);
    const put = await call(
      `${V2}.ContentAddressableStorage/BatchUpdateBlobs`,
      writeFields([...requests, strange].map((request) => [2, request])),
    );
    assert.deepEqual([put.status, ...codes(put, 2)], [0, 0, 0, 0, STATUS.invalid]);

    const ask = contents.map((content) => [2, digestOf(content)] as const);
    for (const accepts of [[], [[3, Uint8Array.of(0, ZSTD)] as const], [[3, ZSTD] as const]]) {
      const got = await call(`${V2}.ContentAddressableStorage/BatchReadBlobs`, writeFields([...ask, ...accepts]));
      const responses = pick(readFields(got.messages[0] ?? new Uint8Array()), 1).map(readFields);
      const forms = responses.map((response) => numeric(response, 4));
      assert.deepEqual(forms, accepts.length === 0 ? [0, 0, 0] : [ZSTD, 0, 0], 'what does not shrink stays plain');
      for (const [at, response] of responses.entries()) {
        const data = pick(response, 2)[0] ?? new Uint8Array();
        const bytes = forms[at] === ZSTD ? await unpack(data, 100_000) : data;
        assert.ok(Buffer.from(bytes).equals(contents[at] ?? Buffer.alloc(0)));
      }
    }
  });

  test('are refused when they are not what they say, and nothing of them is kept', async () => {
    const zstd = await loadZstd();
    const content = randomBytes(300_000);
    const packed = await zstd.compress(content);
    const longer = await zstd.compress(Buffer.concat([content, Buffer.from('more')]));
    const damaged = Buffer.from(packed);
    damaged.writeUInt8(damaged.readUInt8(200_000) ^ 1, 200_000);
    const cases: readonly (readonly [string, Uint8Array, number?])[] = [
      ['other content', await zstd.compress(randomBytes(300_000))],
      ['a bit of it changed', damaged],
      ['longer than its digest says', longer],
      ['shorter than its digest says', packed, 300_001],
      ['cut off', packed.subarray(0, -5)],
      ['cut off between its blocks', packed.subarray(0, 6)],
      ['something behind it', Buffer.concat([packed, Buffer.from('x')])],
      ['no zstd', content],
      ['nothing', Buffer.alloc(0)],
      ['a dictionary', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, WINDOW_1_MIB, 7, 1, 0, 0])],
      ['a reserved type of block', frame(WINDOW_1_MIB, Buffer.from([7, 0, 0]))],
      ['a window of 16 MiB', frame(WINDOW_16_MIB, rle(1, true))],
      ['a window of 1 TiB', frame(0xff, rle(1, true))],
      ['a block of 2 MiB', frame(WINDOW_8_MIB, rle(2 ** 21 - 1, true))],
      ['64 GB in 2 MB', frame(WINDOW_1_MIB, Buffer.alloc(2_000_000, rle(BLOCK))), 50_000_000],
      ['a million blocks of a byte', frame(WINDOW_8_MIB, Buffer.alloc(4_000_000, rle(1))), 1_000_000],
    ];
    for (const [name, bytes, size] of cases) {
      const { status } = await write(uploadName(content, size), bytes);
      assert.equal(status, STATUS.invalid, name);
    }
    assert.equal((await read(nameOf(content))).status, STATUS.notFound);
  });
});

function taken({ messages }: GrpcAnswer): number {
  return numeric(readFields(messages[0] ?? new Uint8Array()), 1);
}

/** The status of each part of a batch. */
function codes({ messages }: GrpcAnswer, field: number): readonly number[] {
  const responses = pick(readFields(messages[0] ?? new Uint8Array()), 1).map(readFields);
  return responses.map((response) => numeric(readFields(pick(response, field)[0] ?? new Uint8Array()), 1));
}
