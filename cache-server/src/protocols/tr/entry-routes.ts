import type { FastifyInstance } from 'fastify';
import type { ActionKey } from '@tr/model';
import {
  MAX_LOOKUP_BYTES,
  MAX_REQUEST_BYTES,
  parseActionKey,
  parseLookupRequest,
  PATHS,
  toLookupHeader,
  toPutAnswer,
  type LookupSlot,
} from '@tr/protocol';
import type { Entry } from '@tr/store';
import { findSignatureFlaw, listOuterChunks, parseEntryBytes, type TrustedKeys } from '@tr/transport';
import { Problem } from '../../http/problem.js';
import { readJson, readSmallBody } from '../../http/read-body.js';
import { sendEntry, sendParts, wholeParts } from '../../http/send.js';
import type { CacheSession } from '../../session/cache-session.js';
import type { ProtocolHost } from '../protocol.js';
import { chunkName, entryName } from './names.js';
import type { RecentChunks } from './recent-chunks.js';
import { whileBodiesGo } from './while-bodies-go.js';

interface KeyParams {
  readonly Params: { readonly key: string };
}

/** Lookups of many entries, and single ones in and out. */
export function registerEntryRoutes(app: FastifyInstance, host: ProtocolHost, recent: RecentChunks): void {
  app.post(PATHS.lookup, async (request, reply) => {
    const keys = parseLookupRequest(await readJson(request));
    if (keys === undefined) throw new Problem('bad-request', 'not a list of keys');
    const session = host.session(request);
    return await whileBodiesGo(async () => {
      const found = await findAll(session, keys);
      const head = Buffer.from(`${toLookupHeader(found.map(({ slot }) => slot))}\n`);
      const parts = wholeParts(found.flatMap(({ entry }) => (entry === undefined ? [] : [entry])));
      return await sendParts(reply.type('application/octet-stream'), session, { head, parts });
    });
  });

  app.get<KeyParams>(`${PATHS.entries}/:key`, async (request, reply) => {
    const session = host.session(request);
    const entry = await session.find(entryName(toKey(request.params.key)));
    if (entry === undefined) throw new Problem('not-found');
    return await sendEntry(reply, { session, entry }, { contentType: 'application/octet-stream' });
  });

  app.put<KeyParams>(`${PATHS.entries}/:key`, async (request, reply) => {
    const key = toKey(request.params.key);
    const session = host.session(request);
    if (!session.identity.mayWrite) throw new Problem('read-only');
    const bytes = await readSmallBody(request, MAX_REQUEST_BYTES);
    const entry = parseEntryBytes(bytes, key);
    if (!entry.ok) throw new Problem('bad-request', entry.failure.detail);
    const signers = host.signersOf(session.identity);
    const distrust = signers && findSignatureFlaw(entry.value, signers);
    if (distrust !== undefined) throw new Problem('unsigned', distrust);
    if (!(await hasChunks(session, { bytes, key, recent })))
      throw new Problem('bad-request', 'an entry before its chunks');
    const options = { durationMs: entry.value.durationMs };
    const { outcome } = await session.write(entryName(key), bytes, options);
    if (outcome === 'stored') return await reply.type('application/json').send(toPutAnswer('stored'));
    const over = await findUseless(session, { key, signers });
    const again =
      over === undefined ? outcome : (await session.write(entryName(key), bytes, { ...options, over })).outcome;
    return await reply.type('application/json').send(toPutAnswer(again));
  });
}

/**
 * What is there already, if it is of no use: it lost a chunk, or nobody who counts has signed it. Whoever writes here by the
 * rules takes its place; what is good stays, whoever comes.
 */
async function findUseless(
  session: CacheSession,
  { key, signers }: { readonly key: ActionKey; readonly signers: TrustedKeys | undefined },
): Promise<Entry | undefined> {
  const entry = await session.find(entryName(key));
  // One of a parent is not where the write goes.
  if (entry === undefined || entry.name.scope !== session.identity.scope) return undefined;
  const bytes = await session.readBytes(entry);
  const document = parseEntryBytes(bytes, key);
  if (document.ok && signers !== undefined && findSignatureFlaw(document.value, signers) !== undefined) return entry;
  return (await hasChunks(session, { bytes, key })) ? undefined : entry;
}

/** Are the chunks of an entry there? Those that are `recent` are not asked for. */
async function hasChunks(
  session: CacheSession,
  { bytes, key, recent }: { readonly bytes: Uint8Array; readonly key: ActionKey; readonly recent?: RecentChunks },
): Promise<boolean> {
  const entry = parseEntryBytes(bytes, key);
  if (!entry.ok) return false;
  const unknown = listOuterChunks(entry.value).filter((chunk) => recent?.has(session.identity, chunk) !== true);
  const chunks = [...new Map(unknown.map((chunk) => [chunk.hash, chunk])).values()];
  const found = await session.sizesOf(chunks.map(chunkName));
  return chunks.every(({ size }, at) => found[at] === size);
}

interface Found {
  readonly slot: LookupSlot;
  readonly entry: Entry | undefined;
}

async function findAll(session: CacheSession, keys: readonly ActionKey[]): Promise<readonly Found[]> {
  const found: Found[] = [];
  let room = MAX_LOOKUP_BYTES;
  const entries = await session.findAll(keys.map(entryName));
  for (const entry of entries) {
    const size = entry?.body.size ?? 0;
    if (entry === undefined) found.push({ slot: 'none', entry });
    else if (size > room) found.push({ slot: 'alone', entry: undefined });
    else {
      found.push({ slot: size, entry });
      room -= size;
    }
  }
  return found;
}

function toKey(text: string): ActionKey {
  const key = parseActionKey(text);
  if (key === undefined) throw new Problem('bad-request', 'not an action key');
  return key;
}
