import { compareStrings } from '@tr/model';
import type { LockedEntry } from '../reading.js';
import { splitLabel } from '../reading.js';
import { classifyTwins } from './twins.js';

/** The entries of a lockfile, twins merged, in order of their labels: a node's number is its rank. */
export interface LockedGraph {
  readonly nodes: readonly LockedNode[];
  /** Entry index -> node number. */
  readonly nodeOf: Int32Array;
  /** Number of different names; see {@link LockedNode.nameId}. */
  readonly nameCount: number;
  /** Label -> numbers of the nodes that have it. */
  readonly withLabel: ReadonlyMap<string, readonly number[]>;
}

/** One node of the graph. */
export interface LockedNode {
  readonly label: string;
  /** The name part of the label, and its number: equal names have equal numbers. */
  readonly name: string;
  readonly nameId: number;
  /** What the lockfile calls it; tells nodes of the same label apart. */
  readonly key: string;
  readonly detail: string;
  /** Sorted by name. */
  readonly edges: readonly NodeEdge[];
  readonly isWorkspace: boolean;
  /** See `LockedEntry.localPath`. */
  readonly localPath: string | undefined;
}

/** All a dependency name of a node leads to. */
export interface NodeEdge {
  readonly name: string;
  /** Node numbers, sorted, at least one. */
  readonly targets: readonly number[];
}

/** Merges and ranks the entries. */
export function createLockedGraph(entries: readonly LockedEntry[]): LockedGraph {
  const classOf = classifyTwins(entries);
  const representatives = new Map<number, LockedEntry>();
  for (const [index, entry] of entries.entries()) {
    const id = classOf[index] ?? 0;
    const known = representatives.get(id);
    if (known === undefined || compareStrings(entry.key, known.key) < 0) representatives.set(id, entry);
  }
  const ranked = [...representatives].toSorted(
    ([, a], [, b]) => compareStrings(a.label, b.label) || compareStrings(a.key, b.key),
  );
  const rankOf = new Map(ranked.map(([id], rank) => [id, rank]));
  const nodeOf = classOf.map((id) => rankOf.get(id) ?? -1);
  const nameIds = new Map<string, number>();
  const nodes = ranked.map(([, entry]) => toNode(entry, nodeOf, nameIds));
  const withLabel = new Map<string, number[]>();
  for (const [number, { label }] of nodes.entries()) {
    const known = withLabel.get(label);
    if (known === undefined) withLabel.set(label, [number]);
    else known.push(number);
  }
  return { nodes, nodeOf, nameCount: nameIds.size, withLabel };
}

function toNode(entry: LockedEntry, nodeOf: Int32Array, nameIds: Map<string, number>): LockedNode {
  const [name] = splitLabel(entry.label);
  const nameId = nameIds.get(name) ?? nameIds.size;
  nameIds.set(name, nameId);
  const targets = new Map<string, Set<number>>();
  for (const edge of entry.edges) {
    const known = targets.get(edge.name) ?? new Set<number>();
    targets.set(edge.name, known.add(nodeOf[edge.target] ?? -1));
  }
  const edges = [...targets]
    .map(([edgeName, numbers]) => ({ name: edgeName, targets: [...numbers].toSorted((a, b) => a - b) }))
    .toSorted((a, b) => compareStrings(a.name, b.name));
  const { label, key, detail, isWorkspace, localPath } = entry;
  return { label, name, nameId, key, detail, edges, isWorkspace, localPath };
}

/** Finds every node that can be reached from some nodes. */
export type Reach = (starts: Iterable<number>) => Int32Array;

/** Prepares a graph for many searches. A search returns node numbers, sorted (so by label), starts included. */
export function createReach(graph: LockedGraph): Reach {
  const { firstTarget, targets } = toAdjacency(graph);
  const seen = new Uint32Array(graph.nodes.length);
  const found = new Int32Array(graph.nodes.length);
  let search = 0;
  return (starts) => {
    search += 1;
    let count = 0;
    for (const start of starts) {
      if (seen[start] === search) continue;
      seen[start] = search;
      found[count++] = start;
    }
    for (let next = 0; next < count; next += 1) {
      const node = found[next] ?? 0;
      const end = firstTarget[node + 1] ?? 0;
      for (let at = firstTarget[node] ?? 0; at < end; at += 1) {
        const target = targets[at] ?? 0;
        if (seen[target] === search) continue;
        seen[target] = search;
        found[count++] = target;
      }
    }
    // Collected in order, which is cheaper than sorting what was found.
    const sorted = new Int32Array(count);
    for (let node = 0, at = 0; at < count; node += 1) if (seen[node] === search) sorted[at++] = node;
    return sorted;
  };
}

/** All targets in one array: those of node `n` from `firstTarget[n]` up to `firstTarget[n + 1]`. */
function toAdjacency(graph: LockedGraph): { readonly firstTarget: Int32Array; readonly targets: Int32Array } {
  const lists = graph.nodes.map((node) => [...new Set(node.edges.flatMap((edge) => edge.targets))]);
  const firstTarget = new Int32Array(lists.length + 1);
  for (const [node, list] of lists.entries()) firstTarget[node + 1] = (firstTarget[node] ?? 0) + list.length;
  return { firstTarget, targets: Int32Array.from(lists.flat()) };
}
