import type { RelativePath, TaskId, TaskNode } from '@tr/model';
import { compileOutputs, findRealDirectory, type OutputMatcher, type OutputPlace } from '@tr/artifact';
import { mayOverlap } from './foreign-outputs.js';

/** The tasks of a run: those it has asked about so far, and those it has announced. */
export class KnownTasks {
  readonly #nodes = new Map<TaskId, TaskNode>();
  readonly #matchers = new Map<TaskId, OutputMatcher>();
  readonly #byDirectory = new Map<string, TaskNode[]>();
  readonly #place: Pick<OutputPlace, 'disk' | 'root'>;
  readonly #realDirectories = new Map<RelativePath, RelativePath>();

  constructor(place: Pick<OutputPlace, 'disk' | 'root'>) {
    this.#place = place;
  }

  /** Makes tasks known before they are asked about. */
  expect(tasks: Iterable<TaskNode>): void {
    for (const task of tasks) this.#add(task);
  }

  /** The outputs of a task, which is known from then on. */
  matcherOf(task: TaskNode): OutputMatcher {
    const known = this.#matchers.get(task.id);
    if (known !== undefined) return known;
    const matcher = compileOutputs(task.definition.outputs, task.directory, this.realDirectoryOf(task.directory));
    this.#matchers.set(task.id, matcher);
    this.#add(task);
    return matcher;
  }

  #add(task: TaskNode): void {
    if (this.#nodes.has(task.id)) return;
    this.#nodes.set(task.id, task);
    const inDirectory = this.#byDirectory.get(task.directory);
    if (inDirectory === undefined) this.#byDirectory.set(task.directory, [task]);
    else inDirectory.push(task);
  }

  /** Where a package lies when links on the way are followed. */
  realDirectoryOf(directory: RelativePath): RelativePath {
    let real = this.#realDirectories.get(directory);
    if (real === undefined) {
      real = findRealDirectory(this.#place.disk, this.#place.root, directory);
      this.#realDirectories.set(directory, real);
    }
    return real;
  }

  /** The outputs of all of them. */
  get matchers(): readonly OutputMatcher[] {
    return [...this.#matchers.values()];
  }

  /** The packages they belong to. */
  get directories(): ReadonlySet<string> {
    return new Set(this.#byDirectory.keys());
  }

  /** Dependencies of a task, near and far, that are known. */
  listBelow(task: TaskNode): readonly TaskNode[] {
    return [...this.#idsBelow(task)].flatMap((id) => this.#nodes.get(id) ?? []);
  }

  /** Tasks of the same package whose outputs may meet those of this one, and that have no order with it, near or far. */
  neighboursOf(task: TaskNode): readonly TaskId[] {
    const outputs = this.matcherOf(task);
    const meeting = (this.#byDirectory.get(task.directory) ?? []).filter(
      (other) => other.id !== task.id && mayOverlap(outputs, this.matcherOf(other)),
    );
    if (meeting.length === 0) return [];
    const below = this.#idsBelow(task);
    return meeting.filter((other) => !below.has(other.id) && !this.#idsBelow(other).has(task.id)).map(({ id }) => id);
  }

  #idsBelow(task: TaskNode): ReadonlySet<TaskId> {
    // A set that grows while it is walked: what is added is visited too.
    const seen = new Set<TaskId>(task.dependencies);
    for (const id of seen) for (const below of this.#nodes.get(id)?.dependencies ?? []) seen.add(below);
    return seen;
  }
}
