import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Entry } from '@tr/store';
import { Problem } from '../../http/problem.js';
import { readJson } from '../../http/read-body.js';
import type { CacheSession } from '../../session/cache-session.js';
import type { ProtocolHost } from '../protocol.js';
import { toSignedUrl } from './blob-grant.js';
import { doneKey, stagedKey } from './entry-names.js';

const SERVICE = '/twirp/github.actions.results.api.v1.CacheService';
const MAX_KEY_LENGTH = 512;
const MAX_RESTORE_KEYS = 16;

/** `CreateCacheEntry`, `FinalizeCacheEntryUpload`, `GetCacheEntryDownloadURL`. */
export function addServiceRoutes(app: FastifyInstance, host: ProtocolHost): void {
  app.post(`${SERVICE}/CreateCacheEntry`, async (request, reply) => {
    const { key, version } = readName(await readJson(request));
    const session = host.session(request);
    if (!session.identity.mayWrite) throw new Problem('read-only');
    if (isOwn(session, await session.find(doneKey(version, key)))) throw new Problem('already-exists');
    const url = toSignedUrl(host, request, { use: 'upload', version, key });
    return await reply.send({ ok: true, signed_upload_url: url });
  });
  app.post(`${SERVICE}/FinalizeCacheEntryUpload`, async (request, reply) => await finalize(host, request, reply));
  app.post(`${SERVICE}/GetCacheEntryDownloadURL`, async (request, reply) => {
    const body = await readJson(request);
    const { key, version } = readName(body);
    const found = await findNearest(host.session(request), { key, version, restoreKeys: readRestoreKeys(body) });
    if (found === undefined) return await reply.send({ ok: false, signed_download_url: '', matched_key: '' });
    const url = toSignedUrl(host, request, { use: 'download', version, key: found.name.key });
    return await reply.send({ ok: true, signed_download_url: url, matched_key: found.name.key });
  });
}

async function finalize(host: ProtocolHost, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const body = await readJson(request);
  const { key, version } = readName(body);
  const size = readSize(body);
  const session = host.session(request);
  const staged = await session.find(stagedKey(version, key));
  if (staged === undefined || !isOwn(session, staged)) throw new Problem('not-found');
  if (staged.body.size !== size) throw new Problem('bad-length');
  const outcome = await session.adopt(doneKey(version, key), staged);
  await session.remove(stagedKey(version, key));
  if (outcome === 'kept') throw new Problem('already-exists');
  // The client only shows the number.
  const id = String(Number.parseInt(staged.body.hash.slice(0, 12), 16));
  return await reply.send({ ok: true, entry_id: id });
}

/** The exact key, else the newest entry that starts with it, else the same with each restore key; nearest scope first. */
async function findNearest(
  session: CacheSession,
  wanted: { readonly key: string; readonly version: string; readonly restoreKeys: readonly string[] },
): Promise<Entry | undefined> {
  const exact = await session.find(doneKey(wanted.version, wanted.key));
  if (exact !== undefined) return exact;
  const all = await session.list(doneKey(wanted.version, '').instance);
  for (const prefix of [wanted.key, ...wanted.restoreKeys]) {
    for (const entry of all.filter(({ name }) => name.key.startsWith(prefix))) {
      // A list does not look whether bodies are there.
      const found = await session.find(doneKey(wanted.version, entry.name.key));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function isOwn({ identity }: CacheSession, entry: Entry | undefined): boolean {
  return entry?.name.scope === identity.scope;
}

function readName(body: unknown): { readonly key: string; readonly version: string } {
  const { key, version } = toRecord(body);
  if (!isName(key) || !isName(version)) throw new Problem('bad-request', 'key and version');
  return { key, version };
}

function readRestoreKeys(body: unknown): readonly string[] {
  const record = toRecord(body);
  const keys = record['restore_keys'] ?? record['restoreKeys'] ?? [];
  if (!Array.isArray(keys) || keys.length > MAX_RESTORE_KEYS) throw new Problem('bad-request', 'restore keys');
  return keys.filter(isName);
}

function readSize(body: unknown): number {
  const record = toRecord(body);
  const size = Number(record['size_bytes'] ?? record['sizeBytes']);
  if (!Number.isSafeInteger(size) || size < 0) throw new Problem('bad-request', 'size');
  return size;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_KEY_LENGTH;
}

function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
