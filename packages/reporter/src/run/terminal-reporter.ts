import { InvariantError, type OutputLogs, type RunEvent, type RunResult, type TaskId } from '@tr/model';
import { createPaint, type Paint } from '../text/paint.js';
import { countOf } from '../text/quantities.js';
import { printable } from '../text/printable.js';
import { toByteString } from './byte-string.js';
import { describeEnd, renderFailedTasks } from './failed-tasks.js';
import { describeAncestor, describeHolder } from './headers.js';
import { describeWarning, renderRemarks, renderWarning, Warnings } from './notices.js';
import type { RunReporter } from './reporter.js';
import type { RunReportOptions } from './run-report-options.js';
import { RunTally } from './run-tally.js';
import { Screen } from './screen.js';
import { renderStatusLine } from './status-line.js';
import { TaskLog } from './task-log.js';
import { describeUnmet } from '../words/unmet.js';
import { createTaskStyle, labelOf } from './task-style.js';
import { renderTotals } from './totals.js';

/** Bytes of a grouped log kept in memory per task. */
const BUFFER_LIMIT = 1 << 20;

/** Prints a run for people: streamed or grouped logs, a live status line, totals, and the failed tasks last. */
export function createTerminalReporter(options: RunReportOptions): RunReporter {
  const reporter = new TerminalReporter(options);
  return { sink: (event) => reporter.add(event), dispose: () => reporter.dispose() };
}

class TerminalReporter {
  readonly #options: RunReportOptions;
  readonly #paint: Paint;
  readonly #screen: Screen;
  readonly #tally = new RunTally();
  readonly #warnings = new Warnings();
  readonly #logs = new Map<TaskId, TaskLog>();
  /** A run that need not end tells its warnings at once. */
  #warnsAtOnce = false;
  /** So does one that has ended. */
  #hasEnded = false;
  #hasTasksWithoutCommand = false;
  /** Interactive tasks that talk to somebody at this terminal. */
  readonly #talking = new Set<TaskId>();

  constructor(options: RunReportOptions) {
    this.#options = options;
    this.#paint = createPaint(options.output.colors);
    const status = options.statusLine ? (width: number) => this.#renderStatus(width) : undefined;
    this.#screen = new Screen(options.output, options.clock, status);
  }

  add(event: RunEvent): void {
    this.#tally.add(event);
    this.#print(event);
    this.#screen.refresh();
  }

