import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { ByteRange, Entry } from '@tr/store';
import type { CacheSession } from '../session/cache-session.js';

/** A body to send, always with its length. */
export interface EntryAnswer {
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly range?: ByteRange;
}

/** Sends the body of an entry (only its headers for HEAD), streaming, with `Content-Length`: some clients refuse chunked answers. */
export function sendEntry(
  reply: FastifyReply,
  { session, entry }: { readonly session: CacheSession; readonly entry: Entry },
  answer: EntryAnswer,
): FastifyReply {
  const { range } = answer;
  const length = range === undefined ? entry.body.size : range.end - range.start + 1;
  void reply.headers({ ...answer.headers, 'content-type': answer.contentType, 'content-length': String(length) });
  // The framework would take the length of an empty answer for that of the body; of a stream it takes none.
  if (reply.request.method === 'HEAD') return reply.send(Readable.from([]));
  if (entry.inline !== undefined && range === undefined) return reply.send(Buffer.from(entry.inline));
  return reply.send(Readable.from(session.read(entry, range), { objectMode: false }));
}
