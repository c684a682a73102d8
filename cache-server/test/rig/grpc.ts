import { once } from 'node:events';
import { connect } from 'node:http2';
import { sha256 } from '@tr/hash';
import { writeFields } from '../../src/protocols/wire.js';
import { readFrames } from '../../src/server/grpc-frames.js';
import type { TestServer } from './server.js';

/** The remote execution API; behind it `.<service>/<method>`. */
export const V2 = '/build.bazel.remote.execution.v2';
export const BYTE_STREAM = '/google.bytestream.ByteStream';
/** Numbers of gRPC for how a call went. */
export const STATUS = { fine: 0, invalid: 3, notFound: 5, exhausted: 8, unimplemented: 12 } as const;
/** The largest message that clients take, bytes. */
export const CLIENTS_LIMIT = 4 * 1024 * 1024;

/** A message with its head: a flag, and four bytes with its length. */
export function joinFrame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** What a call met. */
export interface GrpcAnswer {
  /** gRPC's number; 0 = fine. */
  readonly status: number;
  readonly messages: readonly Uint8Array[];
}

/** A call over gRPC with a token. */
export async function callGrpc(
  server: TestServer,
  call: { readonly path: string; readonly token: string; readonly messages: readonly Uint8Array[] },
): Promise<GrpcAnswer> {
  const client = connect(server.url);
  try {
    const stream = client.request({
      ':method': 'POST',
      ':path': call.path,
      'content-type': 'application/grpc',
      authorization: `Bearer ${call.token}`,
    });
    let status = -1;
    const note = (headers: Readonly<Record<string, unknown>>): void => {
      if (headers['grpc-status'] !== undefined) status = Number(headers['grpc-status']);
    };
    stream.on('response', note).on('trailers', note);
    const closed = once(stream, 'close');
    for (const message of call.messages) stream.write(joinFrame(message));
    stream.end();
    const messages: Uint8Array[] = [];
    for await (const message of readFrames(stream)) messages.push(message);
    await closed;
    return { status, messages };
  } finally {
    client.destroy();
  }
}

/** The `Digest` message of a content. */
export function digestOf(content: Uint8Array): Buffer {
  return writeFields([
    [1, sha256(content)],
    [2, content.length],
  ]);
}

/** A name and the digest of a content: what a node of a `Directory`, or an output file, begins with. */
export function nodeOf(name: string, content: Uint8Array): Buffer {
  return writeFields([
    [1, name],
    [2, digestOf(content)],
  ]);
}
