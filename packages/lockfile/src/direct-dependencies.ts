import type { LockedGraph } from './graph/locked-graph.js';
import type { LockedDependent } from './locked-dependent.js';
import type { LockfileReading, Request } from './reading.js';

/** A dependency of the asked package itself, resolved. */
export interface DirectDependency {
  readonly name: string;
  readonly specifier: string;
  /** Node numbers, sorted; empty when the lockfile does not have it. */
  readonly targets: readonly number[];
}

/**
 * The dependencies a closure begins at: those the manifest calls external, and those the lockfile records for the
 * package besides (peers that were installed for it), internal ones excepted. Sorted by nothing in particular.
 */
export function resolveDirectDependencies(
  reading: LockfileReading,
  graph: LockedGraph,
  dependent: LockedDependent,
): DirectDependency[] {
  const resolve = ([name, specifier]: Request): DirectDependency => {
    const nodes = reading.resolve(dependent.directory, [name, specifier]).map((entry) => graph.nodeOf[entry] ?? -1);
    return { name, specifier, targets: [...new Set(nodes)].toSorted((a, b) => a - b) };
  };
  const declared = Object.entries(dependent.externalDependencies);
  const known = new Set<string>([...dependent.internalDependencies, ...declared.map(([name]) => name)]);
  const recorded = reading
    .requestsOf(dependent.directory)
    .filter(([name]) => !known.has(name))
    .map(resolve)
    .filter(({ targets }) => targets.length > 0 && targets.every((node) => graph.nodes[node]?.isWorkspace === false));
  return [...declared.map(resolve), ...recorded];
}
