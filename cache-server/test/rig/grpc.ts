import { once } from 'node:events';
import { connect } from 'node:http2';
import { sha256 } from '@tr/hash';
import { writeFields } from '../../src/protocols/wire.js';
import { joinFrame, readFrames } from '../../src/server/grpc-frames.js';
import type { TestServer } from './server.js';

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
