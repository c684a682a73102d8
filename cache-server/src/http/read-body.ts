import type { Readable } from 'node:stream';
import { GatheredBytes } from '@tr/protocol';
import type { BodySource } from '../session/cache-session.js';
import { dropChunk } from './drop-chunk.js';
import { letBodyCome } from './held-body.js';
import { iterateChunks } from './iterate-chunks.js';
import { Problem } from './problem.js';

/** Lists of keys and of chunks are the largest, bytes. */
const MAX_JSON_BYTES = 1024 * 1024;

/** A request as these functions need it. */
interface RequestWithBody {
  readonly raw: Readable;
}

/** The stream of a request's body. Leaving it early leaves the connection open, so that an answer can be sent. */
export function bodyStream(request: RequestWithBody): BodySource {
  // Node's parser gives each chunk a buffer of its own.
  return {
    [Symbol.asyncIterator]: () => {
      letBodyCome(request.raw);
      return iterateChunks(request.raw);
    },
    release: dropChunk,
    takeWhole: (length) => takeWhole(request.raw, length),
  };
}

/** Small bodies come with their headers: to wait for events of the stream costs more than all else about them. */
function takeWhole(stream: Readable, length: number): Uint8Array | undefined {
  const isUntouched = stream.readableFlowing === null && !stream.readableDidRead && !stream.destroyed;
  if (!isUntouched || stream.readableLength !== length) return undefined;
  letBodyCome(stream);
  return (stream.read() as Buffer | null) ?? Buffer.alloc(0);
}

/**
 * The announced length of a body that may also come in chunks, whose end shows by itself (undefined): older clients of Turborepo
 * send it so.
 */
export function expectedLength(request: { readonly headers: Readonly<Record<string, unknown>> }): number | undefined {
  return request.headers['transfer-encoding'] === 'chunked' ? undefined : announcedLength(request);
}

/** The announced length of a body. Throws when there is none. */
export function announcedLength(request: { readonly headers: Readonly<Record<string, unknown>> }): number {
  const header = request.headers['content-length'];
  if (typeof header !== 'string' || !/^[0-9]{1,15}$/.test(header)) throw new Problem('length-required');
  return Number(header);
}

/** A whole body of at most `limit` bytes. */
export async function readSmallBody(request: RequestWithBody, limit: number): Promise<Buffer> {
  const body = new GatheredBytes();
  for await (const chunk of bodyStream(request)) {
    if (body.size + chunk.length > limit) throw new Problem('too-large');
    body.add(chunk);
  }
  return body.bytes;
}

/** Takes a body of at most `limit` bytes that nobody wants. */
export async function passOver(request: RequestWithBody, limit: number): Promise<void> {
  let size = 0;
  for await (const chunk of bodyStream(request)) {
    size += chunk.length;
    if (size > limit) throw new Problem('too-large');
  }
}

/** A body of JSON, at most {@link MAX_JSON_BYTES}. What it holds is for the caller to check. */
export async function readJson(request: RequestWithBody): Promise<unknown> {
  const bytes = await readSmallBody(request, MAX_JSON_BYTES);
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new Problem('bad-request', 'not JSON');
  }
}
