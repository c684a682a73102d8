import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { ByteRange, Entry } from '@tr/store';
import type { CacheSession, PourTarget } from '../session/cache-session.js';
import { LENT_BYTES, LentBuffers } from './lent-buffers.js';

/** A body to send, always with its length. */
export interface EntryAnswer {
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly range?: ByteRange;
}

/** Bodies of entries to send one after the other. */
export interface SentParts {
  /** Bytes before the first. */
  readonly head: Uint8Array;
  readonly parts: readonly SentPart[];
}

interface SentPart {
  readonly entry: Entry;
  readonly range: ByteRange;
}

/** Where the bytes come from. */
interface PouredParts extends SentParts {
  readonly pour: CacheSession['pour'];
}

/** When all lent buffers are in use. */
const SMALL_BUFFER = 64 * 1024;
const NOTHING = new Uint8Array();

const buffers = new LentBuffers();

/** Sends the body of an entry (only its headers for HEAD) with `Content-Length`: some clients refuse chunked answers. */
export async function sendEntry(
  reply: FastifyReply,
  { session, entry }: { readonly session: CacheSession; readonly entry: Entry },
  answer: EntryAnswer,
): Promise<FastifyReply> {
  const range = answer.range ?? { start: 0, end: entry.body.size - 1 };
  void reply.headers({ ...answer.headers, 'content-type': answer.contentType });
  if (reply.request.method === 'HEAD') {
    void reply.header('content-length', String(range.end - range.start + 1));
    // The framework would take the length of an empty answer for that of the body; of a stream it takes none.
    return reply.send(Readable.from([]));
  }
  if (entry.inline !== undefined) return reply.send(viewOf(entry.inline.subarray(range.start, range.end + 1)));
  const held = answer.range === undefined && !reply.raw.destroyed ? session.hold(entry) : undefined;
  if (held === undefined) {
    const pour: CacheSession['pour'] = async (...asked) => await session.pour(...asked);
    return await sendRead(reply, { pour, head: NOTHING, parts: [{ entry, range }] });
  }
  reply.raw.once('close', () => held.giveBack());
  return reply.send(viewOf(held.bytes));
}

/** The whole bodies of entries, for {@link sendParts}. */
export function wholeParts(entries: readonly Entry[]): SentParts['parts'] {
  return entries.map((entry) => ({ entry, range: { start: 0, end: entry.body.size - 1 } }));
}

/**
 * Sends bodies, with their length. Small answers are read as a whole before anything is sent, so trouble with them is still
 * an error answer; others break off where the trouble is. Memory: one buffer.
 */
export async function sendParts(reply: FastifyReply, session: CacheSession, sent: SentParts): Promise<FastifyReply> {
  return await sendRead(reply, {
    ...sent,
    pour: async (entry, range, out) => await pourHeld(session, { entry, range }, out),
  });
}

/** A body from memory where it is there, else from the store. */
async function pourHeld(session: CacheSession, { entry, range }: SentPart, out: PourTarget): Promise<void> {
  const held = range.start === 0 && range.end === entry.body.size - 1 ? session.hold(entry) : undefined;
  if (held === undefined) return await session.pour(entry, range, out);
  try {
    await out.sink(held.bytes);
  } finally {
    held.giveBack();
  }
}

async function sendRead(reply: FastifyReply, sent: PouredParts): Promise<FastifyReply> {
  const length = sent.parts.reduce((sum, { range }) => sum + range.end - range.start + 1, sent.head.length);
  void reply.header('content-length', String(length));
  // Two hold it: the one that reads from the store, and the response.
  const lent = reply.raw.destroyed ? undefined : buffers.lend(2);
  if (lent !== undefined) reply.raw.once('close', () => lent.giveBack());
  try {
    if (lent !== undefined && length <= LENT_BYTES)
      return reply.send(lent.bytes.subarray(0, await gather(lent.bytes, sent)));
    await sendLarge(reply, { ...sent, buffer: lent?.bytes ?? Buffer.allocUnsafeSlow(SMALL_BUFFER) });
    return reply;
  } finally {
    lent?.giveBack();
  }
}

async function sendLarge(reply: FastifyReply, sent: PouredParts & { readonly buffer: Buffer }): Promise<void> {
  reply.hijack();
  reply.raw.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders);
  try {
    await stream(reply.raw, sent);
    reply.raw.end();
  } catch (error) {
    reply.raw.destroy(error instanceof Error ? error : undefined);
  }
}

/** Fills the buffer; returns how far. */
async function gather(buffer: Buffer, { head, parts, pour }: PouredParts): Promise<number> {
  buffer.set(head);
  let filled = head.length;
  for (const { entry, range } of parts) {
    const rest = buffer.subarray(filled, filled + range.end - range.start + 1);
    let at = 0;
    await pour(entry, range, {
      buffer: rest,
      sink: (chunk) => {
        if (chunk.buffer !== rest.buffer) rest.set(chunk, at);
        at += chunk.length;
      },
    });
    filled += at;
  }
  return filled;
}

async function stream(
  response: ServerResponse,
  { head, parts, buffer, pour }: PouredParts & { readonly buffer: Buffer },
): Promise<void> {
  let giveUp: (() => void) | undefined;
  response.once('close', () => giveUp?.());
  // Until the bytes have left this process: the buffer is used again.
  const write = (chunk: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      giveUp = () => reject(new Error('the client went away'));
      if (response.destroyed) giveUp();
      else response.write(chunk, (error) => (error instanceof Error ? reject(error) : resolve()));
    });
  if (head.length > 0) await write(head);
  for (const { entry, range } of parts) await pour(entry, range, { buffer, sink: write });
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
