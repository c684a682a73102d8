import { readdirSync, statSync } from 'node:fs';
import { joinPath, type RelativePath } from '@tr/model';
import { toAbsolute } from './paths.js';
import { isAbsent } from './read-text.js';

/** What one directory holds; links are followed. Names sorted by nothing in particular. */
export interface DirectoryListing {
  readonly directories: readonly string[];
  /** Those of `directories` that are links. */
  readonly linked: ReadonlySet<string>;
  readonly files: ReadonlySet<string>;
}

/** Lists directories of a workspace, each at most once. An absent directory is empty. */
export type DirectoryListings = (directory: RelativePath) => DirectoryListing;

const EMPTY: DirectoryListing = { directories: [], linked: new Set(), files: new Set() };

/** Listings of the directories below `root`, kept for as long as the returned function is. */
export function createDirectoryListings(root: string): DirectoryListings {
  const known = new Map<RelativePath, DirectoryListing>();
  return (directory) => {
    const before = known.get(directory);
    if (before) return before;
    const listing = list(root, directory);
    known.set(directory, listing);
    return listing;
  };
}

function list(root: string, directory: RelativePath): DirectoryListing {
  let entries;
  try {
    entries = readdirSync(toAbsolute(root, directory), { withFileTypes: true });
  } catch (error) {
    if (isAbsent(error)) return EMPTY;
    throw error;
  }
  const directories: string[] = [];
  const linked = new Set<string>();
  const files = new Set<string>();
  for (const entry of entries) {
    if (entry.isDirectory()) directories.push(entry.name);
    else if (entry.isFile()) files.add(entry.name);
    else if (entry.isSymbolicLink()) {
      const target = statTarget(toAbsolute(root, joinPath(directory, entry.name)));
      if (target?.isFile()) files.add(entry.name);
      if (!target?.isDirectory()) continue;
      directories.push(entry.name);
      linked.add(entry.name);
    }
  }
  return { directories, linked, files };
}

/** A link that leads nowhere, or in circles, is left out. */
function statTarget(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
