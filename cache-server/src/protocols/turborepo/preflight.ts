import type { FastifyInstance } from 'fastify';

const ALLOWED_HEADERS = [
  'Authorization',
  'User-Agent',
  'Content-Type',
  'x-artifact-duration',
  'x-artifact-tag',
  'x-artifact-sha',
  'x-artifact-dirty-hash',
  'x-artifact-client-ci',
  'x-artifact-client-interactive',
].join(', ');

/**
 * `TURBO_PREFLIGHT`: the client asks before each call which headers it may send. It sends its credential only when
 * `Authorization` is allowed; the answer names no other place, so the call comes here.
 * Not a place in the bucket: through a presigned URL nobody reads the body. On its way in it would have no digest, so no name, no first
 * write and no quota; on its way out no `x-artifact-tag`.
 */
export function addPreflight(app: FastifyInstance): void {
  for (const path of ['/v8/artifacts', '/v8/artifacts/*']) {
    app.options(path, (_request, reply) =>
      reply
        .code(200)
        .headers({
          'access-control-allow-methods': 'GET, HEAD, PUT, POST, OPTIONS',
          'access-control-allow-headers': ALLOWED_HEADERS,
          'access-control-max-age': '86400',
        })
        .send(''),
    );
  }
}
