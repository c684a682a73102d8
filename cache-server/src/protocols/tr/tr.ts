import { PATHS, PROTOCOL_VERSION, type About } from '@tr/protocol';
import type { Protocol } from '../protocol.js';
import { registerChunkRoutes } from './chunk-routes.js';
import { registerEntryRoutes } from './entry-routes.js';
import { RecentChunks } from './recent-chunks.js';

/**
 * The protocol of `tr` itself, see `packages/protocol`: entries by action key and chunks by digest, many in one request. The
 * first entry of a key wins in its scope, unless chunks of it are gone: then the next one takes its place.
 */
export const tr: Protocol = {
  name: 'tr',
  register(app, host) {
    app.get(PATHS.about, (request, reply) => {
      const { identity } = host.session(request);
      const about: About = { protocol: PROTOCOL_VERSION, scope: identity.scope, mayWrite: identity.mayWrite };
      return reply.send(about);
    });
    const recent = new RecentChunks(() => host.now());
    registerEntryRoutes(app, host, recent);
    registerChunkRoutes(app, host, recent);
  },
  describeProblem: ({ code }) => ({ contentType: 'application/json', text: JSON.stringify({ problem: code }) }),
};
