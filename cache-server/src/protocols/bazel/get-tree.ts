import { Problem } from '../../http/problem.js';
import type { RpcMethod } from '../protocol.js';
import { BazelCache, MAX_DIRECTORY_BYTES, type WalkedDirectory } from './bazel-cache.js';
import { isCasHash, toDigest } from './cas-digest.js';
import { decode, first } from './read-messages.js';
import { numeric, pick, text, writeFields } from '../wire.js';

/** Directories in a message, unless the client wants fewer. */
const PAGE_LENGTH = 1000;
/** What a directory takes beside its bytes. */
const HEAD_BYTES = 8;

/**
 * All directories of a tree, in pages. The token of a page is the digest of its last directory: who broke off there is told the rest, in the
 * order that follows from the tree itself.
 */
export const getTree: RpcMethod = async function* ({ session, messages }) {
  const fields = await first(decode(messages));
  const root = toDigest(pick(fields, 2).at(-1) ?? new Uint8Array());
  const length = numeric(fields, 3);
  const from = text(fields, 4);
  if (from !== '' && !isCasHash(from)) throw new Problem('bad-request', 'a page that nobody was told of');
  const most = Number.isSafeInteger(length) && length > 0 ? Math.min(length, PAGE_LENGTH) : PAGE_LENGTH;

  let isSkipping = from !== '';
  let page: WalkedDirectory[] = [];
  let bytes = 0;
  for await (const directory of new BazelCache(session, text(fields, 1)).walk(root)) {
    if (isSkipping) {
      isSkipping = directory.hash !== from;
      continue;
    }
    const size = directory.bytes.length + HEAD_BYTES;
    if (page.length > 0 && (page.length === most || bytes + size > MAX_DIRECTORY_BYTES)) {
      yield toPage(page, page.at(-1)?.hash);
      page = [];
      bytes = 0;
    }
    page.push(directory);
    bytes += size;
  }
  if (isSkipping) throw new Problem('bad-request', 'a page of another tree');
  yield toPage(page, undefined);
};

function toPage(page: readonly WalkedDirectory[], next: string | undefined): Uint8Array {
  return writeFields([
    ...page.map(({ bytes }) => [1, bytes] as const),
    ...(next === undefined ? [] : [[2, next] as const]),
  ]);
}
