import { posix } from 'node:path';
import { joinPath, type RelativePath } from '@tr/model';
import { isSameStamp, toStamp, type OutputMatcher, type OutputPlace, type OutputRecord } from '@tr/artifact';
import { attempt, readWhole } from '@tr/store';
import { findEmission } from './emission.js';

/** `.tsbuildinfo`, or `tsbuildinfo.json` as some call it. */
const BUILD_STATE = /tsbuildinfo(?:\.json)?$/;
/** Where compilers are told to keep it, besides the package directory: there, and one folder below. */
const CACHES = ['.cache', 'node_modules/.cache', 'node_modules/.tmp'];
/** A larger one is not read, and counts. */
const MAX_BYTES = 64 * 1024 * 1024;

/** True for the path of a compiler's state. */
export function isBuildState(path: string): boolean {
  return BUILD_STATE.test(path);
}

/**
 * Incremental compilers write down what they have emitted (`*.tsbuildinfo`). Where that file is not an output but what
 * was emitted is, a restore changes the one without the other, and the next execution leaves out files that it believes
 * to be there: a partial set that must not be stored. Returns the path of such a file when it and the outputs on disk
 * may be out of step, else undefined. The state of a compiler that emits nothing, or elsewhere, is none.
 */
export function findStaleBuildState(options: {
  readonly place: OutputPlace;
  readonly matcher: OutputMatcher;
  readonly record: OutputRecord | undefined;
  /** Where the package lies. */
  readonly real: RelativePath;
}): string | undefined {
  const { place, matcher, record, real } = options;
  if (matcher.includes.length === 0) return undefined;
  const states = listBuildStates(place, real).filter((path) => !matcher.matches(path));
  if (states.length === 0 || !isOutOfStep(place, matcher, record)) return undefined;
  return states.find((path) => mayDescribe(place, path, { real, matcher }));
}

function listBuildStates(place: OutputPlace, directory: RelativePath): readonly string[] {
  const found: string[] = [];
  const search = (folder: string, depth: number): void => {
    const listed = attempt(place.root, () => place.disk.readDirectory(`${place.root}/${folder}`));
    for (const entry of listed.ok ? listed.value : []) {
      if (entry.isDirectory() && depth > 0) search(joinPath(folder, entry.name), depth - 1);
      else if (entry.isFile() && isBuildState(entry.name)) found.push(joinPath(folder, entry.name));
    }
  };
  search(directory, 0);
  for (const cache of CACHES) search(joinPath(directory, cache), 1);
  return found.sort();
}

/** True when outputs may be what the compiler with this state emitted. */
function mayDescribe(
  place: OutputPlace,
  path: string,
  { real, matcher }: { readonly real: RelativePath; readonly matcher: OutputMatcher },
): boolean {
  const emission = emissionOf(place, path, real);
  if (emission === undefined) return true;
  const meets = (base: string, emitted: string): boolean => isWithin(base, emitted) || isWithin(emitted, base);
  return emission.some((emitted) => {
    const from = posix.join(posix.dirname(path), emitted);
    return matcher.includes.some(({ base }) => meets(base, from));
  });
}

/** What {@link findEmission} says of a state in the package that lies at `real`; undefined also when it cannot be read. */
export function emissionOf(place: OutputPlace, path: RelativePath, real: RelativePath): readonly string[] | undefined {
  const state = readText(place, path);
  const config = readText(place, joinPath(real, posix.basename(path).replace(/\.tsbuildinfo$/, '.json')));
  return state === undefined ? undefined : findEmission(state, config);
}

function isWithin(path: string, folder: string): boolean {
  return folder === '.' || folder === '' || path === folder || path.startsWith(`${folder}/`);
}

function readText(place: OutputPlace, path: string): string | undefined {
  const read = attempt(place.root, () => readWhole(place.disk, `${place.root}/${path}`, MAX_BYTES));
  return read.ok ? Buffer.from(read.value.bytes).toString('utf8') : undefined;
}

function isOutOfStep(place: OutputPlace, matcher: OutputMatcher, record: OutputRecord | undefined): boolean {
  if (record?.outOfStep === true) return true;
  const known = record?.known;
  // Nothing is known: in step, unless the outputs were removed altogether.
  if (record === undefined || known === undefined) return !matcher.includes.some(({ base }) => isThere(place, base));
  if (known.origin === 'restored') return true;
  return record.paths().some((path, at) => {
    const stamp = known.stamps[at];
    const stats = attempt(place.root, () => place.disk.lstat(`${place.root}/${path}`));
    if (!stats.ok || stats.value === undefined || stamp === undefined) return true;
    return !path.endsWith('/') && !isSameStamp(toStamp(stats.value), stamp);
  });
}

function isThere(place: OutputPlace, path: string): boolean {
  const stats = attempt(place.root, () => place.disk.lstat(`${place.root}/${path}`));
  return stats.ok && stats.value !== undefined;
}

/** Why outputs that do not fit to the build state at `path` are not stored. */
export function staleStateReason(path: string): {
  readonly reason: 'unsafe-output';
  readonly path: string;
  readonly detail: string;
} {
  const detail =
    'it says what was emitted, is not an output itself, and the outputs were changed without it: add it to `outputs`, or delete it once';
  return { reason: 'unsafe-output', path, detail };
}
