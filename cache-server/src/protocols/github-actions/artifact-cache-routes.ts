import { randomInt } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ListedEntry } from '@tr/store';
import { Problem } from '../../http/problem.js';
import { bodyStream, readJson } from '../../http/read-body.js';
import type { CacheSession } from '../../session/cache-session.js';
import type { ProtocolHost } from '../protocol.js';
import { toSignedUrl } from './blob-grant.js';
import { doneKey, pieceKey, reservedKey } from './entry-names.js';
import { findNearest, isOwn } from './find-nearest.js';
import { isName, readName, toRecord } from './read-name.js';

const SERVICE = '/_apis/artifactcache';
const MAX_KEYS = 17;
const MAX_PIECES = 50_000;
const RANGE = /^bytes (\d{1,15})-(\d{1,15})\/(?:\*|\d{1,15})$/;
interface UploadRequest {
  readonly Params: { readonly id: string };
}

/**
 * Version 1 of the service, which `@actions/cache` up to 3 speaks: reserve a number for a key, send pieces under it in any
 * order, commit. What was reserved and sent lies in the stores, so that any replica can go on with it.
 */
export function addArtifactCacheRoutes(app: FastifyInstance, host: ProtocolHost): void {
  app.get(`${SERVICE}/cache`, async (request, reply) => await answerLookup(host, request, reply));
  app.post(`${SERVICE}/caches`, async (request, reply) => {
    const name = readName(await readJson(request));
    const session = host.session(request);
    if (!session.identity.mayWrite) throw new Problem('read-only');
    if (isOwn(session, await session.find(doneKey(name.version, name.key)))) throw new Problem('already-exists');
    return await reply.code(201).send({ cacheId: await reserve(session, name) });
  });
  app.patch<UploadRequest>(`${SERVICE}/caches/:id`, async (request, reply) => {
    const session = host.session(request);
    const { size } = await findReserved(session, request.params.id);
    if (size !== undefined) throw new Problem('not-found');
    const { start, length } = readRange(request.headers['content-range']);
    await session.write(pieceKey(request.params.id, start), bodyStream(request), { mode: 'replace', length });
    return await reply.code(204).send();
  });
  app.post<UploadRequest>(`${SERVICE}/caches/:id`, async (request, reply) => {
    const { size } = toRecord(await readJson(request));
    await commit(host.session(request), request.params.id, size);
    return await reply.code(204).send();
  });
}

async function answerLookup(host: ProtocolHost, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { keys, version } = request.query as Readonly<Record<string, unknown>>;
  const [key, ...restoreKeys] = typeof keys === 'string' ? keys.split(',') : [];
  if (!isName(key) || !isName(version) || restoreKeys.length >= MAX_KEYS)
    throw new Problem('bad-request', 'keys and version');
  const found = await findNearest(host.session(request), { key, version, restoreKeys: restoreKeys.filter(isName) });
  if (found === undefined) return await reply.code(204).send();
  return await reply.send({
    cacheKey: found.name.key,
    archiveLocation: toSignedUrl(host, request, { use: 'download', version, key: found.name.key }),
    scope: found.name.scope,
    creationTime: new Date(found.createdAt).toISOString(),
  });
}

/** A number nobody has, for a key. */
async function reserve(
  session: CacheSession,
  name: { readonly key: string; readonly version: string },
): Promise<number> {
  const body = Buffer.from(JSON.stringify(name));
  for (;;) {
    const id = randomInt(1, 2 ** 47);
    if ((await session.write(reservedKey(String(id)), body)).outcome === 'stored') return id;
  }
}

interface Reserved {
  readonly key: string;
  readonly version: string;
  /** Of what was committed; undefined until then. */
  readonly size: unknown;
}

async function findReserved(session: CacheSession, id: string): Promise<Reserved> {
  const reserved = await tryFindReserved(session, id);
  if (reserved === undefined) throw new Problem('not-found');
  return reserved;
}

async function tryFindReserved(session: CacheSession, id: string): Promise<Reserved | undefined> {
  const entry = /^\d{1,15}$/.test(id) ? await session.find(reservedKey(id)) : undefined;
  if (entry === undefined || !isOwn(session, entry)) return undefined;
  const body = toRecord(JSON.parse(Buffer.from(await session.readBytes(entry)).toString('utf8')));
  return { ...readName(body), size: body['size'] };
}

function readRange(header: unknown): { readonly start: number; readonly length: number } {
  const [, from, to] = (typeof header === 'string' ? RANGE.exec(header) : undefined) ?? [];
  const [start, end] = [Number(from), Number(to)];
  if (from === undefined || end < start) throw new Problem('bad-request', 'a range of another form');
  return { start, length: end - start + 1 };
}

/** Whoever did not get the answer asks again, be it while that is under way, and is told the same. */
async function commit(session: CacheSession, id: string, size: unknown): Promise<void> {
  const reserved = await findReserved(session, id);
  if (isCommitted(reserved, size)) return;
  try {
    await join(session, { ...reserved, id, size });
  } catch (error) {
    const now = await tryFindReserved(session, id);
    if (now === undefined || !isCommitted(now, size)) throw error;
  }
}

function isCommitted({ size: committed }: Reserved, size: unknown): boolean {
  if (committed !== undefined && committed !== size) throw new Problem('bad-length');
  return committed !== undefined;
}

async function join(
  session: CacheSession,
  { id, key, version, size }: Reserved & { readonly id: string },
): Promise<void> {
  const pieces = await listPieces(session, id);
  const length = pieces.reduce((sum, { body }) => sum + body.size, 0);
  if (length !== size) throw new Problem('bad-length');
  const { outcome } = await session.write(doneKey(version, key), session.readListed(pieces), { length });
  if (outcome === 'stored') {
    const body = Buffer.from(JSON.stringify({ key, version, size }));
    await session.write(reservedKey(id), body, { mode: 'replace' });
  } else if ((await findReserved(session, id)).size === undefined) await session.remove(reservedKey(id));
  for (const { name } of pieces) await session.remove(name);
  if (outcome === 'kept') throw new Problem('already-exists');
}

/** The pieces of an upload, in order. Throws when one is missing between them. */
async function listPieces(session: CacheSession, id: string): Promise<readonly ListedEntry[]> {
  const own = (await session.list(pieceKey(id, 0).instance)).filter((entry) => isOwn(session, entry));
  if (own.length > MAX_PIECES) throw new Problem('too-large');
  const pieces = own.toSorted((a, b) => Number(a.name.key) - Number(b.name.key));
  let end = 0;
  for (const { name, body } of pieces) {
    if (Number(name.key) !== end) throw new Problem('bad-request', 'a piece is missing');
    end += body.size;
  }
  return pieces;
}
