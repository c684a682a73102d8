import type { Readable } from 'node:stream';
import { Problem } from '../http/problem.js';

/** Flag and length before each message. */
const HEAD_BYTES = 5;
/** A little above the largest batch that we announce, bytes. */
const MAX_MESSAGE_BYTES = 5 * 1024 * 1024;

/** The messages of a gRPC stream. Throws a problem for one that is too large, compressed or cut off. */
export async function* readFrames(stream: Readable): AsyncIterable<Uint8Array> {
  let chunks: Buffer[] = [];
  let size = 0;
  const join = (): Buffer => {
    const only = chunks.length === 1 ? chunks[0] : undefined;
    return only ?? Buffer.concat(chunks);
  };
  let wanted = HEAD_BYTES;
  for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size < wanted) continue;
    let joined = join();
    for (;;) {
      wanted = joined.length < HEAD_BYTES ? HEAD_BYTES : HEAD_BYTES + lengthOf(joined);
      if (joined.length < wanted) break;
      yield joined.subarray(HEAD_BYTES, wanted);
      joined = joined.subarray(wanted);
    }
    chunks = [joined];
    size = joined.length;
  }
  if (size > 0) throw new Problem('bad-length', 'half a message');
}

/** A message with its head. */
export function joinFrame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function lengthOf(head: Buffer): number {
  if (head[0] !== 0) throw new Problem('bad-request', 'a compressed message');
  const length = head.readUInt32BE(1);
  if (length > MAX_MESSAGE_BYTES) throw new Problem('too-large');
  return length;
}
