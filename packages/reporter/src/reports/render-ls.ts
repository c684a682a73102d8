import { compareStrings } from '@tr/model';
import { createPaint } from '../text/paint.js';
import { printable } from '../text/printable.js';
import { countOf } from '../text/quantities.js';
import { renderTable } from '../text/table.js';

/** A package as `tr ls` lists it. */
export interface ListedPackage {
  readonly name: string;
  readonly directory: string;
}

/** What `tr ls` tells. */
export interface LsReport {
  /** Undefined in a workspace without package.json. */
  readonly packageManager: string | undefined;
  readonly packages: readonly ListedPackage[];
}

/** What `tr ls <package>` tells about one package. */
export interface PackageReport extends ListedPackage {
  /** Names of internal dependencies and dependents. */
  readonly dependencies: readonly string[];
  readonly dependents: readonly string[];
  /** `command` is undefined where the package has none for the task. */
  readonly tasks: readonly { readonly name: string; readonly command: string | undefined }[];
}

/** `tr ls` for people. Ends with a newline. */
export function renderLs(report: LsReport, colors: boolean): string {
  const paint = createPaint(colors);
  const manager = report.packageManager === undefined ? '' : ` (${report.packageManager})`;
  const rows = inOrder(report.packages).map(({ name, directory }) => [
    `  ${printable(name)}`,
    paint('dim', printable(directory)),
  ]);
  return `${countOf(report.packages.length, 'package')}${manager}\n\n${renderTable(rows)
    .map((row) => `${row}\n`)
    .join('')}`;
}

/** `tr ls --output=json`, in Turborepo's shape. Ends with a newline. */
export function renderLsJson(report: LsReport): string {
  const items = inOrder(report.packages).map(({ name, directory }) => ({ name, path: directory }));
  return toJson({ packageManager: report.packageManager ?? null, packages: { count: items.length, items } });
}

/** `tr ls <package>` for people. Ends with a newline. */
export function renderPackage(report: PackageReport, colors: boolean): string {
  const paint = createPaint(colors);
  const edges = (label: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [`${label}: ${names.map(printable).join(', ')}`];
  const rows = report.tasks.map(({ name, command }) => [`  ${printable(name)}:`, printable(command ?? '(no command)')]);
  return [
    `${paint('bold', printable(report.name))} ${paint('dim', printable(report.directory))}`.trimEnd(),
    ...edges('depends on', report.dependencies),
    ...edges('needed by', report.dependents),
    '',
    'tasks:',
    ...renderTable(rows),
    '',
  ].join('\n');
}

/** `tr ls <package…> --output=json`, in Turborepo's shape. Ends with a newline. */
export function renderPackagesJson(reports: readonly PackageReport[]): string {
  const packages = reports.map(({ name, directory, tasks, dependencies, dependents }) => ({
    name,
    path: directory,
    tasks: { count: tasks.length, items: tasks.map((task) => ({ name: task.name, command: task.command ?? '' })) },
    dependencies,
    dependents,
  }));
  return toJson({ packages });
}

function inOrder(packages: readonly ListedPackage[]): ListedPackage[] {
  return [...packages].sort((a, b) => compareStrings(a.name, b.name));
}

function toJson(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
