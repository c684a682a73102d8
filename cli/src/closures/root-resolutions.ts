import { join } from 'node:path';
import type { Workspace } from '@tr/model';
import { readFileText } from '@tr/quick';

/** `resolutions` of the root package.json, which a lockfile of Yarn 1 does not repeat; empty for other managers. */
export function readRootResolutions(workspace: Workspace): Readonly<Record<string, string>> {
  if (workspace.lockfile?.kind !== 'yarn') return {};
  const manifest: unknown = JSON.parse(readFileText(join(workspace.root, 'package.json')));
  const resolutions = (manifest as { resolutions?: unknown }).resolutions;
  if (typeof resolutions !== 'object' || resolutions === null) return {};
  return Object.fromEntries(
    Object.entries(resolutions).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
