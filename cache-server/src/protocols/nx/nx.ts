import { announcedLength, bodyStream } from '../../http/read-body.js';
import { Problem } from '../../http/problem.js';
import { sendEntry } from '../../http/send.js';
import type { Protocol } from '../protocol.js';

const KEY = /^[A-Za-z0-9._-]{1,128}$/;
interface KeyParams {
  readonly Params: { readonly hash: string };
}

/**
 * Nx's self-hosted remote cache, `/v1/cache/{hash}`: records are immutable, 409 for a second one. The client ends the
 * whole run of a user at any status but 200 and 404 of a GET, so trouble behind the route is a miss here.
 */
export const nx: Protocol = {
  name: 'nx',
  register(app, host) {
    app.get<KeyParams>('/v1/cache/:hash', async (request, reply) => {
      try {
        const session = host.session(request);
        const entry = await session.find(toKey(request.params.hash));
        if (entry === undefined) throw new Problem('not-found');
        return sendEntry(reply, { session, entry }, { contentType: 'application/octet-stream' });
      } catch (error) {
        throw error instanceof Problem && error.status === 401 ? error : new Problem('not-found', describe(error));
      }
    });
    app.put<KeyParams>('/v1/cache/:hash', async (request, reply) => {
      const key = toKey(request.params.hash);
      const length = announcedLength(request);
      const { outcome } = await host.session(request).write(key, bodyStream(request), { length });
      if (outcome === 'kept') throw new Problem('already-exists');
      return await reply.send('');
    });
  },
};

function toKey(hash: string): { readonly instance: string; readonly key: string } {
  if (!KEY.test(hash)) throw new Problem('bad-request', 'a hash of another form');
  return { instance: '', key: hash };
}

function describe(error: unknown): string {
  if (error instanceof Problem) return error.detail ?? error.code;
  return error instanceof Error ? (error.stack ?? error.message) : typeof error;
}
