import { isSha256, parseJsonBytes } from '@tr/hash';
import { fail, isCount, isRecord, ok, type ActionKey, type Digest, type Result } from '@tr/model';
import { MAX_CHUNK } from '../chunk/chunker.js';
import { MAX_FRAME, type ChunkRef } from '../chunk/chunk.js';

/** Version of the document. An unknown one is a miss. History: 1 (0.1): first. */
const ENTRY_VERSION = 1;
/** Chunks of one entry at most: about 64 GiB. */
export const MAX_CHUNKS = 65_536;
/** Larger manifests do not travel, bytes. */
export const MAX_MANIFEST_BYTES_ON_WIRE = 64 * 1024 * 1024;
/** A head of chunks up to this many bytes, packed, travels inside the document. */
export const MAX_INLINE = 128 * 1024;
/** No document is larger, bytes. */
export const MAX_ENTRY_BYTES = 8 * 1024 * 1024;

/** Ed25519 over the digest of the manifest; see `signManifest`. */
export interface EntrySignature {
  /** Which key: the first 16 hex digits of the SHA-256 of its public half (SPKI, DER). */
  readonly keyId: string;
  /** Base64. */
  readonly value: string;
}

/** What is stored under an action key: where to find the manifest and the chunks of its stream. */
export interface EntryDocument {
  readonly actionKey: ActionKey;
  /** Of the manifest's bytes, which begin the stream. */
  readonly manifest: Digest;
  readonly durationMs: number;
  /** In the order of the stream. */
  readonly chunks: readonly ChunkRef[];
  /** Bytes of the first chunks, as many as travel inside. */
  readonly inline: readonly Uint8Array[];
  readonly signature: EntrySignature | undefined;
}

/** Why a document cannot be trusted, in a few words. */
export interface EntryFlaw {
  readonly detail: string;
  /** True = well-formed as far as can be said, by a newer or an older `tr`. */
  readonly isOtherVersion?: boolean;
}

/** One line of JSON, then the bytes of the inline chunks. */
export function toEntryBytes(entry: EntryDocument): Buffer {
  const { actionKey, manifest, durationMs, chunks, inline, signature } = entry;
  const header = {
    format: 'tr-entry',
    version: ENTRY_VERSION,
    actionKey,
    manifest,
    durationMs,
    inline: inline.length,
    chunks: chunks.map(({ hash, size, length }) => [hash, size, length]),
    signature,
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...inline]);
}

/** Reads a document that anybody may have written. The inline bytes are not verified here. */
export function parseEntryBytes(bytes: Uint8Array, key: ActionKey): Result<EntryDocument, EntryFlaw> {
  const end = bytes.indexOf(0x0a);
  if (bytes.length > MAX_ENTRY_BYTES || end === -1) return flaw('not an entry');
  const value = parseJsonBytes(bytes.subarray(0, end));
  if (!isRecord(value) || value['format'] !== 'tr-entry') return flaw('not an entry');
  if (value['version'] !== ENTRY_VERSION) return fail({ detail: 'an unknown version', isOtherVersion: true });
  if (value['actionKey'] !== key) return flaw('another action key than its name');
  const manifest = parseManifestDigest(value['manifest']);
  const { durationMs } = value;
  if (manifest === undefined || !isCount(durationMs, Number.MAX_SAFE_INTEGER)) return flaw('a malformed field');
  const chunks = parseChunks(value['chunks']);
  if (chunks === undefined) return flaw('a malformed list of chunks');
  const inline = parseInline(bytes.subarray(end + 1), chunks, value['inline']);
  if (inline === undefined) return flaw('another number of inline bytes than it says');
  const signature = parseSignature(value['signature']);
  if (signature === 'malformed') return flaw('a malformed signature');
  return ok({ actionKey: key, manifest, durationMs, chunks, inline, signature });
}

/** The chunks that an entry needs to be stored beside it. */
export function listOuterChunks(entry: Pick<EntryDocument, 'chunks' | 'inline'>): readonly ChunkRef[] {
  return entry.chunks.slice(entry.inline.length);
}

function parseManifestDigest(value: unknown): Digest | undefined {
  if (!isRecord(value) || !isSha256(value['hash']) || !isCount(value['size'], MAX_MANIFEST_BYTES_ON_WIRE))
    return undefined;
  return { hash: value['hash'], size: value['size'] };
}

function parseChunks(value: unknown): readonly ChunkRef[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_CHUNKS) return undefined;
  const chunks: ChunkRef[] = [];
  for (const item of value as readonly unknown[]) {
    if (!Array.isArray(item) || item.length !== 3) return undefined;
    const [hash, size, length] = item as readonly unknown[];
    if (!isSha256(hash) || !isCount(size, MAX_FRAME) || !isCount(length, MAX_CHUNK) || length === 0) return undefined;
    chunks.push({ hash, size, length });
  }
  return chunks;
}

function parseInline(
  bytes: Uint8Array,
  chunks: readonly ChunkRef[],
  count: unknown,
): readonly Uint8Array[] | undefined {
  if (!isCount(count, chunks.length)) return undefined;
  const inline: Uint8Array[] = [];
  let at = 0;
  for (const { size } of chunks.slice(0, count)) {
    inline.push(bytes.subarray(at, at + size));
    at += size;
  }
  return at === bytes.length ? inline : undefined;
}

/** Reads a signature that anybody may have written; undefined for none. */
export function parseSignature(value: unknown): EntrySignature | undefined | 'malformed' {
  if (value === undefined) return undefined;
  if (!isRecord(value)) return 'malformed';
  const { keyId, value: text } = value;
  if (typeof keyId !== 'string' || !/^[0-9a-f]{16}$/.test(keyId)) return 'malformed';
  return typeof text === 'string' && /^[A-Za-z0-9+/]{86}==$/.test(text) ? { keyId, value: text } : 'malformed';
}

function flaw(detail: string): { readonly ok: false; readonly failure: EntryFlaw } {
  return fail({ detail });
}
