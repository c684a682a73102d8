import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ServiceDefinition, ServiceKind } from '@tr/model';
import type { CapturedState, StoredState } from '../ports.js';
import { packState } from '../state/pack-state.js';
import { STATE_VERSION, type StateHeader } from '../state/state-header.js';
import { StateError, unpackState } from '../state/unpack-state.js';
import { toUnusable } from '../service-error.js';

/** How a product writes a database to a file. */
export interface DumpForm {
  /** Name of the one file of a state. */
  readonly file: string;
  readonly kind: ServiceKind;
  /** Of releases whose dumps can be loaded by each other. */
  readonly series: string;
}

/** Makes the state at `path` of what `dump` writes to the file it is given. */
export async function packDump(
  form: DumpForm,
  path: string,
  dump: (file: string) => Promise<void>,
): Promise<CapturedState> {
  const directory = join(dirname(path), 'dump');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  await dump(join(directory, form.file));
  const isWanted = (name: string): boolean => name === form.file;
  return await packState({ header: toHeader(form), directory, isWanted, target: path });
}

/** Where a state is unpacked to. */
export interface UnpackPlace {
  readonly folder: string;
  readonly service: ServiceDefinition;
}

/** Unpacks a state; returns the path of the dump. */
export async function unpackDump(
  form: DumpForm,
  { path, sha256 }: StoredState,
  { folder, service }: UnpackPlace,
): Promise<string> {
  const directory = join(folder, 'dump');
  try {
    const isStored = (name: string): boolean => name === form.file;
    await unpackState({ path, sha256, expected: toHeader(form), directory, account: undefined, isStored });
    return join(directory, form.file);
  } catch (error) {
    throw error instanceof StateError ? toUnusable(service, error.message, error) : error;
  }
}

/** A dump is of no machine. */
function toHeader({ kind, series }: DumpForm): StateHeader {
  return { version: STATE_VERSION, kind, format: `dump ${series}`, platform: 'any', database: '' };
}
