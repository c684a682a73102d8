import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CacheSession, EntryKey, WriteOptions } from '../session/cache-session.js';
import { Problem } from './problem.js';
import { expectedLength, bodyStream } from './read-body.js';
import { sendEntry } from './send.js';

/** Answers GET and HEAD of one entry: its body, or 404. */
export async function answerGet(
  reply: FastifyReply,
  { session, key }: { readonly session: CacheSession; readonly key: EntryKey },
  contentType = 'application/octet-stream',
): Promise<FastifyReply> {
  const entry = await session.find(key);
  if (entry === undefined) throw new Problem('not-found');
  return await sendEntry(reply, { session, entry }, { contentType });
}

/** Answers PUT of one entry with an empty 200, whether it is stored or one that was there first stays. */
export async function answerPut(
  exchange: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  target: { readonly session: CacheSession; readonly key: EntryKey },
  options: Omit<WriteOptions, 'length'> = {},
): Promise<FastifyReply> {
  await target.session.write(target.key, bodyStream(exchange.request), {
    ...options,
    length: expectedLength(exchange.request),
  });
  return await exchange.reply.send('');
}
