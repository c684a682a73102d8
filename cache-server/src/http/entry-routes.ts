import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ByteRange } from '@tr/store';
import type { CacheSession, EntryKey, WriteOptions } from '../session/cache-session.js';
import { Problem } from './problem.js';
import { parseRange } from './range.js';
import { expectedLength, bodyStream } from './read-body.js';
import { sendEntry } from './send.js';

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Answers GET and HEAD of one entry: its body, or the part of it that is asked for, or 404. */
export async function answerGet(
  { request, reply }: Exchange,
  { session, key }: { readonly session: CacheSession; readonly key: EntryKey },
  contentType = 'application/octet-stream',
): Promise<FastifyReply> {
  const entry = await session.find(key);
  if (entry === undefined) throw new Problem('not-found');
  const { size, hash } = entry.body;
  const headers = { etag: `"${hash.slice(0, 32)}"`, 'accept-ranges': 'bytes' };
  const range = readRange(request, { size, etag: headers.etag });
  if (range === undefined) return await sendEntry(reply, { session, entry }, { contentType, headers });
  const part = { ...headers, 'content-range': `bytes ${range.start}-${range.end}/${size}` };
  return await sendEntry(reply.code(206), { session, entry }, { contentType, headers: part, range });
}

/**
 * The part that is asked for: who goes on with a body that broke off takes all of it for the rest. Undefined for the whole,
 * which is also what who has begun with another body gets.
 */
function readRange(
  { method, headers }: FastifyRequest,
  { size, etag }: { readonly size: number; readonly etag: string },
): ByteRange | undefined {
  const { range, 'if-range': begun } = headers;
  if (method !== 'GET' || typeof range !== 'string' || (begun !== undefined && begun !== etag)) return undefined;
  return parseRange(range, size);
}

/** Answers PUT of one entry with an empty 200, whether it is stored or one that was there first stays. */
export async function answerPut(
  exchange: Exchange,
  target: { readonly session: CacheSession; readonly key: EntryKey },
  options: Omit<WriteOptions, 'length'> = {},
): Promise<FastifyReply> {
  await target.session.write(target.key, bodyStream(exchange.request), {
    ...options,
    length: expectedLength(exchange.request),
  });
  return await exchange.reply.send('');
}
