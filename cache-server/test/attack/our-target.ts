import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ClaimRule } from '../../src/index.js';
import { startTestServer } from '../rig/server.js';
import type { Feature, Target } from './attack.js';
import type { Issuer } from './issuer.js';

/** Rules as the documentation shows them, and one with more wildcards than anybody needs. */
const RULES: readonly ClaimRule[] = [
  { claims: { repository: 'acme/app', ref: 'refs/heads/main' }, scope: 'main' },
  { claims: { repository: 'acme/app', ref: 'refs/heads/release/{name}' }, scope: 'release/{name}' },
  { claims: { repository: 'acme/app', ref: 'refs/pull/{number}/merge' }, scope: 'pr/{number}' },
  { claims: { repository: 'acme/app', ref: 'refs/heads/**-**-**-**-**-**-{name}!' }, scope: 'main' },
];
const FEATURES: readonly Feature[] = ['oidc', 'bazel', 'grpc', 'github-actions', 'roles'];

/** Our server in this process. */
export async function startOurTarget(issuer: Issuer): Promise<Target> {
  const trusted = { issuer: issuer.origin, audience: 'our-cache', tenant: 'default', jwksUrl: undefined, rules: RULES };
  const server = await startTestServer({
    issuers: [trusted],
    quotas: { totalBytes: 4 * 1024 ** 3, scopeBytes: {}, maxAgeMs: undefined },
  });
  const tokens = {
    main: server.token('main'),
    pull: server.token('pr/7'),
    reader: server.token('main', { readOnly: true }),
    stranger: server.token('main', { tenant: 'other' }),
  };
  const around = readdirSync(join(server.directory, '..'));
  return {
    name: 'ours',
    url: server.url,
    port: server.port,
    oidcUrl: server.url,
    features: new Set(FEATURES),
    token: (role) => tokens[role],
    team: (role) => (role === 'stranger' ? 'other' : 'acme'),
    sign: issuer.sign,
    forgedKeyFetches: issuer.forgedKeyFetches,
    log: () => server.lines.join('\n'),
    strayFiles: () => [
      ...readdirSync(join(server.directory, '..')).filter((name) => name.includes('stray') && !around.includes(name)),
      ...readdirSync(server.directory, { recursive: true })
        .map(String)
        .filter((name) => name.includes('stray')),
    ],
    close: async () => await server[Symbol.asyncDispose](),
  };
}
