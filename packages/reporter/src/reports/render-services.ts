import { createPaint } from '../text/paint.js';
import { printable } from '../text/printable.js';
import { renderTable } from '../text/table.js';

/** A service of `tr services`. */
export interface ListedService {
  readonly name: string;
  readonly kind: string;
  readonly isRunning: boolean;
  /** Where it listens, without user and password; undefined = not known. */
  readonly address: string | undefined;
}

/** `tr services status` for people. Ends with a newline. */
export function renderServices(services: readonly ListedService[], colors: boolean): string {
  if (services.length === 0) return 'No service runs. `tr services up` starts those of the configuration.\n';
  const paint = createPaint(colors);
  const rows = services.map(({ name, kind, isRunning, address }) => [
    printable(name),
    kind,
    isRunning ? paint('green', 'running') : paint('red', 'ended'),
    printable(address ?? ''),
  ]);
  return renderTable(rows)
    .map((row) => `${row}\n`)
    .join('');
}

/** `tr services down` for people: which were ended. Ends with a newline. */
export function renderServicesDown(names: readonly string[]): string {
  return names.length === 0
    ? 'No service was running.\n'
    : `Stopped and removed: ${names.map(printable).join(', ')}.\n`;
}

/** `tr services env`: what a POSIX shell evaluates. Ends with a newline. */
export function renderServiceVariables(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", String.raw`'\\''`)}'\n`)
    .join('');
}
