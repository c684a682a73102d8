import { posix } from 'node:path';
import { FAILSAFE_SCHEMA, loadAll } from 'js-yaml';
import type { LockedEdge, LockedEntry, LockfileReading, Request } from '../reading.js';
import { splitLabel } from '../reading.js';
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

const RUNTIME = ['dependencies', 'optionalDependencies'] as const;
const REQUESTED = [...RUNTIME, 'devDependencies'] as const;

/** Everything the functions below look up. */
interface PnpmFile {
  readonly packages: ParsedRecord;
  readonly importers: ParsedRecord;
  readonly indexOf: ReadonlyMap<string, number>;
}

/**
 * Reads pnpm-lock.yaml of the formats 5.x, 6.x and 9.x. A reference (`1.0.0(peers)`, `/name/1.0.0_peers`,
 * `name@1.0.0`, ...) names a dependency path, of which the formats know four spellings; peers, patches and overrides
 * are already part of it. Read with the fail-safe schema, so that every scalar stays text.
 */
export function readPnpmLockfile(text: string): LockfileReading {
  const documents = loadAll(text, { schema: FAILSAFE_SCHEMA }).map((document) =>
    expectRecord(document, 'the lockfile'),
  );
  // Newer versions put a document of their own tools before the one of the workspace.
  const root = documents.at(-1) ?? {};
  const version = stringAt(root, 'lockfileVersion') ?? 'none';
  if (!/^(?:5\.\d+(?:-inlineSpecifiers)?|[69]\.\d+)$/.test(version)) throw new UnknownLockfileVersion(version);
  const packages = recordAt(root, 'packages');
  const snapshots = recordAt(root, 'snapshots');
  const importers = importersOf(root);
  const paths = [...new Set([...Object.keys(snapshots), ...Object.keys(packages)])];
  const directories = Object.keys(importers).map(toImporterKey);
  const indexOf = new Map([...paths, ...directories].map((key, index) => [key, index]));
  const file: PnpmFile = { packages, importers, indexOf };
  const settings = Object.hasOwn(root, 'settings') ? canonicalText(own(root, 'settings')) : '';
  return {
    entries: [
      ...paths.map((path) => toEntry(file, path, { ...recordOf(packages, path), ...recordOf(snapshots, path) })),
      ...Object.keys(importers).map((directory) => toWorkspaceEntry(file, directory)),
    ],
    resolve: (directory, [name]) => resolveDirect(file, directory, name),
    requestsOf: (directory) => {
      const importer = recordOf(importers, directory === '' ? '.' : directory);
      return REQUESTED.flatMap((section) =>
        Object.keys(recordAt(importer, section)).map((name): Request => [name, '']),
      );
    },
    settings,
    globals: canonicalText(
      [
        'lockfileVersion',
        'settings',
        'overrides',
        'packageExtensionsChecksum',
        'patchedDependencies',
        'ignoredOptionalDependencies',
        'pnpmfileChecksum',
      ]
        .map((key) => [key, own(root, key)])
        .concat(documents.slice(0, -1).map((document) => ['document', document])),
    ),
  };
}

/** A lockfile without `importers` (formats 5 and 6, no workspace) is its own only importer. */
function importersOf(root: ParsedRecord): ParsedRecord {
  return Object.hasOwn(root, 'importers') ? recordAt(root, 'importers') : { '.': root };
}

function recordOf(section: ParsedRecord, key: string): ParsedRecord {
  return recordAt(section, key, JSON.stringify(key));
}

/** Key of an importer among the entries; cannot be a dependency path. */
function toImporterKey(directory: string): string {
  return `importer ${directory}`;
}

function toEntry(file: PnpmFile, path: string, entry: ParsedRecord): LockedEntry {
  const edges = RUNTIME.flatMap((section) =>
    stringPairsAt(entry, section).flatMap(([name, reference]) => toEdges(file, '', name, reference)),
  );
  const resolution = recordAt(own(entry, 'resolution') === undefined ? metadataOf(file, path) : entry, 'resolution');
  const detail =
    stringAt(resolution, 'integrity') ?? (Object.keys(resolution).length === 0 ? '' : canonicalText(resolution));
  return { key: path, label: toLabel(path), detail, edges, isWorkspace: false };
}

/** Format 9 keeps what does not depend on peers under the path without its peer suffix. */
function metadataOf(file: PnpmFile, path: string): ParsedRecord {
  const peers = path.indexOf('(');
  return peers < 0 ? {} : recordOf(file.packages, path.slice(0, peers));
}

function toWorkspaceEntry(file: PnpmFile, directory: string): LockedEntry {
  const importer = recordOf(file.importers, directory);
  const edges = RUNTIME.flatMap((section) =>
    Object.entries(recordAt(importer, section)).flatMap(([name, value]) =>
      toEdges(file, directory, name, referenceOf(value)),
    ),
  );
  return {
    key: toImporterKey(directory),
    label: `${directory}@workspace:${directory}`,
    detail: '',
    edges,
    isWorkspace: true,
  };
}

function resolveDirect(file: PnpmFile, directory: string, name: string): number[] {
  const from = directory === '' ? '.' : directory;
  const importer = recordOf(file.importers, from);
  return REQUESTED.flatMap((section) => {
    const value = own(recordAt(importer, section), name);
    return value === undefined ? [] : toEdges(file, from, name, referenceOf(value)).map((edge) => edge.target);
  });
}

/** An importer's dependency is the reference itself, or (formats 6 and 9) an object with specifier and version. */
function referenceOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const version = stringAt(expectRecord(value, 'a dependency'), 'version');
  if (version === undefined) throw new MalformedLockfile('a dependency has no version');
  return version;
}

function toEdges(file: PnpmFile, from: string, name: string, reference: string): LockedEdge[] {
  const candidates = reference.startsWith('link:')
    ? [toImporterKey(posix.join(from, reference.slice('link:'.length)))]
    : [reference, `${name}@${reference}`, `/${name}@${reference}`, `/${name}/${reference}`];
  for (const candidate of candidates) {
    const target = file.indexOf.get(candidate);
    if (target !== undefined) return [{ name, target }];
  }
  return [];
}

/** `/name/1.0.0_peers` (format 5) and `/name@1.0.0(peers)` (format 6) as `name@1.0.0…`; other paths as they are. */
function toLabel(path: string): string {
  const old = /^\/((?:@[^/]+\/)?[^/@]+)\/([^/].*)$/.exec(path);
  if (old !== null) return `${old[1] ?? ''}@${old[2] ?? ''}`;
  const label = path.startsWith('/') ? path.slice(1) : path;
  return splitLabel(label)[1] === '' ? `${label}@` : label;
}
