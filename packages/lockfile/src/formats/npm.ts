import { checkKeyLength } from '../limits.js';
import type { LockedEdge, LockedEntry, LockfileReading, Request } from '../reading.js';
import type { ParsedRecord } from '../shape.js';
import {
  MalformedLockfile,
  UnknownLockfileVersion,
  canonicalText,
  expectRecord,
  own,
  recordAt,
  stringAt,
  stringPairsAt,
} from '../shape.js';
import { packagesOfVersion1 } from './npm-version-1.js';

const MODULES = 'node_modules/';
const RUNTIME = ['dependencies', 'optionalDependencies', 'peerDependencies'] as const;
const REQUESTED = [...RUNTIME, 'devDependencies'] as const;

/**
 * Reads package-lock.json / npm-shrinkwrap.json, versions 1 to 3. Version 1 is first brought into the `packages`
 * form of 2 and 3: install path -> entry. A dependency resolves as Node resolves it, by walking up install paths.
 */
export function readNpmLockfile(text: string): LockfileReading {
  const root = expectRecord(JSON.parse(text), 'the lockfile');
  const version = own(root, 'lockfileVersion') ?? 1;
  if (version !== 1 && version !== 2 && version !== 3) throw new UnknownLockfileVersion(canonicalText(version));
  const packages = Object.hasOwn(root, 'packages') ? packagesOf(root) : packagesOfVersion1(root);
  const paths = [...packages.keys()];
  const indexOf = new Map(paths.map((path, index) => [path, index]));
  const find = (from: string, name: string): number | undefined => {
    const path = findInstalled(indexOf, from, name);
    return path === undefined ? undefined : indexOf.get(followLink(packages, path));
  };
  // Of every workspace package now: what is malformed is found while the file is read, or never.
  const requests = new Map(
    paths.filter(isWorkspacePath).map((path) => [path, requestsIn(packages.get(path) ?? {})] as const),
  );
  return {
    entries: paths.map((path) => toEntry(path, packages.get(path) ?? {}, find)),
    resolve: (directory, [name]) => {
      const index = find(directory, name);
      return index === undefined ? [] : [index];
    },
    requestsOf: (directory) => requests.get(directory) ?? [],
    settings: '',
    globals: canonicalText({ lockfileVersion: version, requires: own(root, 'requires') }),
  };
}

function requestsIn(entry: ParsedRecord): Request[] {
  return REQUESTED.flatMap((section) => stringPairsAt(entry, section));
}

/** A package of the workspace, not one that is installed. */
function isWorkspacePath(path: string): boolean {
  return !path.includes(MODULES);
}

function packagesOf(root: ParsedRecord): Map<string, ParsedRecord> {
  const entries = Object.entries(recordAt(root, 'packages'));
  for (const [path] of entries) checkKeyLength(path);
  return new Map(entries.map(([path, entry]) => [path, expectRecord(entry, `packages[${JSON.stringify(path)}]`)]));
}

/** The nearest `node_modules/<name>` at or above `from`. */
function findInstalled(paths: ReadonlyMap<string, unknown>, from: string, name: string): string | undefined {
  for (
    let directory = from;
    directory !== '';
    directory = directory.slice(0, Math.max(directory.lastIndexOf('/'), 0))
  ) {
    const path = `${directory}/${MODULES}${name}`;
    if (paths.has(path)) return path;
  }
  return paths.has(MODULES + name) ? MODULES + name : undefined;
}

function followLink(packages: ReadonlyMap<string, ParsedRecord>, path: string): string {
  const entry = packages.get(path);
  if (entry === undefined || own(entry, 'link') !== true) return path;
  const target = stringAt(entry, 'resolved');
  return target !== undefined && packages.has(target) ? target : path;
}

function toEntry(
  path: string,
  entry: ParsedRecord,
  find: (from: string, name: string) => number | undefined,
): LockedEntry {
  const isWorkspace = isWorkspacePath(path);
  const name = stringAt(entry, 'name') ?? (isWorkspace ? path : path.slice(path.lastIndexOf(MODULES) + MODULES.length));
  const resolved = stringAt(entry, 'resolved') ?? '';
  const version = isWorkspace ? `workspace:${path}` : (stringAt(entry, 'version') ?? resolved);
  const integrity = own(entry, 'integrity') ?? resolved;
  if (typeof integrity !== 'string')
    throw new MalformedLockfile(`packages[${JSON.stringify(path)}].integrity is not a string`);
  return {
    key: path,
    label: `${name}@${version}`,
    detail: isWorkspace ? '' : integrity,
    edges: edgesOf(path, entry, find),
    isWorkspace,
    ...(isWorkspace && path !== '' ? { localPath: path } : {}),
  };
}

function edgesOf(
  path: string,
  entry: ParsedRecord,
  find: (from: string, name: string) => number | undefined,
): LockedEdge[] {
  const names = new Set(RUNTIME.flatMap((section) => stringPairsAt(entry, section).map(([name]) => name)));
  return [...names].flatMap((name) => {
    const target = find(path, name);
    return target === undefined ? [] : [{ name, target }];
  });
}
