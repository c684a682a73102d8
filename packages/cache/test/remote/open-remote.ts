import type { RemoteFailure } from '@tr/model';
import { RemoteTier, type OpenRemoteTier, type RemoteBackend } from '../../src/index.js';

/** What opens a remote that may be read and written. */
export function openRemote(backend: RemoteBackend, warn: (failure: RemoteFailure) => void): OpenRemoteTier {
  const policy = { read: true, write: true };
  return (landing) => new RemoteTier({ backend, origin: 'http://cache', policy, drainMs: 60_000, warn }, landing);
}
