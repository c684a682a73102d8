import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parseSize, parseSpan } from './parse-size.js';
import { UsageError } from './usage-error.js';

const OPTIONS = {
  dir: { type: 'string' },
  host: { type: 'string' },
  port: { type: 'string' },
  'tokens-file': { type: 'string' },
  'trust-file': { type: 'string' },
  'public-url': { type: 'string' },
  'trust-proxy': { type: 'boolean' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  'max-size': { type: 'string' },
  'max-entry': { type: 'string' },
  'max-age': { type: 'string' },
  quota: { type: 'string', multiple: true },
  drain: { type: 'string' },
} as const;

/** What `serve` was asked to do; everything has a value. Paths are absolute. */
export interface ServeRequest {
  readonly directory: string;
  readonly host: string;
  readonly port: number;
  readonly tokensFile: string;
  readonly trustFile: string | undefined;
  readonly publicUrl: string | undefined;
  readonly trustProxy: boolean;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined;
  readonly totalBytes: number | undefined;
  readonly scopeBytes: Readonly<Record<string, number>>;
  readonly maxEntryBytes: number;
  readonly maxAgeMs: number | undefined;
  readonly drainMs: number;
  /** The first token, given from outside; undefined = none. */
  readonly firstToken: string | undefined;
}

/** Reads flags and `TR_CACHE_*` variables; flags win. `cwd` is where relative paths start. Throws {@link UsageError}. */
export function parseServeRequest(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): ServeRequest {
  const flags = readFlags(args);
  const texts = new Map<string, unknown>(Object.entries(flags));
  const given = (name: string): string | undefined => {
    const flag = texts.get(name);
    const value = typeof flag === 'string' ? flag : env[`TR_CACHE_${name.toUpperCase().replaceAll('-', '_')}`];
    return value === '' ? undefined : value;
  };
  const path = (name: string): string | undefined => mapGiven(given(name), (text) => resolve(cwd, text));
  const size = (name: string): number | undefined => mapGiven(given(name), (text) => toSize(text, name));
  const span = (name: string): number | undefined => mapGiven(given(name), (text) => toSpan(text, name));
  const directory = path('dir') ?? resolve(cwd, 'tr-cache');
  const quotas = flags.quota ?? given('quota')?.split(',') ?? [];
  return {
    directory,
    host: given('host') ?? '127.0.0.1',
    port: toPort(given('port') ?? '3737'),
    tokensFile: path('tokens-file') ?? join(directory, 'tokens.json'),
    trustFile: path('trust-file'),
    publicUrl: mapGiven(given('public-url'), toOrigin),
    trustProxy: flags['trust-proxy'] ?? env['TR_CACHE_TRUST_PROXY'] === '1',
    tls: toTls(path('tls-cert'), path('tls-key')),
    totalBytes: size('max-size') ?? 50 * 1024 ** 3,
    scopeBytes: Object.fromEntries(quotas.map(toQuota)),
    maxEntryBytes: size('max-entry') ?? 20 * 1024 ** 3,
    maxAgeMs: span('max-age') ?? 30 * 86_400_000,
    drainMs: span('drain') ?? 30_000,
    firstToken: given('token'),
  };
}

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function mapGiven<T>(text: string | undefined, map: (text: string) => T): T | undefined {
  return text === undefined ? undefined : map(text);
}

function toPort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new UsageError(`--port must be 0 to 65535, not \`${text}\`.`);
  return port;
}

function toSize(text: string, name: string): number {
  const size = parseSize(text);
  if (size === undefined) throw new UsageError(`--${name} must be a size such as 20GB, not \`${text}\`.`);
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
