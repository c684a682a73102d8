import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Entry } from '@tr/store';
import { Problem } from '../../http/problem.js';
import type { ProtocolHost } from '../protocol.js';
import { numeric, text, texts } from '../wire.js';
import { toSignedUrl } from './blob-grant.js';
import { doneKey, stagedKey } from './entry-names.js';
import { findNearest, isOwn } from './find-nearest.js';
import { isName, readName, toRecord } from './read-name.js';
import { isProtobuf, readMessage, sendMessage, type TwirpMethod } from './twirp.js';

const SERVICE = '/twirp/github.actions.results.api.v1.CacheService';
const MAX_RESTORE_KEYS = 16;
const CREATE: TwirpMethod = {
  asks: { key: [2, text], version: [3, text] },
  answers: [
    ['ok', Number],
    ['signed_upload_url', String],
  ],
};
const FINALIZE: TwirpMethod = {
  asks: { key: [2, text], size_bytes: [3, numeric], version: [4, text] },
  answers: [
    ['ok', Number],
    ['entry_id', Number],
  ],
};
const FIND: TwirpMethod = {
  asks: { key: [2, text], restore_keys: [3, texts], version: [4, text] },
  answers: [
    ['ok', Number],
    ['signed_download_url', String],
    ['matched_key', String],
  ],
};

/** Version 2 of the service: `CreateCacheEntry`, `FinalizeCacheEntryUpload`, `GetCacheEntryDownloadURL`; in JSON, or in protobuf. */
export function addServiceRoutes(app: FastifyInstance, host: ProtocolHost): void {
  app.post(`${SERVICE}/CreateCacheEntry`, async (request, reply) => {
    const { key, version } = readName(await readMessage(request, CREATE));
    const session = host.session(request);
    if (!session.identity.mayWrite) throw new Problem('read-only');
    if (isOwn(session, await session.find(doneKey(version, key)))) throw new Problem('already-exists');
    const url = toSignedUrl(host, request, { use: 'upload', version, key });
    return await sendMessage({ request, reply }, CREATE, { ok: true, signed_upload_url: url });
  });
  app.post(`${SERVICE}/FinalizeCacheEntryUpload`, async (request, reply) => await finalize(host, request, reply));
  app.post(`${SERVICE}/GetCacheEntryDownloadURL`, async (request, reply) => {
    const body = await readMessage(request, FIND);
    const { key, version } = readName(body);
    const restoreKeys = readRestoreKeys(body);
    const session = host.session(request);
    // A store of many objects: it does not look which one it gets, and asks for thousands that are not there.
    const isExact = isProtobuf(request) && restoreKeys.length === 0;
    const found = isExact
      ? await session.find(doneKey(version, key))
      : await findNearest(session, { key, version, restoreKeys });
    return await sendMessage({ request, reply }, FIND, {
      ok: found !== undefined,
      signed_download_url:
        found === undefined ? '' : toSignedUrl(host, request, { use: 'download', version, key: found.name.key }),
      matched_key: found?.name.key ?? '',
    });
  });
  // Artifacts of a workflow, and whatever else. The library takes an answer that is not JSON for trouble, and tries for half a minute.
  app.post('/twirp/*', async () => {
    throw new Problem('wrong-method', 'another service');
  });
}

async function finalize(host: ProtocolHost, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const body = await readMessage(request, FINALIZE);
  const { key, version } = readName(body);
  const size = readSize(body);
  const session = host.session(request);
  const staged = await session.find(stagedKey(version, key));
  if (staged === undefined || !isOwn(session, staged)) {
    const done = await session.find(doneKey(version, key));
    // Whoever did not get the answer asks again.
    if (isOwn(session, done) && done?.body.size === size)
      return await sendMessage({ request, reply }, FINALIZE, describeFinalized(done));
    throw new Problem('not-found');
  }
  if (staged.body.size !== size) throw new Problem('bad-length');
  const outcome = await session.adopt(doneKey(version, key), staged);
  await session.remove(stagedKey(version, key));
  if (outcome === 'kept') throw new Problem('already-exists');
  return await sendMessage({ request, reply }, FINALIZE, describeFinalized(staged));
}

/** The client only shows the number. */
function describeFinalized({ body }: Entry): Readonly<Record<string, unknown>> {
  return { ok: true, entry_id: String(Number.parseInt(body.hash.slice(0, 12), 16)) };
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
