import { expectedLength, bodyStream } from '../../http/read-body.js';
import { Problem, type ProblemCode } from '../../http/problem.js';
import { sendEntry } from '../../http/send.js';
import type { Protocol } from '../protocol.js';

/** What only a change of the client's settings can mend: told, or a run without the cache would hide it for ever. */
const MISTAKES: readonly ProblemCode[] = ['no-credential', 'bad-credential', 'no-scope'];
const KEY = /^[A-Za-z0-9._-]{1,128}$/;
interface KeyParams {
  readonly Params: { readonly hash: string };
}

/**
 * Nx's self-hosted remote cache, `/v1/cache/{hash}`: records are immutable, 409 for a second one. The client ends the
 * whole run of a user at any status but 200 and 404 of a GET, so trouble behind the route, or before it at the login, is a miss here.
 */
export const nx: Protocol = {
  name: 'nx',
  register(app, host) {
    app.get<KeyParams>('/v1/cache/:hash', async (request, reply) => {
      const session = host.session(request);
      const entry = await session.find(toKey(request.params.hash));
      if (entry === undefined) throw new Problem('not-found');
      return await sendEntry(reply, { session, entry }, { contentType: 'application/octet-stream' });
    });
    app.put<KeyParams>('/v1/cache/:hash', async (request, reply) => {
      const key = toKey(request.params.hash);
      const { outcome } = await host.session(request).write(key, bodyStream(request), expectedLength(request));
      if (outcome === 'kept') throw new Problem('already-exists');
      return await reply.send('');
    });
  },
  softenProblem(problem, method) {
    const isRead = method === 'GET' || method === 'HEAD';
    return isRead && !MISTAKES.includes(problem.code) ? new Problem('not-found') : problem;
  },
};

function toKey(hash: string): { readonly instance: string; readonly key: string } {
  if (!KEY.test(hash)) throw new Problem('bad-request', 'a hash of another form');
  return { instance: '', key: hash };
}
