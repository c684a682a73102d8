import { isCasHash, readCasDigest, type CasDigest } from './cas-digest.js';
import { pick, readFields, WireError } from '../wire.js';

/**
 * Digests in a message, each read when it is asked for; undefined for each place that has none, so that whoever reads many can give way to
 * others. Going on throws `WireError` where the message is none.
 */
export type NamedBlobs = Iterable<CasDigest | undefined>;

/** Blobs that an action result names. `trees` name more inside, and so do `directories`, which may name more of themselves. */
export interface ReferencedBlobs {
  readonly blobs: NamedBlobs;
  readonly trees: NamedBlobs;
  readonly directories: NamedBlobs;
}

/** Field numbers of `ActionResult` whose messages hold a digest, and where in them. */
const OUTPUT_FILES = 2;
const OUTPUT_DIRECTORIES = 3;
const STDOUT_DIGEST = 6;
const STDERR_DIGEST = 8;
/** An action result is a few levels deep. */
const MAX_JSON_DEPTH = 32;
/** No client writes one with so many objects, lists and digests in it. */
const MAX_JSON_VALUES = 250_000;

/** Blobs of an `ActionResult` message. Throws `WireError` for other bytes. */
export function blobsOfResult(message: Uint8Array): ReferencedBlobs {
  const fields = readFields(message);
  function* ofFiles(): NamedBlobs {
    yield* inEach(pick(fields, OUTPUT_FILES), 2);
    for (const digest of [...pick(fields, STDOUT_DIGEST), ...pick(fields, STDERR_DIGEST)]) yield readCasDigest(digest);
  }
  const outputs = pick(fields, OUTPUT_DIRECTORIES);
  return {
    blobs: ofFiles(),
    trees: inEach(outputs, 3),
    // Version 2.3 of the API: a directory in place of, or beside, its tree.
    directories: inEach(outputs, 5),
  };
}

/** What a `Directory` message names: its files, and the directories in it. Throws `WireError` for other bytes. */
export function blobsOfDirectory(message: Uint8Array): Pick<ReferencedBlobs, 'blobs' | 'directories'> {
  const fields = readFields(message);
  return { blobs: inEach(pick(fields, 1), 2), directories: inEach(pick(fields, 2), 2) };
}

/** Files of a `Tree` message: of its root and of its children. Throws `WireError` for other bytes. */
export function* blobsOfTree(message: Uint8Array): NamedBlobs {
  const fields = readFields(message);
  for (const directory of [...pick(fields, 1), ...pick(fields, 2)]) {
    yield undefined;
    yield* blobsOfDirectory(directory).blobs;
  }
}

/** Blobs of an action result in JSON: everything in it that has the form of a digest. Throws `WireError` for one that no client writes. */
export function blobsOfJson(value: unknown): readonly CasDigest[] {
  const found: CasDigest[] = [];
  let values = 0;
  const visit = (inner: unknown, depth: number): void => {
    if (typeof inner !== 'object' || inner === null) return;
    if (depth > MAX_JSON_DEPTH || ++values > MAX_JSON_VALUES) throw new WireError();
    const { hash, sizeBytes } = inner as Record<string, unknown>;
    if (typeof hash === 'string' && isCasHash(hash)) found.push({ hash, size: Number(sizeBytes ?? 0) });
    else for (const each of Object.values(inner)) visit(each, depth + 1);
  };
  visit(value, 0);
  return found;
}

/** The digests in each message; an empty one stands for "none". */
function* inEach(messages: readonly Uint8Array[], digestField: number): NamedBlobs {
  for (const message of messages) {
    const digests = pick(readFields(message), digestField);
    if (digests.length === 0) yield undefined;
    for (const digest of digests) yield readCasDigest(digest);
  }
}
