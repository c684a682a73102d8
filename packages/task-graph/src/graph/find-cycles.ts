/** A directed graph by index: `edges[i]` has the neighbours of node `i`. */
export type Edges = readonly (readonly number[])[];

/**
 * One shortest cycle through the smallest node of every knot (strongly connected component) that has one, closed: the
 * first node is repeated at the end. Knots come in order of that node. Empty for an acyclic graph. Linear time.
 */
export function findCycles(edges: Edges): readonly (readonly number[])[] {
  const knots = findKnots(edges);
  const starts = new Map<number, number>();
  knots.forEach((knot, node) => {
    if (!starts.has(knot)) starts.set(knot, node);
  });
  const sizes = new Map<number, number>();
  for (const knot of knots) sizes.set(knot, (sizes.get(knot) ?? 0) + 1);
  const cycles: (readonly number[])[] = [];
  for (const [knot, start] of starts) {
    if (sizes.get(knot) === 1 && edges[start]?.includes(start) !== true) continue;
    cycles.push(findWayBack(edges, knots, start));
  }
  return cycles;
}

/** Breadth first from `start` inside its knot until an edge leads back to it. */
function findWayBack(edges: Edges, knots: readonly number[], start: number): readonly number[] {
  const cameFrom = new Map<number, number>();
  const queue = [start];
  for (const node of queue) {
    for (const next of edges[node] ?? []) {
      if (next === start) return [start, ...unwind(cameFrom, node, start), start];
      if (knots[next] !== knots[start] || cameFrom.has(next)) continue;
      cameFrom.set(next, node);
      queue.push(next);
    }
  }
  return [];
}

function unwind(cameFrom: ReadonlyMap<number, number>, end: number, start: number): readonly number[] {
  const way: number[] = [];
  for (let node: number | undefined = end; node !== undefined && node !== start; node = cameFrom.get(node))
    way.push(node);
  return way.reverse();
}

/**
 * The knot of every node, by Tarjan's algorithm ("Depth-first search and linear graph algorithms", 1972) with a stack
 * of its own instead of recursion: a chain of 10,000 tasks would exhaust the call stack.
 */
function findKnots(edges: Edges): readonly number[] {
  const count = edges.length;
  const order = new Int32Array(count).fill(-1);
  const lowest = new Int32Array(count);
  const position = new Int32Array(count);
  const knot = Array.from({ length: count }, () => -1);
  const open: number[] = [];
  let visited = 0;
  let knots = 0;
  const enter = (node: number, path: number[]) => {
    order[node] = lowest[node] = visited;
    visited += 1;
    open.push(node);
    path.push(node);
  };
  const lower = (node: number, candidate: number) => {
    if (candidate < (lowest[node] ?? 0)) lowest[node] = candidate;
  };
  for (let root = 0; root < count; root += 1) {
    if (order[root] !== -1) continue;
    const path: number[] = [];
    enter(root, path);
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const neighbours = edges[node] ?? [];
      const at = position[node] ?? 0;
      const next = neighbours[at];
      if (next !== undefined) {
        position[node] = at + 1;
        if (order[next] === -1) enter(next, path);
        else if (knot[next] === -1) lower(node, order[next] ?? 0);
        continue;
      }
      path.pop();
      const above = path.at(-1);
      if (above !== undefined) lower(above, lowest[node] ?? 0);
      if (lowest[node] !== order[node]) continue;
      for (let member = open.pop(); member !== undefined; member = member === node ? undefined : open.pop()) {
        knot[member] = knots;
      }
      knots += 1;
    }
  }
  return knot;
}
