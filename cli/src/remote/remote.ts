import {
  createHttpBackend,
  createStoreBackend,
  RemoteTier,
  type OpenRemoteTier,
  type RemoteBackend,
  type RemoteTierOptions,
  type TierPolicy,
} from '@tr/cache';
import type { RemoteCacheConfig } from '@tr/config';
import { fail, ok, type RemoteFailure, type Result } from '@tr/model';
import { parseSigningKey, parseTrustedKeys, type SigningKey, type TrustedKeys } from '@tr/transport';
import { isCi } from '../is-ci.js';
import { createJobToken, getJson } from './job-token.js';
import { VERSION } from '../version.js';

/** What decides about the remote cache of a run. */
export interface RemoteRequest {
  readonly config: RemoteCacheConfig;
  /** `TR_REMOTE_URL`, `TR_TOKEN`, `TR_OIDC_AUDIENCE`, `TR_SIGNING_KEY`, and what the AWS libraries read. */
  readonly environment: Readonly<Record<string, string>>;
  readonly policy: TierPolicy;
  /** See `RemoteTierOptions`. */
  readonly lookupOnly?: boolean;
  readonly warn: (failure: RemoteFailure) => void;
}

/** Seconds a request may take, and uploads after the last task, unless the configuration says otherwise. */
const DEFAULT_TIMEOUT_S = 30;
/** A connection that hardly moves for this long counts as dead, milliseconds. */
const STALL_MS = 5_000;
/** The longest a timer can wait, milliseconds. */
const FOREVER_MS = 2 ** 31 - 1;

/** Where it says which remote cache. */
export interface NamedRemote {
  readonly setting: string;
  readonly address: string;
}

/** The remote cache of that address; undefined when the settings are of no use (then there was a warning). */
export async function createRemote(
  request: RemoteRequest,
  { setting, address }: NamedRemote,
): Promise<OpenRemoteTier | undefined> {
  const { config, environment, policy, warn } = request;
  const keys = readKeys(config, environment);
  if (!keys.ok) {
    warn(keys.failure);
    return undefined;
  }
  const requestMs = toMilliseconds(config.timeout ?? DEFAULT_TIMEOUT_S);
  const { trustedKeys } = keys.value;
  const opened = await openBackend(address, { ...request, setting, requestMs, trustedKeys });
  if (!opened.ok) {
    warn(opened.failure);
    return undefined;
  }
  const options: RemoteTierOptions = {
    ...opened.value,
    ...keys.value,
    policy,
    expectsToWrite: isCi(environment),
    lookupOnly: request.lookupOnly ?? false,
    warn,
    limits: { requestMs },
    drainMs: toMilliseconds(config.uploadTimeout ?? DEFAULT_TIMEOUT_S),
  };
  return (landing) => new RemoteTier(options, landing);
}

type Opened = Pick<RemoteTierOptions, 'backend' | 'origin'>;

type Opening = RemoteRequest & Pick<Keys, 'trustedKeys'> & { readonly setting: string; readonly requestMs: number };

async function openBackend(address: string, request: Opening): Promise<Result<Opened, RemoteFailure>> {
  const { setting, environment, requestMs } = request;
  const invalid = (detail: string): Result<Opened, RemoteFailure> =>
    fail({ code: 'remote/invalid-url', setting, detail });
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined) return invalid('it is not a URL');
  if (url.username !== '' || url.password !== '') return invalid('a credential in it (that belongs in TR_TOKEN)');
  const origin = `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`;
  if (url.protocol === 's3:') {
    const backend = await openBucket(url, request);
    return backend.ok ? ok({ backend: backend.value, origin }) : invalid(backend.failure);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return invalid(`the protocol \`${url.protocol}\``);
  const proxy = await findProxy(url, environment);
  if (!proxy.ok) return proxy;
  const backend = createHttpBackend({
    url,
    token: findToken(environment),
    userAgent: `tr/${VERSION}`,
    stallMs: Math.min(STALL_MS, requestMs),
    proxy: proxy.value,
  });
  return ok({ backend, origin });
}

