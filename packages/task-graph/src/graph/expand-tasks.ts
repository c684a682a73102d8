import type { GraphFailure, PackageName, TaskId } from '@tr/model';
import { toTaskId } from '@tr/model';
import type { TaskPlaces } from './describe-missing.js';
import { describeMissing } from './describe-missing.js';
import type { Draft } from './draft.js';
import type { Drafts } from './drafts.js';
import { createDrafts } from './drafts.js';
import type { PackageTask } from './entry-points.js';
import type { TaskReference } from './task-reference.js';
import { createReferenceParser } from './task-reference.js';

/** What the graph is grown from. */
export interface ExpandRequest extends TaskPlaces {
  /** Those without a definition are left out. */
  readonly entryPoints: readonly PackageTask[];
  /** Follow edges only between entry points; what they depend on besides is neither added nor checked. */
  readonly only: boolean;
}

interface Expansion extends ExpandRequest {
  readonly drafts: Drafts;
  /** What edges may lead to; undefined = anything. */
  readonly allowed: ReadonlySet<TaskId> | undefined;
  /** By the place of the reference, so that one mistake in one file is told once. */
  readonly failures: Map<string, GraphFailure>;
}

/** Follows `dependsOn` and `with` from the entry points; every node is visited once. */
export function expandTasks(request: ExpandRequest): {
  readonly drafts: readonly Draft[];
  readonly failures: readonly GraphFailure[];
} {
  const drafts = createDrafts(request.packages, request.definitions);
  const allowed = request.only
    ? new Set(request.entryPoints.map((entry) => toTaskId(entry.package, entry.task)))
    : undefined;
  const expansion: Expansion = { ...request, drafts, allowed, failures: new Map() };
  for (const { package: name, task } of request.entryPoints) {
    if (request.definitions.find(name, task) === undefined) continue;
    const draft = drafts.findOrCreate(name, task);
    if (draft !== undefined) draft.isEntryPoint = true;
  }
  const referencesOf = createReferenceParser();
  for (const draft of drafts.all) {
    const references = referencesOf(draft.definition);
    for (const reference of references.dependsOn) addDependencies(expansion, draft, reference);
    for (const reference of references.with) addSibling(expansion, draft, reference);
  }
  return { drafts: drafts.all, failures: [...expansion.failures.values()] };
}

function addDependencies(expansion: Expansion, draft: Draft, reference: TaskReference): void {
  for (const target of findTargets(draft, reference)) {
    if (expansion.allowed?.has(toTaskId(target, reference.task)) === false) continue;
    const dependency = expansion.drafts.findOrCreate(target, reference.task);
    if (dependency === undefined) noteMissing(expansion, draft, { reference, target });
    else if (dependency.lastDependent !== draft) {
      dependency.lastDependent = draft;
      draft.dependencies.push(dependency);
    }
  }
}

/** A sibling is there whatever the filters and `--only` say, since the task cannot work without it. */
function addSibling(expansion: Expansion, draft: Draft, reference: TaskReference): void {
  const target = reference.package ?? draft.package.name;
  const sibling = expansion.drafts.findOrCreate(target, reference.task);
  if (sibling === undefined) noteMissing(expansion, draft, { reference, target });
  else if (sibling !== draft && !draft.with.includes(sibling)) draft.with.push(sibling);
}

/** `^pkg#t` is `pkg#t`, for packages that depend on anything at all. */
function findTargets(draft: Draft, reference: TaskReference): readonly PackageName[] {
  const { internalDependencies, name } = draft.package;
  if (!reference.isTopological) return [reference.package ?? name];
  if (reference.package === undefined) return internalDependencies;
  return internalDependencies.length === 0 ? [] : [reference.package];
}

function noteMissing(
  expansion: Expansion,
  from: Draft,
  to: { readonly reference: TaskReference; readonly target: PackageName },
): void {
  const { text, task } = to.reference;
  const at = expansion.definitions.position(from.package.name, from.task, text);
  const place = at === undefined ? '' : `${at.file}:${at.line}:${at.column}`;
  const key = `${place} ${from.task} ${text}`;
  if (expansion.failures.has(key)) return;
  const failure = describeMissing(expansion, { package: to.target, task }, { requiredBy: from.id, at });
  expansion.failures.set(key, failure);
}
