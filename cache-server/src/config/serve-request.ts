import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { parseSize, parseSpan } from './parse-size.js';
import { readSettings } from './settings.js';
import { UsageError } from './usage-error.js';

/** Where everything lies. */
export type StorePlace =
  | { readonly kind: 'directory'; readonly directory: string }
  /** `s3://bucket/prefix?…`, which holds no secret. What is in it is looked at when the store is opened. */
  | { readonly kind: 'bucket'; readonly url: string };

/** What a command was asked to do; everything has a value. Paths are absolute. */
export interface ServeRequest {
  readonly store: StorePlace;
  readonly host: string;
  readonly port: number;
  /** Undefined = the store keeps them. */
  readonly tokensFile: string | undefined;
  readonly trustFile: string | undefined;
  /** Where the key of signed URLs is from; undefined = the store's directory, or made anew. */
  readonly signingKey: { readonly file: string } | { readonly text: string } | undefined;
  readonly publicUrl: string | undefined;
  readonly trustProxy: boolean;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  readonly totalBytes: number | undefined;
  readonly scopeBytes: Readonly<Record<string, number>>;
  readonly maxEntryBytes: number;
  readonly maxAgeMs: number | undefined;
  /** Memory of each worker for bodies that are asked for again and again; 0 = none. */
  readonly hotBytes: number;
  /** Between two rounds of eviction, milliseconds; 0 = never, which is for `gc` then. */
  readonly upkeepMs: number;
  readonly drainMs: number;
  /** Processes that serve. */
  readonly workers: number;
  /** The first token, given from outside; undefined = none. */
  readonly firstToken: string | undefined;
}

const UPKEEP_MS = 10 * 60 * 1000;
const HOT_BYTES = 64 * 1024 ** 2;
const MAX_HOT_BYTES = 2 * 1024 ** 3;
const DAY_MS = 86_400_000;
/** More take memory, and few disks and networks are faster than these. */
const MAX_DEFAULT_WORKERS = 4;
const MAX_WORKERS = 64;

/**
 * Reads flags, `TR_CACHE_*` variables and the file of `--config`; flags win, then variables. `cwd` is where relative paths
 * start. Throws {@link UsageError}.
 */
export function parseServeRequest(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): ServeRequest {
  const settings = readSettings(args, env, cwd);
  const { given } = settings;
  const path = (name: string): string | undefined => mapGiven(given(name), (text) => resolve(cwd, text));
  const size = (name: string): number | undefined => mapGiven(given(name), (text) => toSize(text, name));
  const span = (name: string): number | undefined => mapGiven(given(name), (text) => toSpan(text, name));
  const store = toStorePlace(given('store'), path('dir') ?? resolve(cwd, 'tr-cache'));
  const isBucket = store.kind === 'bucket';
  const signingKey = toSigningKey(path('signing-key-file'), env['TR_CACHE_SIGNING_KEY']);
  const workers = toWorkers(given('workers'), isBucket);
  if (isBucket && workers > 1 && signingKey === undefined)
    throw new UsageError(
      '--workers on a bucket needs --signing-key-file or TR_CACHE_SIGNING_KEY, which all of them share.',
    );
  return {
    store,
    host: given('host') ?? '127.0.0.1',
    port: toPort(given('port') ?? '3737'),
    tokensFile: path('tokens-file') ?? (isBucket ? undefined : join(store.directory, 'tokens.json')),
    trustFile: path('trust-file'),
    signingKey,
    publicUrl: mapGiven(given('public-url'), toOrigin),
    trustProxy: settings.isOn('trust-proxy'),
    tls: toTls(path('tls-cert'), path('tls-key')),
    // A bucket has no size of its own: only a bound that somebody asked for.
    totalBytes: size('max-size') ?? (isBucket ? undefined : 50 * 1024 ** 3),
    scopeBytes: Object.fromEntries(settings.all('quota').map(toQuota)),
    maxEntryBytes: size('max-entry') ?? 20 * 1024 ** 3,
    maxAgeMs: span('max-age') ?? 30 * DAY_MS,
    hotBytes: mapGiven(given('hot-bodies'), toHotBytes) ?? HOT_BYTES,
    upkeepMs: given('upkeep') === 'off' ? 0 : (span('upkeep') ?? (isBucket ? 0 : UPKEEP_MS)),
    drainMs: span('drain') ?? 30_000,
    workers,
    firstToken: toFirstToken(given('token')),
  };
}

function toStorePlace(text: string | undefined, directory: string): StorePlace {
  if (text === undefined) return { kind: 'directory', directory };
  if (!text.startsWith('s3://') || !URL.canParse(text))
    throw new UsageError(`--store must look like s3://bucket/prefix, not \`${text}\`.`);
  return { kind: 'bucket', url: text };
}

function toSigningKey(file: string | undefined, text: string | undefined): ServeRequest['signingKey'] {
  if (file !== undefined) return { file };
  return text === undefined || text === '' ? undefined : { text };
}

/** A line feed behind it is of the file it was read from. */
function toFirstToken(text: string | undefined): string | undefined {
  const token = text?.trim();
  if (token === undefined || token === '') return undefined;
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new UsageError('TR_CACHE_TOKEN must be one word of visible ASCII characters.');
  return token;
}

function mapGiven<T>(text: string | undefined, map: (text: string) => T): T | undefined {
  return text === undefined ? undefined : map(text);
}

function toPort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new UsageError(`--port must be 0 to 65535, not \`${text}\`.`);
  return port;
}

function toWorkers(text: string | undefined, isBucket: boolean): number {
  if (text === undefined) return isBucket ? 1 : Math.min(availableParallelism(), MAX_DEFAULT_WORKERS);
  const count = Number(text);
  if (!/^\d{1,2}$/.test(text) || count < 1 || count > MAX_WORKERS)
    throw new UsageError(`--workers must be 1 to ${MAX_WORKERS}, not \`${text}\`.`);
  return count;
}

function toSize(text: string, name: string): number {
  const size = parseSize(text);
  // Nothing would fit into 0 bytes, and whoever writes that means no bound.
  if (size === undefined || size === 0)
    throw new UsageError(`--${name} must be a size above zero, such as 20GB, not \`${text}\`.`);
  return size;
}

function toHotBytes(text: string): number {
  const size = text === 'off' ? 0 : parseSize(text);
  // It is one piece, which Node has to be able to give.
  if (size === undefined || size > MAX_HOT_BYTES)
    throw new UsageError(`--hot-bodies must be a size of at most 2GB, or 0, not \`${text}\`.`);
  return size;
}

function toSpan(text: string, name: string): number {
  const span = parseSpan(text);
  if (span === undefined) throw new UsageError(`--${name} must be a time such as 30d, 12h or 30s, not \`${text}\`.`);
  return span;
}

function toQuota(text: string): [string, number] {
  const [kind, size] = text.split('=');
  if (kind === undefined || kind === '' || size === undefined)
    throw new UsageError(`--quota must look like pr=2GB, not \`${text}\`.`);
  return [kind, toSize(size, 'quota')];
}

function toOrigin(text: string): string {
  if (!URL.canParse(text)) throw new UsageError(`--public-url must be a URL, not \`${text}\`.`);
  return text.replace(/\/+$/, '');
}

function toTls(certFile: string | undefined, keyFile: string | undefined): ServeRequest['tls'] {
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (certFile === undefined || keyFile === undefined)
    throw new UsageError('--tls-cert and --tls-key must be given together.');
  return { certFile, keyFile };
}
