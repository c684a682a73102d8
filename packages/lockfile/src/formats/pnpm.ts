import { FAILSAFE_SCHEMA, loadAll } from 'js-yaml';
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
import { dependencyPathsOf, importerKey, linkedDirectory, toLabel, withoutPeers } from './pnpm-paths.js';

const RUNTIME = ['dependencies', 'optionalDependencies'] as const;
const REQUESTED = [...RUNTIME, 'devDependencies'] as const;
const KNOWN_VERSIONS = /^(?:5\.\d+(?:-inlineSpecifiers)?|[69]\.\d+)$/;

/** Everything the functions below look up. */
interface PnpmFile {
  readonly packages: ParsedRecord;
  /** Directory (`.` is the root) -> what is installed for it. */
  readonly importers: ReadonlyMap<string, ParsedRecord>;
  readonly indexOf: ReadonlyMap<string, number>;
}

/**
 * Reads pnpm-lock.yaml of the formats 5.x, 6.x and 9.x. A reference names a dependency path (see pnpm-paths.ts);
 * peers, patches and overrides are already part of it. Read with the fail-safe schema, so that every scalar stays text.
 */
export function readPnpmLockfile(text: string): LockfileReading {
  const documents = loadAll(text, { schema: FAILSAFE_SCHEMA }).map((document) =>
    expectRecord(document, 'the lockfile'),
  );
  // Newer versions put a document for their own tools before the one of the workspace.
  const root = documents.at(-1) ?? {};
  const version = stringAt(root, 'lockfileVersion') ?? 'none';
  if (!KNOWN_VERSIONS.test(version)) throw new UnknownLockfileVersion(version);
  const packages = recordAt(root, 'packages');
  const snapshots = recordAt(root, 'snapshots');
  const importers = importersOf(root);
  const paths = [...new Set([...Object.keys(snapshots), ...Object.keys(packages)])];
  const requests = new Map(
    Array.from(importers, ([directory, importer]) => [directory, requestsOf(importer)] as const),
  );
  const keys = [...paths, ...Array.from(importers.keys(), importerKey)];
  const file: PnpmFile = { packages, importers, indexOf: new Map(keys.map((key, index) => [key, index])) };
  return {
    entries: [
      ...paths.map((path) => toEntry(file, path, { ...recordAt(packages, path), ...recordAt(snapshots, path) })),
      ...Array.from(importers, ([directory, importer]) => toImporterEntry(file, directory, importer)),
    ],
    resolve: (directory, [name]) => resolveDirect(file, directory === '' ? '.' : directory, name),
    requestsOf: (directory) => requests.get(directory === '' ? '.' : directory) ?? [],
    settings: Object.hasOwn(root, 'settings') ? canonicalText(own(root, 'settings')) : '',
    globals: canonicalText([
      ...globalSections(version).map((section) => [section, own(root, section)]),
      documents.slice(0, -1),
    ]),
  };
}

/** Overrides and (from format 9) patches show in the entries they touch. */
function globalSections(version: string): readonly string[] {
  const always = ['lockfileVersion', 'settings', 'packageExtensionsChecksum'];
  return version.startsWith('9') ? always : [...always, 'patchedDependencies'];
}

/**
 * Importers by directory, and linked directories that are no importers, with nothing installed. A lockfile without
 * `importers` (formats 5 and 6, no workspace) is its own only importer.
 */
function importersOf(root: ParsedRecord): Map<string, ParsedRecord> {
  const section = Object.hasOwn(root, 'importers') ? recordAt(root, 'importers') : { '.': root };
  const importers = new Map(Object.keys(section).map((directory) => [directory, recordAt(section, directory)]));
  const linked = [...importers].flatMap(([directory, importer]) =>
    REQUESTED.flatMap((name) => Object.values(recordAt(importer, name))).map((value) =>
      linkedDirectory(directory, referenceOf(value)),
    ),
  );
  for (const directory of linked)
    if (directory !== undefined && !importers.has(directory)) importers.set(directory, {});
  return importers;
}

function toEntry(file: PnpmFile, path: string, entry: ParsedRecord): LockedEntry {
  const edges = RUNTIME.flatMap((section) =>
    stringPairsAt(entry, section).flatMap(([name, reference]) => toEdges(file, '.', name, reference)),
  );
  // Format 9 keeps what does not depend on peers under the path without them.
  const described = own(entry, 'resolution') === undefined ? recordAt(file.packages, withoutPeers(path)) : entry;
  const resolution = recordAt(described, 'resolution');
  const integrity = stringAt(resolution, 'integrity');
  const directory = stringAt(resolution, 'directory');
  return {
    key: path,
    label: toLabel(path),
    detail: integrity ?? (Object.keys(resolution).length === 0 ? '' : canonicalText(resolution)),
    edges,
    isWorkspace: false,
    ...(directory === undefined ? {} : { localPath: directory }),
  };
}

function toImporterEntry(file: PnpmFile, directory: string, importer: ParsedRecord): LockedEntry {
  const edges = RUNTIME.flatMap((section) =>
    Object.entries(recordAt(importer, section)).flatMap(([name, value]) =>
      toEdges(file, directory, name, referenceOf(value)),
    ),
  );
  const key = importerKey(directory);
  const localPath = directory === '.' ? {} : { localPath: directory };
  return { key, label: `${directory}@workspace:${directory}`, detail: '', edges, isWorkspace: true, ...localPath };
}

function resolveDirect(file: PnpmFile, directory: string, name: string): number[] {
  return REQUESTED.flatMap((section) => {
    const value = own(recordAt(file.importers.get(directory) ?? {}, section), name);
    return value === undefined ? [] : toEdges(file, directory, name, referenceOf(value)).map((edge) => edge.target);
  });
}

/** Format 5 lists specifiers apart; later ones next to each version. */
function requestsOf(importer: ParsedRecord): Request[] {
  const specifiers = recordAt(importer, 'specifiers');
  return REQUESTED.flatMap((section) =>
    Object.entries(recordAt(importer, section)).map(([name, value]): Request => {
      const specifier =
        typeof value === 'string' ? stringAt(specifiers, name) : stringAt(expectRecord(value, name), 'specifier');
      return [name, specifier ?? ''];
    }),
  );
}

/** A dependency of an importer is the reference itself, or an object with specifier and version. */
function referenceOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const version = stringAt(expectRecord(value, 'a dependency'), 'version');
  if (version === undefined) throw new MalformedLockfile('a dependency has no version');
  return version;
}

function toEdges(file: PnpmFile, from: string, name: string, reference: string): LockedEdge[] {
  const linked = linkedDirectory(from, reference);
  const candidates = linked === undefined ? dependencyPathsOf(name, reference) : [importerKey(linked)];
  for (const candidate of candidates) {
    const target = file.indexOf.get(candidate);
    if (target !== undefined) return [{ name, target }];
  }
  return [];
}
