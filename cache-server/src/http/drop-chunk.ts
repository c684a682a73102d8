import { MessageChannel } from 'node:worker_threads';

/** Smaller chunks are not worth the call, bytes. */
const WORTH_BYTES = 16 * 1024;

const { port1: closedPort } = new MessageChannel();
closedPort.close();

/**
 * Gives the memory of a chunk back at once; the chunk is empty from then on. Only for one that is whole its own buffer and that
 * nobody else holds; any other is left alone. Left to the garbage collector, the chunks of uploads (16 for each MiB) make it
 * take the heap apart some ten times a second, which costs more than receiving, hashing and writing them.
 *
 * What is transferred to a port is detached from its sender (HTML, "StructuredSerializeWithTransfer"), also where nobody is at
 * the other end; the message, and the memory with it, is gone when the call returns.
 */
export function dropChunk(chunk: Uint8Array): void {
  const { buffer } = chunk;
  const isWhole = chunk.length === buffer.byteLength && chunk.length >= WORTH_BYTES;
  if (isWhole && buffer instanceof ArrayBuffer) closedPort.postMessage(undefined, [buffer]);
}
