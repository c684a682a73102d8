import type { LockedGraph } from './graph/locked-graph.js';
import type { LockedDependent } from './locked-dependent.js';
import type { LockfileReading, Request } from './reading.js';

/** A dependency of the asked package itself, resolved. */
export interface DirectDependency {
  readonly name: string;
  readonly specifier: string;
  /** Node numbers, sorted; empty when the lockfile does not have it. */
  readonly targets: readonly number[];
  /** The specifier the lockfile was made for, when it is another one (an override, or the lockfile is behind). */
  readonly lockedFor: string | undefined;
}

/**
 * The dependencies a closure begins at: those the manifest calls external, and those the lockfile records for the
 * package besides (peers that were installed for it), internal ones excepted.
 */
export function resolveDirectDependencies(
  reading: LockfileReading,
  graph: LockedGraph,
  dependent: LockedDependent,
): DirectDependency[] {
  const recorded = new Map(reading.requestsOf(dependent.directory));
  const resolve = ([name, specifier]: Request): DirectDependency => {
    const nodes = reading.resolve(dependent.directory, [name, specifier]).map((entry) => graph.nodeOf[entry] ?? -1);
    const lockedFor = recorded.get(name);
    const isSame = lockedFor === undefined || lockedFor === specifier || lockedFor === `npm:${specifier}`;
    return {
      name,
      specifier,
      targets: [...new Set(nodes)].toSorted((a, b) => a - b),
      lockedFor: isSame ? undefined : lockedFor,
    };
  };
  const declared = Object.entries(dependent.externalDependencies);
  const known = new Set<string>([...dependent.internalDependencies, ...declared.map(([name]) => name)]);
  const besides = [...recorded]
    .filter(([name]) => !known.has(name))
    .map(resolve)
    .filter(({ targets }) => targets.length > 0 && targets.every((node) => graph.nodes[node]?.isWorkspace === false));
  return [...declared.map(resolve), ...besides];
}
