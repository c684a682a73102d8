import { mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EngineLease } from '../engine.js';
import { isNoSpace } from '../place/is-no-space.js';
import type { Places, RemovableFolder } from '../place/places.js';
import type { CapturedState, KeptState } from '../ports.js';
import { asRefusal, ServiceError } from '../service-error.js';

/**
 * Captures the state of a service to `path`; where that disk is full, to a folder of this run on another one. What is
 * written lies in a registered folder first: what a killed run leaves half done is removed like all else.
 */
export async function captureAside(lease: EngineLease, path: string, places: Places): Promise<KeptState> {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const captured = await captureIn(lease, places.createFolderIn(dirname(path)), path);
    return { ...captured, path, isElsewhere: false };
  } catch (error) {
    if (!isNoSpace(error)) throw toRefusal(error, lease);
  }
  for (const spare of places.listSpareFolders(dirname(path))) {
    try {
      const target = join(places.createSharedFolderIn(spare), 'state');
      const captured = await captureIn(lease, places.createFolderIn(dirname(target)), target);
      return { ...captured, path: target, isElsewhere: true };
    } catch (error) {
      if (!isNoSpace(error)) throw toRefusal(error, lease);
    }
  }
  throw new ServiceError({
    code: 'service/no-space',
    service: lease.service.name,
    path: dirname(path),
    holds: 'state',
  });
}

async function captureIn(lease: EngineLease, folder: RemovableFolder, target: string): Promise<CapturedState> {
  try {
    const written = join(folder.path, 'state');
    const captured = await lease.capture(written);
    renameSync(written, target);
    return captured;
  } finally {
    await folder.remove();
  }
}

function toRefusal(error: unknown, { service }: EngineLease): unknown {
  const refusal = asRefusal(error, service.name);
  if (!(refusal instanceof ServiceError) || refusal.failure.code !== 'service/start-failed') return refusal;
  const { detail } = refusal.failure;
  return new ServiceError({ code: 'service/capture-failed', service: service.name, detail }, error);
}
