import { isCasHash, readCasDigest, type CasDigest } from './cas-digest.js';
import { pick, readFields, WireError } from '../wire.js';

/** Blobs that an action result names. `trees` name more inside, and so do `directories`, which may name more of themselves. */
export interface ReferencedBlobs {
  readonly blobs: readonly CasDigest[];
  readonly trees: readonly CasDigest[];
  readonly directories: readonly CasDigest[];
}

/** Field numbers of `ActionResult` whose messages hold a digest, and where in them. */
const OUTPUT_FILES = 2;
const OUTPUT_DIRECTORIES = 3;
const STDOUT_DIGEST = 6;
const STDERR_DIGEST = 8;
/** An action result is a few levels deep. */
const MAX_JSON_DEPTH = 32;

/** Blobs of an `ActionResult` message. Throws `WireError` for other bytes. */
export function blobsOfResult(message: Uint8Array): ReferencedBlobs {
  const fields = readFields(message);
  const nested = (number: number, digestField: number): readonly Uint8Array[] =>
    pick(fields, number).flatMap((output) => pick(readFields(output), digestField));
  return {
    blobs: toDigests([...nested(OUTPUT_FILES, 2), ...pick(fields, STDOUT_DIGEST), ...pick(fields, STDERR_DIGEST)]),
    trees: toDigests(nested(OUTPUT_DIRECTORIES, 3)),
    // Version 2.3 of the API: a directory in place of, or beside, its tree.
    directories: toDigests(nested(OUTPUT_DIRECTORIES, 5)),
  };
}

/** What a `Directory` message names: its files, and the directories in it. Throws `WireError` for other bytes. */
export function blobsOfDirectory(message: Uint8Array): Pick<ReferencedBlobs, 'blobs' | 'directories'> {
  const fields = readFields(message);
  const nodes = (number: number): readonly CasDigest[] =>
    toDigests(pick(fields, number).flatMap((node) => pick(readFields(node), 2)));
  return { blobs: nodes(1), directories: nodes(2) };
}

/** Files of a `Tree` message: of its root and of its children. Throws `WireError` for other bytes. */
export function blobsOfTree(message: Uint8Array): readonly CasDigest[] {
  const fields = readFields(message);
  return [...pick(fields, 1), ...pick(fields, 2)].flatMap((directory) => blobsOfDirectory(directory).blobs);
}

/** Blobs of an action result in JSON: everything in it that has the form of a digest. Throws `WireError` for one that no client writes. */
export function blobsOfJson(value: unknown, depth = 0): readonly CasDigest[] {
  if (typeof value !== 'object' || value === null) return [];
  if (depth > MAX_JSON_DEPTH) throw new WireError();
  const { hash, sizeBytes } = value as Record<string, unknown>;
  if (typeof hash === 'string' && isCasHash(hash)) return [{ hash, size: Number(sizeBytes ?? 0) }];
  return Object.values(value).flatMap((inner) => blobsOfJson(inner, depth + 1));
}

function toDigests(messages: readonly Uint8Array[]): readonly CasDigest[] {
  // An empty digest stands for "none".
  return messages.map(readCasDigest).filter((digest) => digest !== undefined);
}
