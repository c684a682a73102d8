import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Entry } from '@tr/store';
import { Problem } from '../../http/problem.js';
import { expectedLength, bodyStream, passOver, readJson } from '../../http/read-body.js';
import { sendEntry } from '../../http/send.js';
import type { CacheSession } from '../../session/cache-session.js';
import type { Protocol, ProtocolHost } from '../protocol.js';
import { addAccountRoutes } from './account-routes.js';
import { artifactKey, isArtifactHash } from './artifact-key.js';
import { factHeaders, readDuration, readFacts } from './artifact-facts.js';
import { addPreflight } from './preflight.js';

const EVENTS_LIMIT = 4 * 1024 * 1024;
const MAX_QUERIED = 4096;
const JSON_TYPE = 'application/json; charset=utf-8';
interface ArtifactRequest {
  readonly Params: { readonly hash: string };
}

/**
 * Turborepo's remote cache, version 8. The first artifact of a hash stays. Signatures are made and checked by the client:
 * its tag is kept and given back as it is.
 */
export const turborepo: Protocol = {
  name: 'turborepo',
  register(app, host) {
    app.get('/v8/artifacts/status', (_request, reply) => reply.send({ status: 'enabled' }));
    app.post('/v8/artifacts/events', async (request, reply) => {
      await passOver(request, EVENTS_LIMIT);
      return await reply.send({});
    });
    app.post('/v8/artifacts', async (request, reply) => await reply.send(await queryArtifacts(host, request)));
    // A HEAD of this goes the same way.
    app.get<ArtifactRequest>('/v8/artifacts/:hash', async (request, reply) => await sendArtifact(host, request, reply));
    app.put<ArtifactRequest>('/v8/artifacts/:hash', async (request, reply) => {
      const key = artifactKey(request.params.hash, request.query);
      const durationMs = readDuration(request.headers);
      const facts = readFacts(request.headers);
      if (facts['tag'] === undefined && host.takesSignedOnly(request)) throw new Problem('unsigned');
      await host.session(request).write(key, bodyStream(request), {
        length: expectedLength(request),
        facts,
        durationMs,
      });
      return await reply
        .code(202)
        .header('content-type', JSON_TYPE)
        .send(storedText(host.publicUrl(request), key.key));
    });
    addPreflight(app);
    addAccountRoutes(app, host);
  },
  describeProblem({ status, code, text }) {
    // The client reads `forbidden` as: may not write.
    const known = status === 403 ? 'forbidden' : code.replaceAll('-', '_');
    return {
      contentType: JSON_TYPE,
      text: JSON.stringify({ error: { code: known, message: text } }),
    };
  },
};

/** The inside of a JSON string, made last: it is of the same origin again. */
let lastOrigin = { origin: '', text: '' };

/** The JSON that a stored artifact is answered with. Its hash is one, so it needs no escaping. */
function storedText(origin: string, hash: string): string {
  if (lastOrigin.origin !== origin) lastOrigin = { origin, text: JSON.stringify(origin).slice(1, -1) };
  return `{"urls":["${lastOrigin.text}/v8/artifacts/${hash}"]}`;
}

async function sendArtifact(
  host: ProtocolHost,
  request: FastifyRequest<ArtifactRequest>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const session = host.session(request);
  const entry = await findArtifact({ host, session, request }, request.params.hash);
  if (entry === undefined) throw new Problem('not-found');
  return await sendEntry(
    reply,
    { session, entry },
    { contentType: 'application/octet-stream', headers: factHeaders(entry) },
  );
}

/** Who looks for artifacts. */
interface Reader {
  readonly host: ProtocolHost;
  readonly session: CacheSession;
  readonly request: FastifyRequest;
}

/** An artifact that its reader may use: where signatures are asked for, one without is as good as none. */
async function findArtifact({ host, session, request }: Reader, hash: string): Promise<Entry | undefined> {
  const entry = await session.find(artifactKey(hash, request.query));
  return entry?.facts['tag'] === undefined && host.takesSignedOnly(request) ? undefined : entry;
}

async function queryArtifacts(host: ProtocolHost, request: FastifyRequest): Promise<Readonly<Record<string, unknown>>> {
  const body = await readJson(request);
  const hashes = typeof body === 'object' && body !== null && 'hashes' in body ? body.hashes : undefined;
  if (!Array.isArray(hashes) || hashes.length > MAX_QUERIED) throw new Problem('bad-request', 'no list of hashes');
  const known = hashes.filter((hash) => typeof hash === 'string').filter(isArtifactHash);
  const answers = new Map<string, unknown>();
  const reader = { host, session: host.session(request), request };
  for (const hash of known) answers.set(hash, describeArtifact(await findArtifact(reader, hash)));
  return Object.fromEntries(answers);
}

function describeArtifact(entry: Entry | undefined): Readonly<Record<string, unknown>> | null {
  if (entry === undefined) return null;
  const { tag } = entry.facts;
  return { size: entry.body.size, taskDurationMs: entry.durationMs ?? 0, ...(tag === undefined ? {} : { tag }) };
}
