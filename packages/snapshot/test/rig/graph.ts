import { DEFAULT_TASK_DEFINITION, type TaskDefinition, type TaskGraph, type TaskId, type TaskNode } from '@tr/model';

/** A graph of tasks of one package: name -> what it needs and what is special about it. */
export function graphOf(
  tasks: Readonly<
    Record<string, { readonly needs?: readonly string[]; readonly definition?: Partial<TaskDefinition> }>
  >,
): TaskGraph {
  const nodes = Object.entries(tasks).map(([task, { needs = [], definition }]): TaskNode => {
    return {
      id: idOf(task),
      package: 'app' as TaskNode['package'],
      task,
      directory: 'app',
      definition: { ...DEFAULT_TASK_DEFINITION, ...definition },
      command: task,
      isScript: false,
      dependencies: needs.map(idOf),
      dependents: [],
      with: [],
      isEntryPoint: true,
    };
  });
  return {
    nodes: new Map(nodes.map((node) => [node.id, node])),
    topologicalOrder: nodes.map(({ id }) => id),
    packagesInScope: [],
  };
}

export const idOf = (task: string): TaskId => `app#${task}` as TaskId;

/** A task whose output is the state of `service`. */
export function snapshotOf(service: string, base?: string): Partial<TaskDefinition> {
  return { services: [service], snapshot: { service, steps: ['*.sql'], base } };
}
