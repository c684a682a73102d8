import { posix } from 'node:path';
import { FAILSAFE_SCHEMA, load } from 'js-yaml';
import type { LockedEdge, LockedEntry, LockfileReading, Request } from '../reading.js';
import { splitLabel } from '../reading.js';
import type { ParsedRecord } from '../shape.js';
import {
  UnknownLockfileVersion,
  canonicalText,
  expectRecord,
  own,
  recordAt,
  stringAt,
  stringPairsAt,
} from '../shape.js';
import { createEdgeBudget } from '../limits.js';
import { groupByName } from './descriptors.js';

const WORKSPACE = '@workspace:';
const OLDEST_VERSION = 4;

/**
 * Reads a yarn.lock of Yarn 2 and newer: descriptor `name@protocol:range` -> resolved package, workspaces included.
 * A dependency is listed with the range its manifest has, but `resolutions`, catalogs and patches replace it without a
 * trace in the dependent. So besides its own descriptor a dependency gets every entry of that name that nobody
 * asks for by its descriptor (somebody must get it), and all entries of that name when its descriptor is not there.
 */
export function readBerryLockfile(text: string): LockfileReading {
  const root = expectRecord(load(text, { schema: FAILSAFE_SCHEMA }), 'the lockfile');
  const metadata = recordAt(root, '__metadata');
  const version = stringAt(metadata, 'version') ?? 'none';
  if (!/^\d+$/.test(version) || Number(version) < OLDEST_VERSION) throw new UnknownLockfileVersion(version);
  const keys = Object.keys(root).filter((key) => key !== '__metadata');
  const blocks = keys.map((key) => expectRecord(own(root, key), JSON.stringify(key)));
  const indexOf = new Map(
    keys.flatMap((key, index) => splitKey(key).map((descriptor) => [descriptor, index] as const)),
  );
  const resolver = createResolver(blocks, indexOf);
  const spend = createEdgeBudget();
  const resolve: Resolver = (request) => {
    const targets = resolver(request);
    spend(targets.length);
    return targets;
  };
  const workspaces = new Map(blocks.flatMap((block) => workspaceOf(block)));
  return {
    entries: blocks.map((block, index) => toEntry(keys[index] ?? '', block, resolve)),
    resolve: (directory, request) => {
      const locked = stringPairsAt(workspaces.get(directory) ?? {}, 'dependencies').filter(
        ([name]) => name === request[0],
      );
      return [...new Set([...locked, request].flatMap(resolver))];
    },
    requestsOf: (directory) => stringPairsAt(workspaces.get(directory) ?? {}, 'dependencies'),
    settings: '',
    globals: canonicalText(metadata),
  };
}

function splitKey(key: string): string[] {
  return key.split(',').map((descriptor) => descriptor.trim());
}

/** The block under the directory of its workspace, when it is one. */
function workspaceOf(block: ParsedRecord): [string, ParsedRecord][] {
  const resolution = stringAt(block, 'resolution') ?? '';
  const at = resolution.indexOf(WORKSPACE, 1);
  if (at < 0) return [];
  const directory = resolution.slice(at + WORKSPACE.length);
  return [[directory === '.' ? '' : directory, block]];
}

type Resolver = (request: Request) => readonly number[];

function createResolver(blocks: readonly ParsedRecord[], indexOf: ReadonlyMap<string, number>): Resolver {
  const byName = groupByName(indexOf);
  const free = unclaimedByName(blocks, indexOf);
  const patches = builtinPatches(indexOf);
  return (request) => {
    const descriptor = findDescriptor(request, indexOf);
    if (descriptor === undefined) return byName.get(request[0]) ?? [];
    const target = indexOf.get(descriptor);
    return [
      ...(target === undefined ? [] : [target]),
      ...(patches.get(descriptor) ?? []),
      ...(free.get(request[0]) ?? []),
    ];
  };
}

/** The key that a dependency's range has in the lockfile; a bare range means the npm protocol. */
function findDescriptor([name, range]: Request, indexOf: ReadonlyMap<string, number>): string | undefined {
  return [`${name}@${range}`, `${name}@npm:${range}`].find((descriptor) => indexOf.has(descriptor));
}

/** Entries that no dependency asks for by descriptor, by name. Workspaces and built-in patches are accounted for. */
function unclaimedByName(
  blocks: readonly ParsedRecord[],
  indexOf: ReadonlyMap<string, number>,
): Map<string, readonly number[]> {
  const claimed = new Set<string>();
  for (const request of blocks.flatMap((block) => stringPairsAt(block, 'dependencies'))) {
    const descriptor = findDescriptor(request, indexOf);
    if (descriptor !== undefined) claimed.add(descriptor);
  }
  const free = [...indexOf].filter(
    ([descriptor]) =>
      !claimed.has(descriptor) && !descriptor.includes(WORKSPACE) && patchSource(descriptor) === undefined,
  );
  return groupByName(new Map(free));
}

/** Yarn patches some packages by itself: such an entry goes with the descriptor it patches. */
function builtinPatches(indexOf: ReadonlyMap<string, number>): Map<string, readonly number[]> {
  const patches = new Map<string, readonly number[]>();
  for (const [descriptor, index] of indexOf) {
    const source = patchSource(descriptor);
    if (source !== undefined) patches.set(source, [...(patches.get(source) ?? []), index]);
  }
  return patches;
}

/** `x@patch:x@npm%3A^1.0.0#optional!builtin<compat/x>` patches `x@npm:^1.0.0`; undefined for anything but a built-in patch. */
function patchSource(descriptor: string): string | undefined {
  const [, range] = splitLabel(descriptor);
  const match = /^patch:([^#]+)#[^:]*builtin</.exec(range);
  return match?.[1]?.replaceAll('%3A', ':').replaceAll('%25', '%');
}

function toEntry(key: string, block: ParsedRecord, resolve: Resolver): LockedEntry {
  const edges: LockedEdge[] = stringPairsAt(block, 'dependencies').flatMap((request) =>
    resolve(request).map((target) => ({ name: request[0], target })),
  );
  const resolution = stringAt(block, 'resolution') ?? key;
  const [name, full] = splitLabel(resolution);
  const reference = full.startsWith('npm:') ? full.slice('npm:'.length) : full;
  const isWorkspace = resolution.includes(WORKSPACE, 1);
  // A version from the npm protocol is in the reference already.
  const version = reference === full && !isWorkspace ? stringAt(block, 'version') : undefined;
  const localPath = localPathOf(full);
  return {
    key: splitKey(key).toSorted().join(', '),
    label: `${name}@${reference}`,
    detail: [version, stringAt(block, 'checksum')].filter(Boolean).join(' '),
    edges,
    isWorkspace,
    ...(localPath === undefined ? {} : { localPath }),
  };
}

/** `link:` and `portal:` use a directory in place, named relative to the workspace package that asks (the locator). */
function localPathOf(reference: string): string | undefined {
  if (reference.startsWith('workspace:'))
    return reference === 'workspace:.' ? undefined : reference.slice('workspace:'.length);
  const at = reference.indexOf('::');
  if (at < 0 || !/^(?:link|portal):/.test(reference)) return undefined;
  const locator = new URLSearchParams(reference.slice(at + '::'.length)).get('locator') ?? '';
  const directory = locator.slice(locator.indexOf(WORKSPACE, 1) + WORKSPACE.length);
  return posix.join(directory, reference.slice(reference.indexOf(':') + 1, at));
}
