import { parseJsonBytes } from '@tr/hash';
import { ok, type ActionKey, type Digest } from '@tr/model';
import {
  entryPathOf,
  MAX_FRAME_HEADER,
  MAX_REQUEST_BYTES,
  parseChunkList,
  parseLookupHeader,
  parseMissingAnswer,
  parsePutAnswer,
  PATHS,
  toChunkList,
  toLookupRequest,
} from '@tr/protocol';
import type { Chunk } from '@tr/transport';
import {
  MAX_ENTRIES_IN_MEMORY,
  trouble,
  type RemoteBackend,
  type RemoteResult,
  type RemoteTrouble,
} from '../remote-backend.js';
import { createExchanger, STALL_MS, type Exchange, type Exchanger } from './exchange.js';

/** A cache server and how to greet it. */
export interface HttpBackendOptions {
  /** `http(s)://host[:port][/prefix]`. */
  readonly url: URL;
  /** Asked for each request, since it may end; undefined = no credential. Does not reject. */
  readonly token: () => Promise<string | undefined>;
  readonly userAgent: string;
  readonly stallMs?: number;
  /** `http(s)://[user:password@]host[:port]`: requests go through it. */
  readonly proxy?: string | undefined;
}

/** Answers are about as large as requests; a lookup of many keys has a header too. */
const MAX_ANSWER_BYTES = MAX_REQUEST_BYTES + 1024 * 1024;

/** The own protocol of `tr` over HTTP/1.1 with kept connections. */
export function createHttpBackend(options: HttpBackendOptions): RemoteBackend {
  return new HttpBackend(options);
}

class HttpBackend implements RemoteBackend {
  readonly #options: HttpBackendOptions;
  #exchanger: ReturnType<typeof createExchanger> | undefined;

  constructor(options: HttpBackendOptions) {
    this.#options = options;
  }

  async lookup(
    keys: readonly ActionKey[],
    signal: AbortSignal,
  ): Promise<RemoteResult<ReadonlyMap<ActionKey, Uint8Array>>> {
    const answer = await this.#post(PATHS.lookup, [Buffer.from(toLookupRequest(keys))], signal);
    if (!answer.ok) return answer;
    const alone: ActionKey[] = [];
    const entries = readFrame(answer.value.body, (take, header) => {
      const slots = parseLookupHeader(header, keys.length);
      if (slots === undefined) return undefined;
      const found = new Map<ActionKey, Uint8Array>();
      for (const [at, key] of keys.entries()) {
        const slot = slots[at];
        if (slot === 'alone') alone.push(key);
        else if (typeof slot === 'number') found.set(key, take(slot));
      }
      return found;
    });
    if (!entries.ok) return entries;
    let room = MAX_ENTRIES_IN_MEMORY;
    for (const key of alone) {
      if (room <= 0) break;
      const entry = await this.#send({ method: 'GET', path: entryPathOf(key), signal });
      if (!entry.ok) return entry;
      if (entry.value.status === 404) continue;
      entries.value.set(key, entry.value.body);
      room -= entry.value.body.length;
    }
    return entries;
  }

  async findMissing(chunks: readonly Digest[], signal: AbortSignal): Promise<RemoteResult<readonly Digest[]>> {
    const answer = await this.#post(PATHS.missingChunks, [Buffer.from(toChunkList(chunks))], signal);
    if (!answer.ok) return answer;
    const missing = parseMissingAnswer(parseJsonBytes(answer.value.body), chunks.length);
    if (missing === undefined) return trouble('broken', 'an answer that makes no sense');
    return ok(missing.flatMap((at) => chunks[at] ?? []));
  }

  async getChunks(
    chunks: readonly Digest[],
    signal: AbortSignal,
  ): Promise<RemoteResult<readonly (Uint8Array | undefined)[]>> {
    const answer = await this.#post(PATHS.getChunks, [Buffer.from(toChunkList(chunks))], signal);
    if (!answer.ok) return answer;
    const found = readFrame(answer.value.body, (take, header) => {
      const list = parseChunkList(header);
      if (list === undefined) return undefined;
      const bytes = new Map<string, Uint8Array>();
      for (const { hash, size } of list) bytes.set(hash, take(size));
      return bytes;
    });
    return found.ok ? ok(chunks.map(({ hash }) => found.value.get(hash))) : found;
  }

  async putChunks(chunks: readonly Chunk[], signal: AbortSignal): Promise<RemoteResult<undefined>> {
    const body = [Buffer.from(`${toChunkList(chunks)}\n`), ...chunks.map(({ bytes }) => bytes)];
    const answer = await this.#post(PATHS.putChunks, body, signal);
    return answer.ok ? ok(undefined) : toWriteTrouble(answer);
  }

