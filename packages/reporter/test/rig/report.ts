import type { RunEvent } from '@tr/model';
import type { RunReportOptions } from '../../src/run/run-report-options.js';
import { createTerminalReporter } from '../../src/run/terminal-reporter.js';
import { ManualClock } from './manual-clock.js';
import { MemoryOutput } from './memory-output.js';

type Options = Partial<Omit<RunReportOptions, 'output' | 'clock'>> & { readonly colors?: boolean };

/** Options with everything plain. */
export function reportOptions(output: MemoryOutput, clock: ManualClock, options: Options = {}): RunReportOptions {
  return {
    output,
    clock,
    version: '1.2.3',
    kind: 'monorepo',
    requestedTasks: ['build'],
    remoteCache: 'disabled',
    logOrder: 'stream',
    logPrefix: 'task',
    groups: 'none',
    statusLine: false,
    ...options,
  };
}

/** What a script of events prints on a pipe. */
export function report(events: readonly RunEvent[], options: Options = {}): string {
  const output = new MemoryOutput({ colors: options.colors ?? false });
  const reporter = createTerminalReporter(reportOptions(output, new ManualClock(), options));
  for (const event of events) reporter.sink(event);
  reporter.dispose();
  return output.text;
}

/** The part between the banner and the totals. */
export function body(text: string): string {
  const from = text.indexOf('\n\n', text.indexOf('Remote caching')) + 2;
  const to = text.search(/\n +Tasks: /);
  return text.slice(from, to);
}

/** The totals and what comes after them. */
export function ending(text: string): string {
  return text.slice(text.search(/\n +Tasks: /)).replace(/^\n+/, '');
}
