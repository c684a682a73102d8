import { expectedLength, bodyStream } from '../../http/read-body.js';
import { Problem, type ProblemCode } from '../../http/problem.js';
import { sendEntry } from '../../http/send.js';
import type { Protocol } from '../protocol.js';

/** What only a change of the client's settings can mend: told, or a run without the cache would hide it for ever. */
const MISTAKES: readonly ProblemCode[] = ['no-credential', 'bad-credential', 'no-scope'];
/** Statuses of a PUT that the client takes as: not stored, never mind. */
const QUIET: readonly number[] = [403, 409];
const KEY = /^[A-Za-z0-9._-]{1,128}$/;
interface KeyParams {
  readonly Params: { readonly hash: string };
}

/**
 * Nx's self-hosted remote cache, `/v1/cache/{hash}`: records are immutable, 409 for a second one. The client ends the
 * whole run of a user at any status of a GET but 200 and 404, and of a PUT but 200, 403 and 409. So trouble behind the
 * route, or before it at the login, is a miss and a record that was not stored. So is a credential that ended a while ago, in
 * the middle of this run perhaps.
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
      const { outcome } = await host
        .session(request)
        .write(key, bodyStream(request), { length: expectedLength(request) });
      if (outcome === 'kept') throw new Problem('already-exists');
      return await reply.send('');
    });
  },
  softenProblem(problem, method) {
    if (MISTAKES.includes(problem.code)) return problem;
    if (method !== 'PUT') return new Problem('not-found');
    return QUIET.includes(problem.status) ? problem : new Problem('not-stored');
  },
  // Exactly this type: with a charset behind it, the client shows a complaint about it instead of the text.
  describeProblem: ({ text }) => ({ contentType: 'text/plain', text }),
};

function toKey(hash: string): { readonly instance: string; readonly key: string } {
  if (!KEY.test(hash)) throw new Problem('bad-request', 'a hash of another form');
  return { instance: '', key: hash };
}
