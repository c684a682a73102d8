import type { Edges } from './find-cycles.js';

/**
 * The nodes by the length of the longest chain below them, then by index, so that each comes after its dependencies;
 * undefined when there is a cycle. `dependents` is `dependencies` turned round. Linear time (Kahn's algorithm, 1962).
 */
export function orderByDepth(dependencies: Edges, dependents: Edges): readonly number[] | undefined {
  const missing = dependencies.map((edges) => edges.length);
  const depths = dependencies.map(() => 0);
  const ready = [...missing.keys()].filter((node) => missing[node] === 0);
  for (const node of ready) {
    for (const dependent of dependents[node] ?? []) {
      depths[dependent] = Math.max(depths[dependent] ?? 0, (depths[node] ?? 0) + 1);
      const left = (missing[dependent] ?? 0) - 1;
      missing[dependent] = left;
      if (left === 0) ready.push(dependent);
    }
  }
  if (ready.length < dependencies.length) return undefined;
  const levels: number[][] = [];
  depths.forEach((depth, node) => (levels[depth] ??= []).push(node));
  return levels.flat();
}
