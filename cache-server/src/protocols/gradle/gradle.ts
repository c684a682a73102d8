import { answerGet, answerPut } from '../../http/entry-routes.js';
import { Problem } from '../../http/problem.js';
import type { EntryKey } from '../../session/cache-session.js';
import type { Protocol } from '../protocol.js';

const KEY = /^[A-Za-z0-9]{1,128}$/;
const CONTENT_TYPE = 'application/vnd.gradle.build-cache-artifact.v1';
interface KeyParams {
  readonly Params: { readonly key: string };
}

/** Gradle's HTTP build cache, `/gradle/{key}`. The first entry of a key stays. */
export const gradle: Protocol = {
  name: 'gradle',
  register(app, host) {
    app.get<KeyParams>('/gradle/:key', async (request, reply) => {
      return await answerGet(
        { request, reply },
        { session: host.session(request), key: toKey(request.params.key) },
        CONTENT_TYPE,
      );
    });
    app.put<KeyParams>('/gradle/:key', async (request, reply) => {
      return await answerPut({ request, reply }, { session: host.session(request), key: toKey(request.params.key) });
    });
  },
};

function toKey(key: string): EntryKey {
  if (!KEY.test(key)) throw new Problem('bad-request', 'a key of another form');
  return { instance: '', key };
}
