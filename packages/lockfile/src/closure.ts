import { compareStrings, sortedUnique } from '@tr/model';
import type { ClosureItem, ItemTable, Labelling } from './closure-items.js';
import { createItemTable, namesOf, nodeItem, toItem, wiringItem } from './closure-items.js';
import type { DirectDependency } from './direct-dependencies.js';
import { resolveDirectDependencies } from './direct-dependencies.js';
import type { LockedGraph } from './graph/locked-graph.js';
import { createLockedGraph, createReach } from './graph/locked-graph.js';
import type { LockedDependent } from './locked-dependent.js';
import type { LockfileReading } from './reading.js';

/** The closure of one package. Equal signature = equal closure (within one lockfile). */
export interface Closure {
  readonly signature: string;
  /** Sorted by key, no duplicates. */
  readonly items: () => readonly ClosureItem[];
  /** Local paths of the reached entries, sorted, no duplicates. */
  readonly localPaths: () => readonly string[];
}

/** Finds the closure of one package. */
export type ClosureFinder = (dependent: LockedDependent) => Closure;

/** The key under which settings of the whole lockfile appear in every closure. */
const SETTINGS_KEY = 'lockfile settings';

/** What is known of one closure while its items are made. */
interface Reached {
  readonly graph: LockedGraph;
  /** Node numbers, sorted. */
  readonly nodes: Int32Array;
  /** Name number -> how many reached nodes have that name. */
  readonly counts: Int32Array;
  /** Node numbers whose label some other reached node has too. */
  readonly ambiguous: ReadonlySet<number>;
  readonly labelling: Labelling;
}

/** Prepares a lockfile for many closures: each costs only the nodes it reaches. */
export function createClosureFinder(reading: LockfileReading): ClosureFinder {
  const graph = createLockedGraph(reading.entries);
  const search = createReach(graph);
  const table = createItemTable(graph);
  const settings = reading.settings === '' ? [] : [toItem(SETTINGS_KEY, reading.settings)];
  return (dependent) => {
    const direct = resolveDirectDependencies(reading, graph, dependent);
    const reached = describeReached(graph, search(direct.flatMap((dependency) => dependency.targets)));
    const own = [...directItems(reached, direct), ...settings];
    return {
      signature: `${signatureOf(reached.nodes)}|${own.map((item) => item.json).join()}`,
      localPaths: () =>
        sortedUnique(Array.from(reached.nodes, (node) => graph.nodes[node]?.localPath ?? '').filter(Boolean)),
      items: () => {
        const { common, special } = nodeItems(reached, table);
        return merge(common, [...own, ...special].toSorted(byKey));
      },
    };
  };
}

function describeReached(graph: LockedGraph, nodes: Int32Array): Reached {
  const counts = new Int32Array(graph.nameCount);
  const ambiguous = new Set<number>();
  let previous = -1;
  for (const number of nodes) {
    const node = graph.nodes[number];
    if (node === undefined) continue;
    counts[node.nameId] = (counts[node.nameId] ?? 0) + 1;
    // Nodes are sorted by label, so equal labels are neighbours.
    if (graph.nodes[previous]?.label === node.label) ambiguous.add(previous).add(number);
    previous = number;
  }
  const unclear = new Set([...ambiguous].flatMap((number) => graph.nodes[number] ?? []));
  const labelling: Labelling = (node) => (unclear.has(node) ? `${node.label} (${node.key})` : node.label);
  return { graph, nodes, counts, ambiguous, labelling };
}

function isWired(nameIds: readonly number[], counts: Int32Array): boolean {
  return nameIds.some((id) => (counts[id] ?? 0) > 1);
}

/**
 * What the package's own requests add: `name@specifier` without a value for what is not locked, `.>name` for which
 * version it gets where the closure has several of that name, or an alias, and a note when it was locked for another
 * specifier.
 */
function directItems({ graph, nodes, counts, labelling }: Reached, direct: readonly DirectDependency[]): ClosureItem[] {
  return direct.flatMap(({ name, specifier, targets, lockedFor }) => {
    const note = lockedFor === undefined ? [] : [toItem(`${name}@${specifier} (locked for ${lockedFor})`, '')];
    if (targets.length === 0) {
      const marker = `${name}@${specifier}`;
      const isTaken = (graph.withLabel.get(marker) ?? []).some((node) => nodes.includes(node));
      return [toItem(isTaken ? `.>${name}` : marker, ''), ...note];
    }
    const edge = { name, targets };
    const isPlain =
      targets.every((target) => graph.nodes[target]?.name === name) && !isWired(namesOf(graph, edge), counts);
    return isPlain ? note : [wiringItem(graph, '.', edge, labelling), ...note];
  });
}

/**
 * Items of the nodes and of edges that need wiring: `common` ones come from the table and are sorted; `special` ones touch
 * a label that is not unique in this closure, and are made for it.
 */
function nodeItems({ graph, nodes, counts, ambiguous, labelling }: Reached, table: ItemTable): NodeItems {
  const isWanted = new Uint8Array(table.items.length);
  const special: ClosureItem[] = [];
  for (const number of nodes) {
    const node = graph.nodes[number];
    if (node === undefined) continue;
    const isUnclear = ambiguous.size > 0 && ambiguous.has(number);
    if (isUnclear) special.push(nodeItem(graph, node, labelling));
    else isWanted[table.rankOfNode[number] ?? 0] = 1;
    for (const { edge, nameIds, rank } of table.wiredEdges[number] ?? []) {
      if (!isWired(nameIds, counts)) continue;
      if (isUnclear || (ambiguous.size > 0 && edge.targets.some((target) => ambiguous.has(target))))
        special.push(wiringItem(graph, labelling(node), edge, labelling));
      else isWanted[rank] = 1;
    }
  }
  const common = table.items.filter((_, rank) => isWanted[rank] === 1);
  return { common, special };
}

interface NodeItems {
  readonly common: readonly ClosureItem[];
  readonly special: readonly ClosureItem[];
}

/** Numbers of the nodes as a short text: one bit each. */
function signatureOf(nodes: Int32Array): string {
  const words = new Uint16Array(((nodes.at(-1) ?? -1) >> 4) + 1);
  for (const node of nodes) words[node >> 4] = (words[node >> 4] ?? 0) | (1 << (node & 15));
  return Array.from(words, (word) => String.fromCharCode(word)).join('');
}

function byKey(a: ClosureItem, b: ClosureItem): number {
  return compareStrings(a.key, b.key);
}

/** Merges two sorted lists; on equal keys the second one wins. */
function merge(a: readonly ClosureItem[], b: readonly ClosureItem[]): readonly ClosureItem[] {
  if (b.length === 0) return a;
  const merged: ClosureItem[] = [];
  let at = 0;
  for (const item of a) {
    for (let next = b[at]; next !== undefined && compareStrings(next.key, item.key) < 0; next = b[at]) {
      merged.push(next);
      at += 1;
    }
    if (b[at]?.key !== item.key) merged.push(item);
  }
  return at === b.length ? merged : [...merged, ...b.slice(at)];
}
