import type { OpenRemoteTier } from '@tr/cache';
import { isCi } from '../is-ci.js';
import type { RemoteRequest } from './remote.js';

/**
 * The remote cache of a run; undefined when there is none, or its settings are of no use (then there was a warning). What deals
 * with remotes is loaded only where one is named.
 */
export async function openRemote(request: RemoteRequest): Promise<OpenRemoteTier | undefined> {
  const { config, environment, policy, warn } = request;
  const setting = environment['TR_REMOTE_URL'] ? 'TR_REMOTE_URL' : 'remoteCache.url';
  const address = environment['TR_REMOTE_URL'] || config.url;
  if (config.enabled === false || !(policy.read || policy.write)) return undefined;
  if (address === undefined) {
    const variable = findIdleCredential(environment);
    if (variable !== undefined) warn({ code: 'remote/not-named', variable });
    return undefined;
  }
  const { createRemote } = await import('./remote.js');
  return await createRemote(request, { setting, address });
}

/**
 * A credential in a CI job that is for no cache: whoever set it expects results to be shared. On a laptop it may well be for
 * another repository.
 */
function findIdleCredential(environment: RemoteRequest['environment']): string | undefined {
  if (!isCi(environment)) return undefined;
  return ['TR_TOKEN', 'TR_OIDC_AUDIENCE', 'TURBO_TOKEN'].find((name) => environment[name]);
}
