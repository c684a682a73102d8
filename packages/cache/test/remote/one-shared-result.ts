import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { RemoteFailure, StoreFailure } from '@tr/model';
import { createFileEntryStore, createMemoryBlobStore, nodeDisk, openCacheFolder } from '@tr/store';
import { createStoreBackend, type LocalCacheOptions, type RemoteBackend } from '../../src/index.js';
import { openRemote } from './open-remote.js';
import { createRig, fingerprintOf, taskOf, type Rig } from '../rig.js';

/** The task. */
export const TASK = taskOf();
/** What its result is stored under. */
export const ONE = fingerprintOf(TASK, 'one');
/** Nobody interrupts. */
export const never: AbortSignal = new AbortController().signal;
/** Its outputs. */
const FILES = { 'web/dist/a': 'one', 'web/dist/b/c': 'two', 'web/dist/empty': '' };
/** Makes them. */
export const makes = (rig: Rig) => (): void => Object.entries(FILES).forEach(([path, text]) => rig.write(path, text));
/** For a task that is not to be executed. */
export const fails = (): never => assert.fail('it executed');

/** A remote that has the result of the task, its requests counted, and a machine that has nothing. */
export async function shared(t: TestContext, change: (entry: Buffer) => Buffer = (entry) => entry) {
  const directory = createRig(t).directory;
  const stored = createStoreBackend({
    blobs: createMemoryBlobStore(),
    entries: createFileEntryStore(openCacheFolder({ directory, disk: nodeDisk }), { now: Date.now }),
    scope: 'main',
    parents: [],
    now: Date.now,
  });
  const calls: string[] = [];
  const backend: RemoteBackend = {
    ...stored,
    lookup: async (keys, signal) => {
      calls.push(`lookup ${keys.length}`);
      const found = await stored.lookup(keys, signal);
      if (!found.ok) return found;
      return { ok: true, value: new Map([...found.value].map(([key, bytes]) => [key, change(Buffer.from(bytes))])) };
    },
  };
  const warnings: (RemoteFailure | StoreFailure)[] = [];
  const remote = openRemote(backend, (failure) => void warnings.push(failure));
  const maker = createRig(t);
  const cache = maker.open({ remote });
  await maker.run({ task: TASK, fingerprint: ONE, make: makes(maker), cache });
  await cache.finishRemote(() => never);
  calls.length = 0;
  const rig = createRig(t);
  const run = async (options: Partial<LocalCacheOptions> = {}, make: () => void = fails) => {
    const opened = rig.open({ remote, ...options });
    const { outcome } = await rig.run({ task: TASK, fingerprint: ONE, make, cache: opened });
    await opened.finishRemote(() => never);
    return outcome;
  };
  return { rig, run, calls, warnings, backend, remote, arrivals: join(rig.directory, 'cache/v1/arrivals') };
}