/** The token, looked for when the server is asked first: no other run has anything to do with it, nor with its next value. */
function findToken(environment: Readonly<Record<string, string>>): () => Promise<string | undefined> {
  let token: (() => Promise<string | undefined>) | undefined;
  return () => (token ??= openToken(environment))();
}

/** `TR_TOKEN`; else, where `TR_OIDC_AUDIENCE` is set, what a CI job is given to show who it is. */
function openToken(environment: Readonly<Record<string, string>>): () => Promise<string | undefined> {
  // Read from a file or pasted into a form, it has a line feed behind it.
  const own = environment['TR_TOKEN']?.trim() || undefined;
  const audience = environment['TR_OIDC_AUDIENCE'];
  const url = environment['ACTIONS_ID_TOKEN_REQUEST_URL'];
  const credential = environment['ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
  if (own !== undefined || !audience || !url || !credential) return () => Promise.resolve(own);
  return createJobToken({ url, credential, audience, getJson, now: () => performance.now() });
}

/** What `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say, in capitals or not; undefined = no proxy. */
async function findProxy(
  url: URL,
  environment: Readonly<Record<string, string>>,
): Promise<Result<string | undefined, RemoteFailure>> {
  if (!Object.keys(environment).some((name) => /^(?:https?|all)_proxy$/i.test(name))) return ok(undefined);
  const { getProxyForUrl } = await import('proxy-from-env');
  const proxy = getProxyForUrl(url.href);
  if (proxy === '') return ok(undefined);
  if (URL.canParse(proxy) && /^https?:$/.test(new URL(proxy).protocol)) return ok(proxy);
  return fail({ code: 'remote/invalid-proxy', variable: `${url.protocol.slice(0, -1).toUpperCase()}_PROXY` });
}

/** The scopes of a bucket are a convention: whoever may write to it may write all of them. */
async function openBucket(
  url: URL,
  { config, requestMs, trustedKeys }: Opening,
): Promise<Result<RemoteBackend, string>> {
  const { openS3Stores, parseS3Url } = await import('@tr/store-s3');
  const location = parseS3Url(url);
  if (!location.ok) return fail(location.failure);
  const scope = config.scope ?? 'main';
  const stores = openS3Stores(location.value, { requestMs });
  const backend = createStoreBackend({
    ...stores,
    scope,
    parents: scope === 'main' ? [] : ['main'],
    trustedKeys,
    now: () => Date.now(),
  });
  return ok({ ...backend, close: () => stores.close() });
}

/** What to sign with, and whose signatures count. */
export interface Keys {
  readonly signingKey: SigningKey | undefined;
  readonly trustedKeys: TrustedKeys | undefined;
}

/** Reads `TR_SIGNING_KEY` and `remoteCache.publicKeys`. */
export function readKeys(
  config: RemoteCacheConfig,
  environment: Readonly<Record<string, string>>,
): Result<Keys, RemoteFailure> {
  const text = environment['TR_SIGNING_KEY'] || undefined;
  const signingKey = text === undefined ? undefined : parseSigningKey(text);
  if (text !== undefined && signingKey === undefined)
    return fail({ code: 'remote/invalid-key', setting: 'TR_SIGNING_KEY' });
  const trustedKeys = config.publicKeys === undefined ? undefined : parseTrustedKeys(config.publicKeys);
  if (trustedKeys?.ok === false) return fail({ code: 'remote/invalid-key', setting: 'remoteCache.publicKeys' });
  if (config.signature === true && trustedKeys === undefined) return fail({ code: 'remote/no-public-keys' });
  return ok({ signingKey, trustedKeys: trustedKeys?.value });
}

/** 0 seconds is no limit. */
function toMilliseconds(seconds: number): number {
  return seconds === 0 ? FOREVER_MS : Math.min(seconds * 1000, FOREVER_MS);
}
