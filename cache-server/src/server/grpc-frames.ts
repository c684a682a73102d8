import type { Readable, Writable } from 'node:stream';
import { GatheredBytes } from '@tr/protocol';
import { Problem } from '../http/problem.js';

/** Flag and length before each message. */
const HEAD_BYTES = 5;
/** A little above the largest batch that we announce, bytes. */
const MAX_MESSAGE_BYTES = 5 * 1024 * 1024;

/** The messages of a gRPC stream. Throws a problem for one that is too large, compressed or cut off. */
export async function* readFrames(stream: Readable): AsyncIterable<Uint8Array> {
  let begun = new GatheredBytes();
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      for (let rest = chunk; rest.length > 0;) {
        const wanted = wantedOf(begun.size > 0 ? begun.bytes : rest);
        const part = rest.subarray(0, wanted - begun.size);
        rest = rest.subarray(part.length);
        // Most are whole in a chunk.
        const frame = part.length === wanted ? part : gather(begun, part, wanted);
        if (frame.length < wantedOf(frame)) continue;
        yield frame.subarray(HEAD_BYTES);
        begun = new GatheredBytes();
      }
    }
  } catch (error) {
    throw isGone(error) ? new Problem('bad-length', 'the client broke off') : error;
  }
  if (begun.size > 0) throw new Problem('bad-length', 'half a message');
}

function gather(begun: GatheredBytes, part: Uint8Array, wanted: number): Buffer {
  begun.add(part, wanted);
  return begun.bytes;
}

/** How many bytes there are to be, of a message that begins so; of its head, as long as that is not known. */
function wantedOf(begin: Buffer): number {
  return begin.length < HEAD_BYTES ? HEAD_BYTES : HEAD_BYTES + lengthOf(begin);
}

/** What a stream says when the other side has left. */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

/** Writes a message with its head, without a copy of it; false as of the stream. */
export function writeFrame(stream: Writable, message: Uint8Array): boolean {
  stream.cork();
  stream.write(headOf(message));
  const isReady = stream.write(message);
  stream.uncork();
  return isReady;
}

function headOf(message: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(message.length, 1);
  return head;
}

function lengthOf(head: Buffer): number {
  if (head[0] !== 0) throw new Problem('bad-request', 'a compressed message');
  const length = head.readUInt32BE(1);
  if (length > MAX_MESSAGE_BYTES) throw new Problem('too-large');
  return length;
}
