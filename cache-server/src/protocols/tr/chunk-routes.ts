import type { FastifyInstance } from 'fastify';
import type { Digest } from '@tr/model';
import {
  BrokenStreamError,
  ByteReader,
  MAX_FRAME_HEADER,
  MAX_REQUEST_BYTES,
  parseChunkList,
  parseJsonBytes,
  PATHS,
  toChunkList,
  toMissingAnswer,
} from '@tr/protocol';
import { Problem } from '../../http/problem.js';
import { announcedLength, bodyStream, readJson } from '../../http/read-body.js';
import { sendParts, wholeParts } from '../../http/send.js';
import type { ProtocolHost } from '../protocol.js';
import { ChunkWriter } from './chunk-writer.js';
import { chunkName } from './names.js';
import type { RecentChunks } from './recent-chunks.js';
import { whileBodiesGo } from './while-bodies-go.js';

/** Chunks by digest, in batches. */
export function registerChunkRoutes(app: FastifyInstance, host: ProtocolHost, recent: RecentChunks): void {
  const writer = new ChunkWriter();
  app.post(PATHS.missingChunks, async (request, reply) => {
    const chunks = toChunks(await readJson(request));
    const session = host.session(request);
    const found = await session.sizesOf(chunks.map(chunkName));
    const missing = chunks.flatMap(({ size }, at) => (found[at] === size ? [] : [at]));
    recent.note(
      session.identity,
      chunks.filter(({ size }, at) => found[at] === size),
    );
    return await reply.type('application/json').send(toMissingAnswer(missing));
  });

  app.post(PATHS.getChunks, async (request, reply) => {
    const chunks = toChunks(await readJson(request));
    if (totalSize(chunks) > MAX_REQUEST_BYTES) throw new Problem('too-large');
    const session = host.session(request);
    return await whileBodiesGo(async () => {
      const entries = await session.findAll(chunks.map(chunkName));
      const isThere = ({ size }: Digest, at: number): boolean => entries[at]?.body.size === size;
      const head = Buffer.from(`${toChunkList(chunks.filter(isThere))}\n`);
      const found = chunks.flatMap((chunk, at) => (isThere(chunk, at) ? (entries[at] ?? []) : []));
      return await sendParts(reply.type('application/octet-stream'), session, { head, parts: wholeParts(found) });
    });
  });

  app.post(PATHS.putChunks, async (request, reply) => {
    if (announcedLength(request) > MAX_REQUEST_BYTES + MAX_FRAME_HEADER) throw new Problem('too-large');
    const session = host.session(request);
    if (!session.identity.mayWrite) throw new Problem('read-only');
    const reader = new ByteReader(bodyStream(request));
    try {
      const chunks = toChunks(parseJsonBytes(await reader.line(MAX_FRAME_HEADER)));
      if (totalSize(chunks) > MAX_REQUEST_BYTES) throw new Problem('too-large');
      await writer.writeAll(chunks, {
        read: ({ size }) => reader.bytes(size),
        write: (chunk, bytes) => session.write(chunkName(chunk), bytes, { expected: chunk }),
      });
      await reader.end();
      recent.note(session.identity, chunks);
    } catch (error) {
      throw error instanceof BrokenStreamError ? new Problem('bad-length', error.message) : error;
    }
    return await reply.type('application/json').send('{}');
  });
}

function toChunks(value: unknown): readonly Digest[] {
  const chunks = parseChunkList(value);
  if (chunks === undefined) throw new Problem('bad-request', 'not a list of chunks');
  return chunks;
}

function totalSize(chunks: readonly Digest[]): number {
  return chunks.reduce((sum, { size }) => sum + size, 0);
}
