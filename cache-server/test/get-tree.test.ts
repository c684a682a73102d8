import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sha256 } from '@tr/hash';
import { pick, readFields, text, writeFields } from '../src/protocols/wire.js';
import { call, shareServer } from './rig/server.js';
import { CLIENTS_LIMIT, STATUS, V2, callGrpc, digestOf, nodeOf, type GrpcAnswer } from './rig/grpc.js';

/** A `Directory` with these directories in it, and a file of this name. */
const directoryOf = (name: string, inside: readonly Uint8Array[] = []): Buffer =>
  writeFields([
    [1, nodeOf(name, Buffer.from('x'))],
    ...inside.map((bytes, at) => [2, nodeOf(`inner-${at}`, bytes)] as const),
  ]);

describe('GetTree', () => {
  const shared = shareServer();

  const put = async (blob: Uint8Array, writer = shared.token): Promise<void> => {
    const options = { method: 'PUT', token: writer, body: Buffer.from(blob) };
    assert.equal((await call(shared.server, `/any/cas/${sha256(blob)}`, options)).status, 200);
  };
  const ask = async (digest: Uint8Array, rest: Parameters<typeof writeFields>[0] = []): Promise<GrpcAnswer> =>
    await callGrpc(shared.server, {
      path: `${V2}.ContentAddressableStorage/GetTree`,
      token: shared.token,
      messages: [writeFields([[1, 'any'], [2, digest], ...rest])],
    });
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
    assert.deepEqual([whole.status, whole.messages.length, listOf(whole)], [STATUS.fine, 1, all]);
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
    assert.equal((await ask(digestOf(torn))).status, STATUS.notFound);
    await put(torn);
    assert.deepEqual(listOf(await ask(digestOf(torn))), hexOf(torn, leaf));
    const theirs = directoryOf('theirs');
    await put(theirs, shared.server.token('pr/7'));
    assert.equal((await ask(digestOf(theirs))).status, STATUS.notFound);
  });

  test('what is no tree is refused: other bytes, digests, sizes and pages', async () => {
    const noDirectory = Buffer.from([0xff, 0xff, 0xff]);
    await put(noDirectory);
    assert.equal((await ask(digestOf(noDirectory))).status, STATUS.invalid);
    await put(root);
    const wrongSize = writeFields([
      [1, sha256(root)],
      [2, root.length + 1],
    ]);
    assert.equal((await ask(wrongSize)).status, STATUS.notFound);
    for (const digest of [empty, Buffer.from([8]), writeFields([[1, '../x']])])
      assert.equal((await ask(digest)).status, STATUS.invalid);
    for (const page of ['x', sha256(noDirectory)])
      assert.equal((await ask(digestOf(root), [[4, page]])).status, STATUS.invalid);
  });

  test('messages stay below what clients take, and a directory above that is refused', async () => {
    const wide = Array.from({ length: 9 }, (_, at) => directoryOf(`${at}${'x'.repeat(1_000_000)}`));
    const above = directoryOf('above', wide);
    for (const blob of [...wide, above]) await put(blob);
    const { status, messages } = await ask(digestOf(above));
    assert.deepEqual([status, messages.length], [STATUS.fine, 3]);
    for (const message of messages) assert.ok(message.length < CLIENTS_LIMIT);
    const huge = directoryOf('x'.repeat(CLIENTS_LIMIT));
    await put(huge);
    assert.equal((await ask(digestOf(huge))).status, STATUS.exhausted);
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
    assert.equal(status, STATUS.exhausted);
  });
});
