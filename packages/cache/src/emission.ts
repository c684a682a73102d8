import { isRecord } from '@tr/model';

/** Declarations and data are read by a compiler, never made of them. */
const NOT_EMITTED = /\.d\.(?:[^./]+\.)?[cm]?ts$|\.json$|(?:^|\/)node_modules\//;

/**
 * Where the compiler that keeps this state has put files: directories, relative to that of the state. `[]`: it has only checked types, as
 * `tsc --noEmit` does, and what lies on disk is not its work. Undefined: the state does not say, it may be anywhere.
 */
export function findEmission(state: string, config: string | undefined): readonly string[] | undefined {
  const parsed = parse(state);
  if (!isRecord(parsed)) return undefined;
  // Before TypeScript 5.6 most of it is in `program`.
  const info = isRecord(parsed['program']) ? parsed['program'] : parsed;
  const { fileNames, options, affectedFilesPendingEmit: waiting } = info;
  if (!Array.isArray(fileNames)) return Array.isArray(info['root']) ? findEmissionOfBuild(config) : undefined;
  // Before version 5 a file is there with 1 for all of it, or 0.
  const wholeFile = /^[34]\./.test(String(parsed['version']))
    ? (entry: unknown): unknown => (Array.isArray(entry) && entry[1] === 1 ? entry[0] : undefined)
    : (entry: unknown): unknown => entry;
  const pending = new Set<unknown>(Array.isArray(waiting) ? waiting.map(wholeFile) : []);
  // A file counts from 1; one of which a part was emitted is there as a list.
  const isPending = (name: unknown, at: number): boolean => NOT_EMITTED.test(String(name)) || pending.has(at + 1);
  if (fileNames.every(isPending)) return [];
  const places = isRecord(options) ? [options['outDir'], options['declarationDir']].filter(isText) : [];
  return places.length === 0 ? undefined : places;
}

/**
 * `tsc -b` keeps little of a project that is not incremental, and nothing of where its files are: only the configuration tells. Without a
 * directory of its own the state would lie with the outputs, if there were any.
 */
function findEmissionOfBuild(config = ''): readonly string[] | undefined {
  const emits = !/"noEmit"\s*:\s*true/.test(config) && /"(?:outDir|tsBuildInfoFile)"/.test(config);
  return emits ? undefined : [];
}

const isText = (value: unknown): value is string => typeof value === 'string';

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