  async putEntry(key: ActionKey, bytes: Uint8Array, signal: AbortSignal): Promise<RemoteResult<'stored' | 'kept'>> {
    const answer = await this.#send({ method: 'PUT', path: entryPathOf(key), body: [bytes], signal });
    if (!answer.ok) return toWriteTrouble(answer);
    const outcome = parsePutAnswer(parseJsonBytes(answer.value.body));
    return outcome === undefined ? trouble('broken', 'an answer that makes no sense') : ok(outcome);
  }

  async close(): Promise<void> {
    const exchanger = await this.#exchanger;
    exchanger?.close();
  }

  async #post(path: string, body: readonly Uint8Array[], signal: AbortSignal): Promise<RemoteResult<Exchange>> {
    const answer = await this.#send({ method: 'POST', path, body, signal });
    if (answer.ok && answer.value.status === 404) return trouble('misplaced', 'it does not speak this protocol');
    return answer;
  }

  /** An answer with status 2xx or 404. */
  async #send(request: {
    readonly method: 'GET' | 'POST' | 'PUT';
    readonly path: string;
    readonly body?: readonly Uint8Array[];
    readonly signal: AbortSignal;
  }): Promise<RemoteResult<Exchange>> {
    const { url, userAgent, stallMs = STALL_MS, proxy } = this.#options;
    const token = await this.#options.token();
    // A header can have nothing else; whoever put it there is told, and not by a crash.
    if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
      return trouble('refused', 'the token has characters that no token has');
    this.#exchanger ??= createExchanger({ origin: url, stallMs, proxy });
    const { exchange }: { readonly exchange: Exchanger } = await this.#exchanger;
    const answer = await exchange({
      method: request.method,
      url: new URL(`${url.pathname.replace(/\/+$/, '')}${request.path}`, url),
      headers: {
        'user-agent': userAgent,
        'content-type': 'application/octet-stream',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(request.body === undefined ? {} : { body: request.body }),
      limit: MAX_ANSWER_BYTES,
      signal: request.signal,
    });
    if (answer.ok && answer.value.status === 401 && token === undefined)
      return trouble('refused', 'it asks for a token, and there is none');
    return answer.ok ? judge(answer.value) : answer;
  }
}

const FORBIDDEN = 'it answered with status 403';

/** Who is known but may not write may still read. */
function toWriteTrouble(answer: { readonly ok: false; readonly failure: RemoteTrouble }): ReturnType<typeof trouble> {
  const { kind, detail } = answer.failure;
  return kind === 'refused' && detail === FORBIDDEN ? trouble('read-only', detail) : answer;
}

function judge(exchange: Exchange): RemoteResult<Exchange> {
  const { status, retryAfterMs, isPage } = exchange;
  // A login in front of the server, or of the network. Its words for trouble are pages too, but their status says more.
  if (isPage && status >= 200 && status < 300)
    return trouble(
      'misplaced',
      'it answers with a web page, such as that of a login, and does not speak this protocol',
    );
  if ((status >= 200 && status < 300) || status === 404) return ok(exchange);
  const detail = `it answered with status ${status}`;
  if (status >= 300 && status < 400)
    return trouble('misplaced', `it redirects (status ${status}), which is not followed: use the address it leads to`);
  if (status === 401) return trouble('refused', detail);
  if (status === 403) return trouble('refused', FORBIDDEN);
  if (status === 429 || (status >= 500 && status !== 501 && status !== 505 && status !== 507))
    return trouble('busy', detail, retryAfterMs);
  return trouble('rejected', detail);
}

/**
 * Reads a framed body: its header, then pieces of it, which are not copied. Undefined from `read` means that the header makes
 * no sense.
 */
function readFrame<T>(
  body: Buffer,
  read: (take: (length: number) => Buffer, header: unknown) => T | undefined,
): RemoteResult<T> {
  const end = body.indexOf(0x0a);
  if (end > MAX_FRAME_HEADER) return trouble('broken', 'a line that is too long');
  if (end === -1) return trouble('broken', 'a stream that ends in its first line');
  let left = body.subarray(end + 1);
  let isCut = false;
  const take = (length: number): Buffer => {
    const taken = left.subarray(0, length);
    isCut ||= taken.length < length;
    left = left.subarray(taken.length);
    return taken;
  };
  const value = read(take, parseJsonBytes(body.subarray(0, end)));
  if (isCut) return trouble('broken', 'a stream that is cut');
  if (left.length > 0) return trouble('broken', 'more bytes than announced');
  return value === undefined ? trouble('broken', 'an answer that makes no sense') : ok(value);
}
