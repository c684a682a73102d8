import type { Attack, Target } from './attack.js';
import type { Claims, SignTerms } from './issuer.js';
import { ask, freshHash, OCTETS } from './talk.js';

/** What a push to the main branch is told by. */
const PUSH: Claims = { repository: 'acme/app', ref: 'refs/heads/main', event_name: 'push' };

/** A token that must not open `main`. */
function forged(title: string, terms: SignTerms, claims: Claims = PUSH): Attack {
  return {
    title: `CI token: ${title}`,
    needs: ['oidc'],
    run: async (target) => {
      const token = await target.sign(claims, terms);
      const before = target.forgedKeyFetches();
      const status = await write(target, token);
      const isFetched = target.forgedKeyFetches() > before;
      return {
        held: (status === 401 || status === 403) && !isFetched,
        met: isFetched ? `${status}; fetched the attacker's keys` : String(status),
      };
    },
  };
}

async function write(target: Target, token: string, hash = freshHash()): Promise<number> {
  const url = `${target.oidcUrl}/v8/artifacts/${hash}?slug=${target.team('main')}`;
  return (await ask(url, { method: 'PUT', token, body: 'evil', headers: OCTETS })).status;
}

/** Attacks with tokens of a CI system. `forgedKeysUrl` is where the attacker's keys are. */
export function oidcAttacks(forgedKeysUrl: string): readonly Attack[] {
  return [
    forged('expired', { expiresIn: -120 }),
    forged('not valid yet', { notBefore: 3600 }),
    forged('for another audience', { audience: 'another-service' }),
    forged('of another issuer', { issuer: 'https://issuer.example' }),
    forged('`alg: none`', { by: 'none' }),
    forged('`alg: HS256`, signed with the public key', { by: 'public' }),
    forged('signed with another key', { by: 'stranger' }),
    forged("with `jku` at the attacker's keys", { by: 'stranger', header: { jku: forgedKeysUrl, x5u: forgedKeysUrl } }),
    forged('with a path, a query or a wildcard as `kid`', {
      by: 'stranger',
      header: { kid: "../../../dev/null' OR 1=1" },
    }),
    forged('of another repository', {}, { ...PUSH, repository: 'evil/app' }),
    forged('of `pull_request_target`', {}, { ...PUSH, event_name: 'pull_request_target' }),
    forged('of a branch whose name looks like a way out', {}, { ...PUSH, ref: 'refs/heads/release/..' }),
    {
      title: 'CI token: of a pull request, writes what `main` reads',
      needs: ['oidc'],
      run: async (target) => {
        const hash = freshHash();
        const pull = { ...PUSH, ref: 'refs/pull/7/merge', event_name: 'pull_request' };
        const status = await write(target, await target.sign(pull), hash);
        const url = `${target.oidcUrl}/v8/artifacts/${hash}?slug=${target.team('main')}`;
        const read = await ask(url, { token: await target.sign(PUSH) });
        return { held: read.text !== 'evil', met: `${status}; \`main\` reads ${read.status}` };
      },
    },
    {
      title: 'CI token: a branch name that makes a pattern run wild',
      needs: ['oidc'],
      run: async (target) => {
        const claims = { ...PUSH, ref: `refs/heads/${'-'.repeat(4000)}` };
        const status = await write(target, await target.sign(claims));
        return { held: status === 403, met: `${status} at once` };
      },
    },
  ];
}
