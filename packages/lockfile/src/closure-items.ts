import { compareStrings } from '@tr/model';
import type { LockedGraph, LockedNode, NodeEdge } from './graph/locked-graph.js';

/** One key and value of a closure; `json` is `"key":"value"`. */
export interface ClosureItem {
  readonly key: string;
  readonly value: string;
  readonly json: string;
}

/** Makes an item. */
export function toItem(key: string, value: string): ClosureItem {
  return { key, value, json: `${JSON.stringify(key)}:${JSON.stringify(value)}` };
}

/** How a node is called in a closure. */
export type Labelling = (node: LockedNode) => string;

/**
 * A node as a closure shows it: `name@version` -> what pins its bytes, and the names of its own dependencies. Names
 * alone, since a closure mostly has one version of a name; where it has several, wiring items say which.
 */
export function nodeItem(graph: LockedGraph, node: LockedNode, labelling: Labelling): ClosureItem {
  const names = node.edges.map((edge) => {
    const targetNames = new Set(edge.targets.flatMap((target) => graph.nodes[target]?.name ?? []));
    return targetNames.size === 1 && targetNames.has(edge.name)
      ? edge.name
      : `${edge.name}=${[...targetNames].join('|')}`;
  });
  const pinned = node.detail === '' ? [] : [node.detail];
  return toItem(labelling(node), [...pinned, ...(names.length === 0 ? [] : ['>', names.join(' ')])].join(' '));
}

/** `parent>name` -> the version it gets. */
export function wiringItem(graph: LockedGraph, parent: string, edge: NodeEdge, labelling: Labelling): ClosureItem {
  const labels = edge.targets.flatMap((target) => graph.nodes[target] ?? []).map(labelling);
  return toItem(`${parent}>${edge.name}`, labels.join(', '));
}

/** An edge that may need a wiring item, because its target's name has several versions in the lockfile. */
export interface WiredEdge {
  readonly edge: NodeEdge;
  /** Names whose number of versions in a closure decides. */
  readonly nameIds: readonly number[];
  /** Position of its wiring item in the table. */
  readonly rank: number;
}

/** Every item a lockfile's closures can be made of (labels taken as they are), sorted by key. */
export interface ItemTable {
  readonly items: readonly ClosureItem[];
  /** Node number -> position of its node item. */
  readonly rankOfNode: Int32Array;
  /** Node number -> its wired edges. */
  readonly wiredEdges: readonly (readonly WiredEdge[])[];
}

/** Makes the table of a graph. */
export function createItemTable(graph: LockedGraph): ItemTable {
  const versions = countNames(graph);
  const plain: Labelling = (node) => node.label;
  const drafts: { readonly item: ClosureItem; readonly place: (rank: number) => void }[] = [];
  const rankOfNode = new Int32Array(graph.nodes.length);
  const wiredEdges: WiredEdge[][] = graph.nodes.map(() => []);
  for (const [number, node] of graph.nodes.entries()) {
    drafts.push({ item: nodeItem(graph, node, plain), place: (rank) => (rankOfNode[number] = rank) });
    for (const edge of node.edges) {
      const nameIds = namesOf(graph, edge);
      if (nameIds.every((id) => (versions[id] ?? 0) < 2)) continue;
      const place = (rank: number): void => void wiredEdges[number]?.push({ edge, nameIds, rank });
      drafts.push({ item: wiringItem(graph, node.label, edge, plain), place });
    }
  }
  const ranked = drafts.toSorted((a, b) => compareStrings(a.item.key, b.item.key));
  for (const [rank, draft] of ranked.entries()) draft.place(rank);
  return { items: ranked.map((draft) => draft.item), rankOfNode, wiredEdges };
}

/** Numbers of the names that an edge's targets have. */
export function namesOf(graph: LockedGraph, edge: NodeEdge): number[] {
  return [...new Set(edge.targets.flatMap((target) => graph.nodes[target]?.nameId ?? []))];
}

function countNames(graph: LockedGraph): Int32Array {
  const counts = new Int32Array(graph.nameCount);
  for (const node of graph.nodes) counts[node.nameId] = (counts[node.nameId] ?? 0) + 1;
  return counts;
}