  dispose(): void {
    for (const log of this.#logs.values()) log.finish(undefined);
    this.#logs.clear();
    this.#screen.dispose();
  }

  #print(event: RunEvent): void {
    switch (event.type) {
      case 'run-started':
        return this.#start(event);
      case 'task-started':
        if (event.attempt > 1) this.#logs.get(event.task)?.note(`retrying, attempt ${event.attempt}`);
        else if (this.#talking.has(event.task)) this.#screen.hold();
        return;
      case 'task-output':
        return this.#logOf(event.task).output(event);
      case 'cache-hit':
        return this.#logs.get(event.task)?.hit(event);
      case 'cache-miss':
        return this.#logs.get(event.task)?.miss(event);
      case 'snapshot-ancestor':
        return this.#logs.get(event.task)?.note(describeAncestor(event));
      case 'warning':
        if (this.#warnings.add(event.failure) && this.#isTimeToWarn()) this.#warn(describeWarning(event.failure));
        return;
      case 'task-finished':
        return this.#finishTask(event);
      case 'run-finished':
        return this.#finishRun(event.result);
      case 'task-queued':
        if (event.holder !== undefined) this.#note(describeHolder(event.task, event.holder));
        return;
      case 'run-stopping':
      case 'cache-saved':
      case 'cache-not-saved':
        return;
    }
  }

  #start(event: Extract<RunEvent, { type: 'run-started' }>): void {
    this.#warnsAtOnce = event.tasks.some(({ persistent }) => persistent);
    this.#write(this.#renderBanner(event.packages));
    this.#hasTasksWithoutCommand = event.tasks.some(({ hasCommand }) => !hasCommand);
    let index = 0;
    for (const { id, hasCommand, log, persistent, interactive } of event.tasks) {
      if (!hasCommand) continue;
      if (interactive === true && this.#options.output.isTTY) this.#talking.add(id);
      this.#logs.set(id, this.#createLog(id, { index: index++, log, persistent }));
    }
  }

  #createLog(
    task: TaskId,
    about: { readonly index: number; readonly log: OutputLogs; readonly persistent: boolean },
  ): TaskLog {
    const { kind, logPrefix, logOrder, groups, readLog, bufferLimit, output } = this.#options;
    const talks = this.#talking.has(task);
    // A persistent task is never folded, so nothing but the prefix tells whose lines they are.
    const prefixed = logPrefix === 'task' || (about.persistent && groups !== 'none');
    return new TaskLog({
      style: createTaskStyle(labelOf(task, kind), about.index, prefixed ? this.#paint : undefined),
      log: about.log,
      // What may never end cannot wait for its end.
      live: logOrder === 'stream' || about.persistent || talks,
      printRaw: talks ? (bytes) => this.#screen.writeRaw(bytes) : undefined,
      tames: output.isTTY && prefixed,
      groups,
      bufferLimit: bufferLimit ?? BUFFER_LIMIT,
      readLog,
      paint: this.#paint,
      print: (lines) => this.#screen.write(lines),
    });
  }

  #renderBanner(packages: readonly string[]): string {
    const { version, kind, requestedTasks, remoteCache } = this.#options;
    const tasks = requestedTasks.map(printable).join(', ');
    const monorepo = kind === 'monorepo';
    const lines = [
      `tr ${version}`,
      ...(monorepo ? [`Packages in scope: ${packages.map(printable).join(', ')}`] : []),
      `Running ${tasks}${monorepo ? ` in ${countOf(packages.length, 'package')}` : ''}`,
      `Remote caching ${remoteCache}`,
    ];
    return `\n${lines.map((line) => `   • ${line}\n`).join('')}\n`;
  }

  #finishTask({ task, result }: Extract<RunEvent, { type: 'task-finished' }>): void {
    const log = this.#logs.get(task);
    if (log === undefined) return;
    if (result.outcome === 'failed') log.conclude(`${this.#paint('red', 'ERROR')} ${describeEnd(result)}`);
    if (result.skipReason === 'when') log.note(`skipped: ${describeUnmet(result.unmet)}`);
    log.finish(result);
    if (this.#talking.delete(task) && result.attempts > 0) this.#screen.release();
    this.#logs.delete(task);
  }

  #finishRun(result: RunResult): void {
    for (const log of this.#logs.values()) log.finish(undefined);
    this.#logs.clear();
    const { groups, kind } = this.#options;
    const paint = this.#paint;
    const notices =
      this.#warnings.render(paint) + renderRemarks(this.#tally, { paint, parallel: this.#options.parallel === true });
    this.#write(notices === '' ? '' : `\n${notices}`);
    if (this.#tally.total === 0) this.#warn(`No tasks were executed as part of this run.${this.#explainNothing()}`);
    this.#write(renderTotals(this.#tally, result, paint));
    this.#write(
      renderFailedTasks(this.#tally.failed, {
        paint,
        groups,
        labelOf: (task) => labelOf(task, kind),
        describeRerun: this.#options.describeRerun ?? ((task) => `tr run ${task}`),
      }),
    );
    this.#hasEnded = true;
    this.#screen.dispose();
  }

  #explainNothing(): string {
    if (!this.#hasTasksWithoutCommand) return '';
    const tasks = this.#options.requestedTasks.map((task) => `\`${printable(task)}\``).join(' or ');
    return ` No package in scope has a script or a \`command\` for ${tasks}.`;
  }

  /** What comes when every task has ended stands in the end report, which is next. */
  #isTimeToWarn(): boolean {
    return this.#hasEnded || (this.#warnsAtOnce && this.#tally.done < this.#tally.total);
  }

  #write(text: string): void {
    this.#screen.write(toByteString(text));
  }

  #note(text: string): void {
    this.#write(`${this.#paint('dim', text)}\n`);
  }

  #warn(text: string): void {
    this.#write(`${renderWarning(text, this.#paint)}\n`);
  }

  #renderStatus(width: number): string {
    const { done, total, outcomes, running, startedAt, stoppedBy } = this.#tally;
    return renderStatusLine(
      {
        done,
        total,
        failed: outcomes.failed,
        running: [...running].slice(0, 20).map((task) => labelOf(task, this.#options.kind)),
        stoppedBy,
        elapsedMs: this.#options.clock.now() - startedAt,
      },
      width,
    );
  }

  #logOf(task: TaskId): TaskLog {
    const log = this.#logs.get(task);
    if (log === undefined) throw new InvariantError(`output of ${task}, which is not running`);
    return log;
  }
}
