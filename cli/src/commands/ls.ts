import { findNearestPackage, ROOT_PACKAGE, toError, type PackageName } from '@tr/model';
import { renderLs, renderLsJson, renderPackage, renderPackagesJson, type PackageReport } from '@tr/reporter';
import { createPackageGraph } from '@tr/workspace';
import { Command, Option } from 'clipanion';
import { EXIT } from '../exit-codes.js';
import { expectedOf } from '../option-values.js';
import { parseScope, selectScope } from '../plan/scope.js';
import type { Project } from '../project.js';
import { ProjectCommand } from './project-command.js';

/** `tr ls`: the packages of the workspace, or the tasks of some of them. */
export class LsCommand extends ProjectCommand {
  static override paths = [['ls']];
  static override usage = Command.Usage({
    description: 'List packages, or the tasks of a package.',
    details:
      'Without a name: the packages that the filters select. With names: their dependencies, dependents and tasks.',
    examples: [
      ['All packages', 'tr ls'],
      ['What depends on web', 'tr ls --filter=...web'],
      ['One package', 'tr ls web'],
      ['For programs', 'tr ls --output=json'],
    ],
  });

  packages = Option.Rest({ name: 'package' });
  filters = Option.Array('--filter,-F', [], { description: 'Only the packages a filter selects.' });
  affected = Option.Boolean('--affected', false, {
    description: 'Only what changed since the base branch, and its dependents.',
  });
  output = Option.String('--output', 'text', { description: '`text` or `json`.' });

  override execute(): Promise<number> {
    if (this.output !== 'text' && this.output !== 'json') {
      const option = '--output';
      const value = this.output;
      const failure = toError({ code: 'usage/invalid-option', option, value, expected: expectedOf(option) });
      return Promise.resolve(this.refuse([failure]));
    }
    return this.withProject(async (project) =>
      this.packages.length > 0 ? this.describe(project) : await this.list(project),
    );
  }

  private async list(project: Project): Promise<number> {
    const { cwd, environment, out } = this.context;
    const query = parseScope(project, { cwd, environment, filters: this.filters, affected: this.affected });
    if (!query.ok) return this.refuse(query.failure);
    const scope = await selectScope(project, query.value);
    if (!scope.ok) return this.refuse(scope.failure);
    this.warn(scope.value.warnings);
    const { workspace } = project;
    const packages = scope.value.selection.packages.map((name) => ({
      name,
      directory: workspace.packages.get(name)?.directory ?? '',
    }));
    const manager = workspace.packageManager;
    const report = {
      packageManager: manager === undefined ? undefined : [manager.name, manager.version].filter(Boolean).join('@'),
      packages,
    };
    out.write(this.output === 'json' ? renderLsJson(report) : renderLs(report, out.colors));
    return EXIT.ok;
  }

  private describe(project: Project): number {
    const { out } = this.context;
    const reports: PackageReport[] = [];
    for (const name of this.packages) {
      const report = describePackage(project, name as PackageName);
      if (report === undefined) {
        const nearest = findNearestPackage(name, project.workspace.packages.keys());
        return this.refuse([toError({ code: 'graph/filter-unknown-package', filter: name, package: name, nearest })]);
      }
      reports.push(report);
    }
    out.write(
      this.output === 'json'
        ? renderPackagesJson(reports)
        : reports.map((report) => renderPackage(report, out.colors)).join('\n'),
    );
    return EXIT.ok;
  }
}

function describePackage({ workspace, definitions }: Project, name: PackageName): PackageReport | undefined {
  const found = workspace.packages.get(name);
  if (found === undefined) return undefined;
  const graph = createPackageGraph(workspace);
  const tasks = definitions.taskNames().flatMap((task) => {
    const definition = definitions.find(name, task);
    // A root script is a task only where it is declared for the root.
    if (definition === undefined) return [];
    const command = Object.hasOwn(found.scripts, task) ? found.scripts[task] : definition.command;
    return command === undefined ? [] : [{ name: task, command }];
  });
  const others = (names: Iterable<PackageName>): string[] => [...names].filter((each) => each !== ROOT_PACKAGE);
  return {
    name,
    directory: found.directory,
    tasks,
    dependencies: others(graph.dependenciesOf(name)),
    dependents: others(graph.dependentsOf(name)),
  };
}
