import type { LeftOutTasks, TaskFingerprinter } from '@tr/fingerprint';
import {
  InvariantError,
  ok,
  type ActionKey,
  type FingerprintFailure,
  type Result,
  type ServiceFailure,
  type TaskGraph,
  type TaskId,
  type TaskNode,
} from '@tr/model';

type Failure = FingerprintFailure | ServiceFailure;
type Computed = Promise<Result<ActionKey, Failure>>;

/**
 * What `--only` leaves out of `graph`, by the tasks that depend on it: keys as in a whole run, and whose outputs are taken as they
 * lie there. Keys are computed once, when the first task asks.
 */
export function createLeftOutFinder(
  { graph, wholeGraph }: { readonly graph: TaskGraph; readonly wholeGraph: TaskGraph },
  compute: TaskFingerprinter['compute'],
): (task: TaskNode) => Promise<Result<LeftOutTasks | undefined, Failure>> {
  const keys = new Map<TaskId, Computed>();
  const nodeOf = (id: TaskId): TaskNode => {
    const node = wholeGraph.nodes.get(id);
    if (node === undefined) throw new InvariantError(`${id} is not in the whole graph`);
    return node;
  };
  const keysOf = async (ids: readonly TaskId[]): Promise<Result<ReadonlyMap<TaskId, ActionKey>, Failure>> => {
    const found = new Map<TaskId, ActionKey>();
    for (const id of ids) {
      let key = keys.get(id);
      if (key === undefined) keys.set(id, (key = computeKey(nodeOf(id))));
      const computed = await key;
      if (!computed.ok) return computed;
      found.set(id, computed.value);
    }
    return ok(found);
  };
  const computeKey = async (node: TaskNode): Computed => {
    const below = await keysOf(node.dependencies);
    if (!below.ok) return below;
    const computed = await compute(node, below.value);
    return computed.ok ? ok(computed.value.key) : computed;
  };
  return async (task) => {
    const whole = wholeGraph.nodes.get(task.id);
    // The task itself may be one that is left out.
    if (whole === undefined || whole === task) return ok(undefined);
    const isLeftOut = (id: TaskId): boolean => !graph.nodes.has(id);
    const direct = await keysOf(whole.dependencies.filter(isLeftOut));
    if (!direct.ok) return direct;
    const below = new Set(whole.dependencies);
    // A set that grows while it is walked.
    for (const id of below) for (const inner of nodeOf(id).dependencies) below.add(inner);
    return ok({ keys: direct.value, tasks: [...below].filter(isLeftOut).map(nodeOf) });
  };
}
