import { join, relative, sep } from 'node:path';
import { fail, ok, toError, toWarning, type Diagnostic, type Failure, type PackageName, type Result } from '@tr/model';
import {
  parseFilter,
  selectPackages,
  type PackageSelector,
  type Selection,
  type SelectionRequest,
} from '@tr/task-graph';
import { createChanges, type Changes } from './changes.js';
import { findDirectory } from '../find-directory.js';
import type { Project } from '../project.js';

/** What part of the workspace a command is about, as it was typed. */
export interface ScopeRequest {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly filters: readonly string[];
  readonly affected: boolean;
}

/** The same, understood. */
export interface ScopeQuery {
  readonly cwd: string;
  readonly selectors: readonly PackageSelector[];
  readonly affected: boolean;
  readonly changes: Changes;
}

/** The packages a command is about, and warnings from finding them. */
export interface Scope {
  readonly selection: Selection;
  readonly warnings: readonly Diagnostic[];
}

/** Takes every filter apart, or says all that is wrong with them. */
export function parseScope(project: Project, request: ScopeRequest): Result<ScopeQuery, readonly Diagnostic[]> {
  const { cwd, environment, filters, affected } = request;
  const parsed = filters.map(parseFilter);
  const failures = parsed.flatMap((result) => (result.ok ? [] : [toError(result.failure)]));
  if (failures.length > 0) return fail(failures);
  const selectors = parsed.flatMap((result) => (result.ok ? [result.value] : []));
  return ok({ cwd, selectors, affected, changes: createChanges(project, environment) });
}

/** Applies filters, `--affected` and the current directory. */
export async function selectScope(project: Project, query: ScopeQuery): Promise<Result<Scope, readonly Diagnostic[]>> {
  const { selectors, changes } = query;
  const affected = query.affected ? await findAffected(project, changes) : undefined;
  if (affected?.ok === false) return fail([toError(affected.failure)]);
  const selection = selectPackages({
    ...(await createSelectionContext(project, query)),
    selectors,
    ...(affected === undefined ? {} : { affected: { packages: affected.value.packages } }),
  });
  if (!selection.ok) return fail([toError(selection.failure)]);
  return ok({
    selection: selection.value,
    warnings: [...(affected?.value.warnings ?? []), ...selection.value.warnings.map(toWarning)],
  });
}

/** What selectors are applied to; their refs are looked up ahead, as that takes waiting. */
export async function createSelectionContext(
  { workspace, definitions }: Project,
  { cwd, selectors, changes }: ScopeQuery,
): Promise<Omit<SelectionRequest, 'selectors'>> {
  for (const { range } of selectors) if (range !== undefined) await changes.prepare(range.from);
  return {
    packages: workspace.packages,
    kind: workspace.kind,
    cwdDirectory: toRelative(workspace.root, cwd),
    changedBy: (range) => {
      const files = changes.filesIn(range);
      return files.ok ? ok(changes.packagesOf(files.value, range.from)) : files;
    },
    tagged: (label) =>
      new Set(
        [...workspace.packages.keys()].filter((name) => {
          const { own, ofTasks } = definitions.tagsOf(name);
          return own.includes(label) || ofTasks.has(label);
        }),
      ),
    directoryExists: (path) => findDirectory(join(workspace.root, path)).ok,
  };
}

interface Affected {
  readonly packages: readonly PackageName[];
  readonly warnings: readonly Diagnostic[];
}

async function findAffected({ workspace }: Project, changes: Changes): Promise<Result<Affected, Failure>> {
  const found = changes.affected();
  if (!found.ok) return found;
  if (found.value.kind === 'everything')
    return ok({ packages: [...workspace.packages.keys()], warnings: [found.value.warning] });
  await changes.prepare(found.value.base);
  return ok({ packages: changes.packagesOf(found.value.files, found.value.base), warnings: [] });
}

/** POSIX path of `path` below `root`; `''` for the root and for places outside. */
function toRelative(root: string, path: string): string {
  const way = relative(root, path).split(sep).join('/');
  return way === '..' || way.startsWith('../') ? '' : way;
}
