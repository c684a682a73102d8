import type { TaskGraph, TaskId, TaskNode } from '@tr/model';
import { nodeOf } from './frontier.js';

/** A persistent task that has something to run. */
export function isServer(node: TaskNode): boolean {
  return node.definition.persistent && node.command !== undefined;
}

/**
 * Persistent tasks the request named, and persistent siblings (`with`) of those. Other persistent tasks are there for
 * the tasks they were pulled in by, and are stopped when these have ended.
 */
export function findWantedServers(graph: TaskGraph): ReadonlySet<TaskId> {
  const wanted = new Set<TaskId>();
  const stack = [...graph.nodes.values()].filter((node) => isServer(node) && node.isEntryPoint);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (wanted.has(node.id)) continue;
    wanted.add(node.id);
    stack.push(...node.with.map((id) => nodeOf(graph, id)).filter(isServer));
  }
  return wanted;
}
