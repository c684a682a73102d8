import type { PackageName, TaskDefinition } from '@tr/model';
import { parseTaskId } from '@tr/model';

/** One entry of `dependsOn` or `with`. */
export interface TaskReference {
  /** As written. */
  readonly text: string;
  /** `^`: in the dependencies of the package instead of in itself. */
  readonly isTopological: boolean;
  /** The package in `pkg#task`; undefined = the package (or the dependency) at hand. */
  readonly package: PackageName | undefined;
  readonly task: string;
}

/** The references of one definition. */
export interface TaskReferences {
  readonly dependsOn: readonly TaskReference[];
  readonly with: readonly TaskReference[];
}

/** Parses `t`, `^t`, `pkg#t`, `//#t`. `$NAME` is a variable of long ago and no edge: undefined. */
function parseTaskReference(text: string): TaskReference | undefined {
  if (text.startsWith('$')) return undefined;
  const isTopological = text.startsWith('^');
  const rest = isTopological ? text.slice(1) : text;
  const id = parseTaskId(rest);
  return { text, isTopological, package: id?.package, task: id?.task ?? rest };
}

/** A parser that remembers: packages without an override of their own share one definition. */
export function createReferenceParser(): (definition: TaskDefinition) => TaskReferences {
  const known = new Map<TaskDefinition, TaskReferences>();
  return (definition) => {
    const before = known.get(definition);
    if (before !== undefined) return before;
    const parsed = { dependsOn: parseAll(definition.dependsOn), with: parseAll(definition.with) };
    known.set(definition, parsed);
    return parsed;
  };
}

function parseAll(texts: readonly string[]): readonly TaskReference[] {
  return texts.map(parseTaskReference).filter((reference) => reference !== undefined);
}
