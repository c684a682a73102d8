import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sha256 } from '@tr/hash';
import { withoutBody, type ListedEntry } from '@tr/store';
import { Problem } from '../../http/problem.js';
import { parseRange } from '../../http/range.js';
import { announcedLength, bodyStream, readSmallBody } from '../../http/read-body.js';
import { sendEntry } from '../../http/send.js';
import type { CacheSession } from '../../session/cache-session.js';
import type { ProtocolHost } from '../protocol.js';
import { BLOB_PATH, openGrant, type BlobGrant } from './blob-grant.js';
import { blockKey, doneKey, stagedKey } from './entry-names.js';
import { isOwn } from './find-nearest.js';

const MAX_BLOCK_LIST_BYTES = 8 * 1024 * 1024;
const MAX_BLOCKS = 50_000;
const isPublic = { config: { isPublic: true } } as const;

/** Upload and download of bodies, by signed URL instead of login. */
export function addBlobRoutes(app: FastifyInstance, host: ProtocolHost): void {
  app.get(BLOB_PATH, isPublic, async (request, reply) => await download(host, request, reply));
  app.put(BLOB_PATH, isPublic, async (request, reply) => {
    const { grant, session } = openGrant(host, request, 'upload');
    const { comp, blockid } = request.query as Readonly<Record<string, unknown>>;
    if (comp === 'block' && typeof blockid === 'string') await putBlock(session, { grant, request, blockid });
    else if (comp === 'blocklist') await joinBlocks(session, { grant, request });
    else if (comp === undefined) await putWhole(session, { grant, request });
    else throw new Problem('bad-request', 'an unknown component');
    return await reply
      .code(201)
      .headers({ ...azureHeaders(request), etag: '"stored"', 'last-modified': new Date(host.now()).toUTCString() })
      .send('');
  });
}

/** What every answer of Azure has: BuildKit's client ends with a bug of its own where there is no id. */
function azureHeaders({ id }: FastifyRequest): Readonly<Record<string, string>> {
  return { 'x-ms-request-id': id, 'x-ms-version': '2020-04-08' };
}

async function download(host: ProtocolHost, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { grant, session } = openGrant(host, request, 'download');
  const entry = await session.find(doneKey(grant.version, grant.key));
  if (entry === undefined) throw new Problem('not-found');
  const header = request.headers['x-ms-range'] ?? request.headers.range;
  const range = typeof header === 'string' ? parseRange(header, entry.body.size) : undefined;
  if (range !== undefined) void reply.code(206);
  const { size, hash } = entry.body;
  return await sendEntry(
    reply,
    { session, entry },
    {
      contentType: 'application/octet-stream',
      headers: {
        etag: `"${hash.slice(0, 32)}"`,
        'last-modified': new Date(entry.createdAt).toUTCString(),
        'accept-ranges': 'bytes',
        ...azureHeaders(request),
        'x-ms-blob-type': 'BlockBlob',
        ...(range === undefined ? {} : { 'content-range': `bytes ${range.start}-${range.end}/${size}` }),
      },
      ...(range === undefined ? {} : { range }),
    },
  );
}

interface Upload {
  readonly grant: BlobGrant;
  readonly request: FastifyRequest;
}

async function putWhole(session: CacheSession, { grant, request }: Upload): Promise<void> {
  const length = announcedLength(request);
  await session.write(stagedKey(grant.version, grant.key), bodyStream(request), { mode: 'replace', length });
}

async function putBlock(
  session: CacheSession,
  { grant, request, blockid }: Upload & { readonly blockid: string },
): Promise<void> {
  const length = announcedLength(request);
  const key = blockKey(grant, blockid);
  await session.write(key, bodyStream(request), { mode: 'replace', length });
}

async function joinBlocks(session: CacheSession, { grant, request }: Upload): Promise<void> {
  const list = (await readSmallBody(request, MAX_BLOCK_LIST_BYTES)).toString('utf8');
  const ids = [...list.matchAll(/<(?:Latest|Uncommitted|Committed)>([A-Za-z0-9+/=]{1,256})<\//g)].map(
    ([, id]) => id ?? '',
  );
  if (ids.length === 0 || ids.length > MAX_BLOCKS) throw new Problem('bad-request', 'a block list');
  const staged = stagedKey(grant.version, grant.key);
  const joined = sha256(JSON.stringify([grant.id, ids]));
  // Without their bodies: small ones lie in their entries, and there may be many.
  const blocks: ListedEntry[] = [];
  for (const id of ids) {
    const block = await session.find(blockKey(grant, id));
    if (block !== undefined && isOwn(session, block)) blocks.push(withoutBody(block));
    // Whoever did not get the answer to this list sends it again.
    else if ((await session.find(staged))?.facts['joined'] === joined) return;
    else throw new Problem('bad-request', 'a block is missing');
  }
  const length = blocks.reduce((sum, { body }) => sum + body.size, 0);
  await session.write(staged, session.readListed(blocks), { mode: 'replace', length, facts: { joined } });
  for (const id of new Set(ids)) await session.remove(blockKey(grant, id));
}
