import type { Role, Target } from './attack.js';
import type { Issuer } from './issuer.js';

/** A server that runs somewhere else: neither its log nor its files can be seen, and it does not know our issuer. */
export function remoteTarget(url: string, env: Readonly<Record<string, string | undefined>>, issuer: Issuer): Target {
  const { origin, port, protocol } = new URL(url);
  const token = (role: Role): string => env[`ATTACK_${role.toUpperCase()}`] ?? '';
  for (const role of ['main', 'pull', 'stranger'] as const)
    if (token(role) === '') throw new Error(`ATTACK_${role.toUpperCase()} is not set`);
  return {
    name: origin,
    url: origin,
    port: Number(port === '' ? (protocol === 'https:' ? 443 : 80) : port),
    oidcUrl: origin,
    features: new Set(
      token('reader') === '' ? ['bazel', 'grpc', 'github-actions'] : ['bazel', 'grpc', 'github-actions', 'roles'],
    ),
    token,
    team: (role) => (role === 'stranger' ? 'other' : 'acme'),
    sign: issuer.sign,
    forgedKeyFetches: issuer.forgedKeyFetches,
    log: () => undefined,
    strayFiles: () => [],
    close: async () => {},
  };
}
