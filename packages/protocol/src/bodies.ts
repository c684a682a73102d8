import { isSha256 } from '@tr/hash';
import { isCount, isRecord, type ActionKey, type Digest } from '@tr/model';
import { MAX_BATCH_CHUNKS, MAX_LOOKUP_KEYS, MAX_REQUEST_BYTES } from './limits.js';
import { parseActionKey } from './paths.js';

/**
 * Every parser here reads what anybody may have sent and returns undefined for whatever is not exactly right. A framed
 * body is one line of JSON, then bytes whose lengths that line says.
 */

/** GET about. */
export interface About {
  readonly protocol: number;
  /** The scope the credential writes to, and whether it may. */
  readonly scope: string;
  readonly mayWrite: boolean;
}

/** POST lookup: `{"keys":[…]}`. */
export function toLookupRequest(keys: readonly ActionKey[]): string {
  return JSON.stringify({ keys });
}

/** Reads the keys of a lookup. */
export function parseLookupRequest(value: unknown): readonly ActionKey[] | undefined {
  const keys = isRecord(value) ? value['keys'] : undefined;
  return parseList(keys, MAX_LOOKUP_KEYS, parseActionKey);
}

/** For each key of a lookup: bytes of its entry that follow, `none`, or `alone`: it is there and is to be asked for. */
export type LookupSlot = number | 'none' | 'alone';

/** The first line of the answer to a lookup. */
export function toLookupHeader(slots: readonly LookupSlot[]): string {
  return JSON.stringify({ entries: slots });
}

/** Reads the first line of the answer to a lookup of `count` keys. */
export function parseLookupHeader(value: unknown, count: number): readonly LookupSlot[] | undefined {
  const entries = isRecord(value) ? value['entries'] : undefined;
  const slots = parseList(entries, MAX_LOOKUP_KEYS, (item): LookupSlot | undefined =>
    item === 'none' || item === 'alone' || isCount(item, MAX_REQUEST_BYTES) ? item : undefined,
  );
  return slots?.length === count ? slots : undefined;
}

/** Requests for missing and get, and the first line of put and of the answer to get: `{"chunks":[[hash,size],…]}`. */
export function toChunkList(chunks: readonly Digest[]): string {
  return JSON.stringify({ chunks: chunks.map(({ hash, size }) => [hash, size]) });
}

/** Reads a list of chunks. */
export function parseChunkList(value: unknown): readonly Digest[] | undefined {
  const chunks = isRecord(value) ? value['chunks'] : undefined;
  return parseList(chunks, MAX_BATCH_CHUNKS, parseChunk);
}

/** The answer to missing: the places of the chunks in the request. */
export function toMissingAnswer(missing: readonly number[]): string {
  return JSON.stringify({ missing });
}

/** Reads the answer to missing for `count` chunks. */
export function parseMissingAnswer(value: unknown, count: number): readonly number[] | undefined {
  const missing = isRecord(value) ? value['missing'] : undefined;
  return parseList(missing, count, (item) => (isCount(item, count - 1) ? item : undefined));
}

/** The answer to a PUT of an entry. */
export function toPutAnswer(outcome: 'stored' | 'kept'): string {
  return JSON.stringify({ outcome });
}

/** Reads the answer to a PUT of an entry. */
export function parsePutAnswer(value: unknown): 'stored' | 'kept' | undefined {
  const outcome = isRecord(value) ? value['outcome'] : undefined;
  return outcome === 'stored' || outcome === 'kept' ? outcome : undefined;
}

function parseChunk(item: unknown): Digest | undefined {
  if (!Array.isArray(item) || item.length !== 2) return undefined;
  const [hash, size] = item as readonly unknown[];
  return isSha256(hash) && isCount(size, MAX_REQUEST_BYTES) && size > 0 ? { hash, size } : undefined;
}

function parseList<T>(value: unknown, most: number, parse: (item: unknown) => T | undefined): readonly T[] | undefined {
  if (!Array.isArray(value) || value.length > most) return undefined;
  const parsed: T[] = [];
  for (const item of value as readonly unknown[]) {
    const one = parse(item);
    if (one === undefined) return undefined;
    parsed.push(one);
  }
  return parsed;
}
