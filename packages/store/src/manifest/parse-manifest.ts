import { isSha256 } from '@tr/hash';
import {
  compareStrings,
  fail,
  isRecord,
  MANIFEST_VERSION,
  ok,
  type ActionKey,
  type Digest,
  type Manifest,
  type ManifestEntry,
  type Result,
} from '@tr/model';
import { locatePacked, packSizes } from './packed-files.js';
import { findLinkHazard, findPathHazard } from './safe-path.js';

/** Most entries one manifest may have. */
const MAX_MANIFEST_ENTRIES = 1_000_000;
/** Most bytes all files of one manifest may have together: 1 TiB. */
const MAX_MANIFEST_BYTES = 2 ** 40;

/** Why a manifest cannot be trusted, in a few words. */
export interface ManifestFlaw {
  readonly detail: string;
  /** The version it has. Nothing is wrong with it as far as anybody can tell: another `tr` wrote it. */
  readonly otherVersion?: number;
}

type Parsed<T> = Result<T, ManifestFlaw>;

/**
 * Reads a manifest that anybody may have written. Checks version, name, types, digests, order, paths, links and
 * limits; whether entries fit together (links in the way, names that fall together) is checked before a restore.
 */
export function parseManifest(value: unknown, key: ActionKey): Parsed<Manifest> {
  if (!isRecord(value)) return flaw('not an object');
  const version = value['formatVersion'];
  if (version !== MANIFEST_VERSION)
    return fail({
      detail: `format version ${show(version)}`,
      ...(typeof version === 'number' && Number.isSafeInteger(version) && { otherVersion: version }),
    });
  if (value['actionKey'] !== key) return flaw('another action key than its name');
  if (!hasPlainFields(value)) return flaw('a field of the wrong type');
  const log = parseDigest(value['log']);
  const fingerprint = parseDigest(value['fingerprint']);
  if (log === undefined || fingerprint === undefined) return flaw('a malformed digest');
  const closure = value['externalClosure'];
  const externalClosure = closure === undefined || closure === null ? undefined : parseDigest(closure);
  if (closure !== undefined && closure !== null && externalClosure === undefined) return flaw('a malformed digest');
  const entries = parseEntries(value['entries']);
  if (!entries.ok) return entries;
  const packs = parsePacks(value['packs'], entries.value);
  if (!packs.ok) return packs;
  const others = [
    log,
    fingerprint,
    ...(externalClosure === undefined ? [] : [externalClosure]),
    ...(packs.value ?? []),
  ];
  if (!haveOneSize(entries.value, others)) return flaw('one digest with two sizes');
  return ok({
    formatVersion: MANIFEST_VERSION,
    actionKey: key,
    task: value['task'],
    entries: entries.value,
    log,
    fingerprint,
    externalClosure,
    ...(packs.value !== undefined && { packs: packs.value }),
    durationMs: value['durationMs'],
    producer: value['producer'],
    createdAt: value['createdAt'],
  });
}

/** What is taken out of a pack by its place must be all that is in it. */
function parsePacks(value: unknown, entries: readonly ManifestEntry[]): Parsed<readonly Digest[] | undefined> {
  if (value === undefined) return ok(undefined);
  if (!Array.isArray(value)) return flaw('a malformed list of packs');
  const packs: Digest[] = [];
  for (const item of value as readonly unknown[]) {
    const pack = parseDigest(item);
    if (pack === undefined) return flaw('a malformed pack');
    packs.push(pack);
  }
  const sizes = packSizes(locatePacked({ entries, packs }));
  const fits = packs.length > 0 && packs.length === sizes.length && packs.every(({ size }, at) => size === sizes[at]);
  return fits ? ok(packs) : flaw('packs of other sizes');
}

/** False when two digests differ in nothing but their sizes: one of them is of nothing, and asking for it would set a good blob aside. */
function haveOneSize(entries: readonly ManifestEntry[], others: readonly Digest[]): boolean {
  const sizes = new Map<string, number>();
  const fits = ({ hash, size }: Digest): boolean => {
    const known = sizes.get(hash);
    if (known === undefined) sizes.set(hash, size);
    return known === undefined || known === size;
  };
  return others.every(fits) && entries.every((entry) => entry.type !== 'file' || fits(entry.digest));
}

type PlainFields = Pick<Manifest, 'task' | 'durationMs' | 'producer' | 'createdAt'>;

function hasPlainFields(value: Record<string, unknown>): value is Record<string, unknown> & PlainFields {
  const { task, producer } = value;
  if (typeof task !== 'string' || task.length > 1024 || task.indexOf('#') <= 0) return false;
  if (typeof producer !== 'string' || producer.length > 256) return false;
  return isAmount(value['durationMs']) && isAmount(value['createdAt']);
}

function parseEntries(value: unknown): Parsed<readonly ManifestEntry[]> {
  if (!Array.isArray(value)) return flaw('no list of entries');
  if (value.length > MAX_MANIFEST_ENTRIES) return flaw(`${value.length} entries`);
  const entries: ManifestEntry[] = [];
  let before = '';
  let bytes = 0;
  for (const item of value as readonly unknown[]) {
    const entry = parseEntry(item);
    if (!entry.ok) return entry;
    const { path } = entry.value;
    if (compareStrings(before, path) >= 0) return flaw(`entries out of order at ${show(path)}`);
    before = path;
    if (entry.value.type === 'file') bytes += entry.value.digest.size;
    entries.push(entry.value);
  }
  return bytes > MAX_MANIFEST_BYTES ? flaw(`${bytes} bytes of files`) : ok(entries);
}

function parseEntry(item: unknown): Parsed<ManifestEntry> {
  if (!isRecord(item) || typeof item['path'] !== 'string') return flaw('a malformed entry');
  const { path, type } = item;
  const hazard = findPathHazard(path);
  if (hazard !== undefined) return flaw(`${hazard} in ${show(path)}`);
  switch (type) {
    case 'file':
      return parseFile(path, item);
    case 'symlink':
      return parseLink(path, item['target']);
    case 'directory':
      return ok({ type, path: path });
    default:
      return flaw(`an entry of type ${show(type)}`);
  }
}

function parseFile(path: string, item: Record<string, unknown>): Parsed<ManifestEntry> {
  const digest = parseDigest(item['digest']);
  if (digest === undefined) return flaw(`a malformed digest of ${show(path)}`);
  const { executable } = item;
  if (typeof executable !== 'boolean') return flaw(`a malformed mode of ${show(path)}`);
  return ok({ type: 'file', path, executable, digest });
}

function parseLink(path: string, target: unknown): Parsed<ManifestEntry> {
  if (typeof target !== 'string') return flaw(`a malformed link ${show(path)}`);
  const hazard = findLinkHazard(path, target);
  return hazard === undefined ? ok({ type: 'symlink', path, target }) : flaw(`${hazard}: ${show(path)}`);
}

function parseDigest(value: unknown): Digest | undefined {
  if (!isRecord(value)) return undefined;
  const { hash, size } = value;
  if (!isSha256(hash) || !isAmount(size) || !Number.isSafeInteger(size) || size > MAX_MANIFEST_BYTES) return undefined;
  return { hash, size };
}

/** True for a number that is not negative. */
export function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function flaw(detail: string): { readonly ok: false; readonly failure: ManifestFlaw } {
  return fail({ detail });
}

/** Shows a hostile value shortly and on one line. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
