import { answerGet, answerPut } from '../../http/entry-routes.js';
import { Problem } from '../../http/problem.js';
import type { EntryKey } from '../../session/cache-session.js';
import type { Protocol } from '../protocol.js';

/** `ab/cdef…`, `abcdef…` or `ac/<64 hex>`: the layouts `subdirs`, `flat` and `bazel`. */
const PATH = /^(?:[A-Za-z0-9_-]{1,8}\/)?[A-Za-z0-9_-]{1,128}$/;
interface PathParams {
  readonly Params: { readonly '*': string };
}

/**
 * ccache over HTTP, `/ccache/…` in its three layouts. Bodies are ccache's own, in the `bazel` layout too. It updates its
 * manifests, so the last write stays; and it may drop an entry that it found damaged.
 */
export const ccache: Protocol = {
  name: 'ccache',
  register(app, host) {
    app.get<PathParams>('/ccache/*', async (request, reply) => {
      return await answerGet({ request, reply }, { session: host.session(request), key: toKey(request.params['*']) });
    });
    app.put<PathParams>('/ccache/*', async (request, reply) => {
      const target = { session: host.session(request), key: toKey(request.params['*']) };
      return await answerPut({ request, reply }, target, { mode: 'replace' });
    });
    app.delete<PathParams>('/ccache/*', async (request, reply) => {
      await host.session(request).remove(toKey(request.params['*']));
      return await reply.code(204).send();
    });
  },
};

function toKey(path: string): EntryKey {
  if (!PATH.test(path)) throw new Problem('bad-request', 'a path of another form');
  return { instance: '', key: path };
}
