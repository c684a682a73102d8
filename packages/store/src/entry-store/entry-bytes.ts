import { canonicalJson, digestOf, isSameDigest, isSha256 } from '@tr/hash';
import { fail, InvariantError, isRecord, ok, type Result } from '@tr/model';
import { isAmount } from '../manifest/parse-manifest.js';
import { isBlake3, type BodyDigest, type BodyHash } from '../body-store.js';
import {
  MAX_INLINE_BYTES,
  type Entry,
  type EntryName,
  type EntryNamespace,
  type EntryUsage,
  type ListedEntry,
} from './entry-store.js';

/**
 * Version of the stored form; an unknown one is not trusted. Every version has `name`, `body` and `inline` as here: see
 * {@link readEntryUse}. History: 1 (0.2): first; 2: the name of the body is BLAKE3.
 */
const ENTRY_VERSION = 1;
const BLAKE3_VERSION = 2;
const NAME_PARTS = ['tenant', 'scope', 'protocol', 'instance', 'key'] as const;

/** No stored entry is larger, bytes. */
export const MAX_ENTRY_BYTES = 64 * 1024;

/**
 * An entry as it is stored: canonical JSON, a small body inside as base64. Put together part by part, in the order of the keys: a
 * server writes thousands a second, and the body needs no escaping.
 */
export function toEntryBytes({ name, body, createdAt, durationMs, facts, inline }: Entry): Uint8Array {
  return Buffer.from(
    `{"body":{"hash":"${body.hash}","size":${countText(body.size)}},"createdAt":${countText(createdAt)}` +
      (durationMs === undefined ? '' : `,"durationMs":${countText(durationMs)}`) +
      `,"facts":${canonicalJson(facts)}` +
      (inline === undefined ? '' : `,"inline":"${base64Of(inline)}"`) +
      `,"name":${nameText(name)},"version":${isBlake3(body.hash) ? BLAKE3_VERSION : ENTRY_VERSION}}`,
  );
}

/** As JSON writes it, without asking `JSON.stringify`. */
function countText(count: number): string {
  if (!Number.isFinite(count)) throw new InvariantError(`an entry with ${count}`);
  return `${count}`;
}

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** The texts around the key in what was written last: most entries of a server are of few namespaces. */
let lastNamespace: { readonly of: EntryNamespace; readonly before: string; readonly after: string } | undefined;

function nameText(name: EntryName): string {
  if (lastNamespace === undefined || !isSameNamespace(lastNamespace.of, name)) {
    const { instance, protocol, scope, tenant } = name;
    const after = JSON.stringify({ protocol, scope, tenant }).slice(1);
    lastNamespace = { of: name, before: `{"instance":${JSON.stringify(instance)},"key":`, after };
  }
  return `${lastNamespace.before}${JSON.stringify(name.key)},${lastNamespace.after}`;
}

/** What is wrong with an entry of a version that is not known here. */
export const OTHER_ENTRY_VERSION = 'another version';

/** Reads a stored entry, trusting nothing; the failure is what is wrong with it. */
export function fromEntryBytes(bytes: Uint8Array): Result<Entry, string> {
  const record = parseRecord(bytes);
  return record === undefined ? fail('not JSON') : toEntry(record);
}

/**
 * What upkeep goes by, of an entry of any version: a server that cannot answer with what a newer one beside it has stored counts, keeps
 * and evicts it all the same, or all of that one's bodies would go for being named by nobody.
 */
export function readEntryUse(bytes: Uint8Array): Result<Omit<EntryUsage, 'usedAt'>, string> {
  const record = parseRecord(bytes);
  if (record === undefined) return fail('not JSON');
  const entry = toEntry(record);
  if (!entry.ok && entry.failure !== OTHER_ENTRY_VERSION) return entry;
  const { name, body, inline, durationMs } = record;
  if (!isName(name) || !isDigest(body, isAnyHash)) return fail(OTHER_ENTRY_VERSION);
  return ok({ name, body, hasBlob: inline === undefined, durationMs: isAmount(durationMs) ? durationMs : undefined });
}

function parseRecord(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const record: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return isRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

function toEntry(record: Readonly<Record<string, unknown>>): Result<Entry, string> {
  const { name, body, createdAt, durationMs, facts, inline, version } = record;
  if (version !== ENTRY_VERSION && version !== BLAKE3_VERSION) return fail(OTHER_ENTRY_VERSION);
  const isHash = version === BLAKE3_VERSION ? isBlake3 : isSha256;
  if (!isName(name) || !isDigest(body, isHash) || !isAmount(createdAt)) return fail('a part is missing');
  if (durationMs !== undefined && !isAmount(durationMs)) return fail('a bad duration');
  if (!isRecord(facts) || !Object.values(facts).every((fact) => typeof fact === 'string')) return fail('bad facts');
  const content = readInline(inline, body);
  if (!content.ok) return content;
  return ok({ name, body, createdAt, durationMs, facts: facts as Record<string, string>, inline: content.value });
}

function readInline(inline: unknown, body: BodyDigest): Result<Uint8Array | undefined, string> {
  if (inline === undefined) return ok(undefined);
  if (typeof inline !== 'string' || body.size > MAX_INLINE_BYTES) return fail('a bad body');
  const bytes = Buffer.from(inline, 'base64');
  return isSameDigest(digestOf(bytes), body) ? ok(bytes) : fail('other content');
}

/** An entry as a list has it. */
export function withoutBody({ name, body, createdAt, durationMs, facts }: Entry): ListedEntry {
  return { name, body, createdAt, durationMs, facts };
}

/** True when both are the same name. */
export function isSameName(a: EntryName, b: EntryName): boolean {
  return a.key === b.key && isSameNamespace(a, b);
}

/** True when both are of the same namespace. */
export function isSameNamespace(a: EntryNamespace, b: EntryNamespace): boolean {
  return a.scope === b.scope && a.tenant === b.tenant && a.protocol === b.protocol && a.instance === b.instance;
}

/** True when both are the same write of the same name, not only the same content. */
export function isSameWrite(a: Entry, b: Entry): boolean {
  return isSameName(a.name, b.name) && isSameDigest(a.body, b.body) && a.createdAt === b.createdAt;
}

function isName(value: unknown): value is EntryName {
  return isRecord(value) && NAME_PARTS.every((part) => typeof value[part] === 'string');
}

function isAnyHash(hash: unknown): hash is BodyHash {
  return isSha256(hash) || isBlake3(hash);
}

function isDigest(value: unknown, isHash: (hash: unknown) => hash is BodyHash): value is BodyDigest {
  return isRecord(value) && isHash(value['hash']) && isAmount(value['size']);
}
