import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sha256 } from '@tr/hash';
import { pick, readFields, text, writeFields } from '../src/protocols/wire.js';
import { call, startTestServer, type TestServer } from './rig/server.js';
import { callGrpc, digestOf, type GrpcAnswer } from './rig/grpc.js';

const PATH = '/build.bazel.remote.execution.v2.ContentAddressableStorage/GetTree';
const CLIENTS_LIMIT = 4 * 1024 * 1024;
const [FINE, INVALID, NOT_FOUND, EXHAUSTED] = [0, 3, 5, 8];

/** A `Directory` with these directories in it, and a file of this name. */
const directoryOf = (name: string, inside: readonly Uint8Array[] = []): Buffer =>
  writeFields([
    [
      1,
      writeFields([
        [1, name],
        [2, digestOf(Buffer.from('x'))],
      ]),
    ],
    ...inside.map(
      (bytes, at) =>
        [
          2,
          writeFields([
            [1, `inner-${at}`],
            [2, digestOf(bytes)],
          ]),
        ] as const,
    ),
  ]);

describe('GetTree', () => {
  let server: TestServer;
  let token: string;
  before(async () => {
    server = await startTestServer();
    token = server.token('main');
  });
  after(() => server[Symbol.asyncDispose]());

  const put = async (blob: Uint8Array, writer = token): Promise<void> => {
    const options = { method: 'PUT', token: writer, body: Buffer.from(blob) };
    assert.equal((await call(server, `/any/cas/${sha256(blob)}`, options)).status, 200);
  };
  const ask = async (digest: Uint8Array, rest: Parameters<typeof writeFields>[0] = []): Promise<GrpcAnswer> =>
    await callGrpc(server, { path: PATH, token, messages: [writeFields([[1, 'any'], [2, digest], ...rest])] });
  const listOf = ({ messages }: GrpcAnswer): readonly string[] =>
    messages.flatMap((message) => pick(readFields(message), 1).map((bytes) => Buffer.from(bytes).toString('hex')));
  const hexOf = (...all: readonly Buffer[]): readonly string[] => all.map((bytes) => bytes.toString('hex'));

  const leaf = directoryOf('leaf');
  const empty = Buffer.alloc(0);
  const left = directoryOf('left', [leaf, empty]);
  const right = directoryOf('right', [leaf]);
  const root = directoryOf('root', [left, right]);

  test('all directories, each once, level by level; in as many pages as are wanted, and from one on', async () => {
    for (const blob of [leaf, left, right, root]) await put(blob);
    const all = hexOf(root, left, right, leaf, empty);
    const whole = await ask(digestOf(root));
    assert.deepEqual([whole.status, whole.messages.length, listOf(whole)], [FINE, 1, all]);
    const paged = await ask(digestOf(root), [[3, 2]]);
    assert.deepEqual([paged.messages.length, listOf(paged)], [3, all]);
    const tokens = paged.messages.map((message) => text(readFields(message), 2));
    assert.equal(tokens[2], '');
    assert.deepEqual(listOf(await ask(digestOf(root), [[4, tokens[0] ?? '']])), all.slice(2));
    assert.deepEqual(listOf(await ask(digestOf(root), [[4, tokens[1] ?? '']])), all.slice(4));
    assert.deepEqual(listOf(await ask(digestOf(empty))), ['']);
  });

  test('what is not there is left out; without its root there is none, nor for another scope', async () => {
    const gone = directoryOf('gone');
    const torn = directoryOf('torn', [gone, leaf]);
    assert.equal((await ask(digestOf(torn))).status, NOT_FOUND);
    await put(torn);
    assert.deepEqual(listOf(await ask(digestOf(torn))), hexOf(torn, leaf));
    const theirs = directoryOf('theirs');
    await put(theirs, server.token('pr/7'));
    assert.equal((await ask(digestOf(theirs))).status, NOT_FOUND);
  });

  test('what is no tree is refused: other bytes, digests, sizes and pages', async () => {
    const noDirectory = Buffer.from([0xff, 0xff, 0xff]);
    await put(noDirectory);
    assert.equal((await ask(digestOf(noDirectory))).status, INVALID);
    await put(root);
    const wrongSize = writeFields([
      [1, sha256(root)],
      [2, root.length + 1],
    ]);
    assert.equal((await ask(wrongSize)).status, NOT_FOUND);
    for (const digest of [empty, Buffer.from([8]), writeFields([[1, '../x']])])
      assert.equal((await ask(digest)).status, INVALID);
    for (const page of ['x', sha256(noDirectory)])
      assert.equal((await ask(digestOf(root), [[4, page]])).status, INVALID);
  });

  test('messages stay below what clients take, and a directory above that is refused', async () => {
    const wide = Array.from({ length: 9 }, (_, at) => directoryOf(`${at}${'x'.repeat(1_000_000)}`));
    const above = directoryOf('above', wide);
    for (const blob of [...wide, above]) await put(blob);
    const { status, messages } = await ask(digestOf(above));
    assert.deepEqual([status, messages.length], [FINE, 3]);
    for (const message of messages) assert.ok(message.length < CLIENTS_LIMIT);
    const huge = directoryOf('x'.repeat(CLIENTS_LIMIT));
    await put(huge);
    assert.equal((await ask(digestOf(huge))).status, EXHAUSTED);
  });

  test('a tree of more directories than any client makes is refused before they are looked for', async () => {
    const node = (at: number) => [2, writeFields([[2, digestOf(Buffer.from(String(at)))]])] as const;
    // 17,000 digests make a directory of 1.3 MB.
    const many = [0, 1, 2].map((part) =>
      writeFields(Array.from({ length: 17_000 }, (_, at) => node(part * 17_000 + at))),
    );
    const top = directoryOf('top', many);
    for (const blob of [...many, top]) await put(blob);
    const { status } = await ask(digestOf(top));
    assert.equal(status, EXHAUSTED);
  });
});
