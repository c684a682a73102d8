import { Problem } from '../../http/problem.js';
import type { EntryKey } from '../../session/cache-session.js';

const HASH = /^[A-Za-z0-9._-]{1,128}$/;
const TEAM = /^[A-Za-z0-9._-]{1,128}$/;

/** True for what a client may call an artifact. */
export function isArtifactHash(text: string): boolean {
  return HASH.test(text) && text !== '.' && text !== '..';
}

/**
 * The name of an artifact. The team is the client's own word: it divides what its credential may see, and opens nothing.
 */
export function artifactKey(hash: string, query: unknown): EntryKey {
  if (!isArtifactHash(hash)) throw new Problem('bad-request', 'a hash of another form');
  return { instance: readTeam(query), key: hash };
}

function readTeam(query: unknown): string {
  const parameters = typeof query === 'object' && query !== null ? (query as Record<string, unknown>) : {};
  const { teamId } = parameters;
  // `turbo link` keeps the id that we made of a slug; machines that name the slug mean the same team.
  const id = typeof teamId === 'string' ? teamId.replace(/^team_/, '') : teamId;
  const team = id ?? parameters['team'] ?? parameters['slug'] ?? '';
  if (typeof team !== 'string' || (team !== '' && !TEAM.test(team)))
    throw new Problem('bad-request', 'a team of another form');
  return team;
}
