import type { FastifyInstance } from 'fastify';
import type { ProtocolHost } from '../protocol.js';

/** A client takes no team that was made before it knew of teams; any time will do. */
const SOME_TIME = 1_700_000_000_000;

/**
 * What `turbo link`, `turbo login` and `turbo logout` ask about the holder of a token: who it is, and its one team, which is its tenant.
 * There is no login page; a token comes from the command line of this server.
 */
export function addAccountRoutes(app: FastifyInstance, host: ProtocolHost): void {
  app.get('/v2/user', (request, reply) => {
    const { subject } = host.session(request).identity;
    return reply.send({ user: { id: subject, username: subject, email: subject, name: subject } });
  });
  app.get('/v2/teams', (request, reply) => {
    const teams = [describeTeam(host.session(request).identity.tenant)];
    return reply.send({ teams, pagination: { count: teams.length, next: null, prev: null } });
  });
  app.get('/v2/teams/:id', (request, reply) => reply.send(describeTeam(host.session(request).identity.tenant)));
  app.delete(
    '/v3/user/tokens/current',
    async (request, reply) => await reply.send({ tokenId: await host.revokeOwnToken(request) }),
  );
  app.get('/v5/user/tokens/current', (request, reply) => {
    const { subject } = host.session(request).identity;
    const scopes = [{ type: 'user', origin: 'manual', createdAt: SOME_TIME }];
    const token = { id: subject, name: subject, type: 'token', origin: 'manual', scopes };
    return reply.send({ token: { ...token, activeAt: host.now(), createdAt: SOME_TIME } });
  });
}

function describeTeam(tenant: string): Readonly<Record<string, unknown>> {
  return {
    id: `team_${tenant}`,
    slug: tenant,
    name: tenant,
    createdAt: SOME_TIME,
    created: new Date(SOME_TIME).toISOString(),
    membership: { role: 'MEMBER' },
  };
}
