/**
 * What people and programs get to read: runs, dry runs, `tr why`, diagnostics, tables, and the words of every failure.
 * Owns: everything printed. A reporter is a fold over RunEvent; the other renderers are functions from value to text.
 * Refuses: streams, environment, files, clocks: all of them are passed in. Decisions about tasks are made elsewhere.
 * Terms: label `web:build` (id `web#build`), header (the line about the cache), body (the task's own log).
 */
export type { ReporterClock } from './clock.js';
export { formatDuration } from './text/quantities.js';
export type {
  CachePrediction,
  DryRunEnvironment,
  DryRunPlan,
  DryRunTask,
  HashedVariables,
} from './dry-run/dry-run-plan.js';
export { renderDryRunJson } from './dry-run/render-dry-run-json.js';
export { renderDryRunText } from './dry-run/render-dry-run-text.js';
export type { Output } from './output.js';
export { renderCacheStatus, renderGcResult, renderTransferResult, renderVerifyResult } from './reports/render-cache.js';
export type { CacheStatusReport, GcReport, TransferReport, VerifyReport } from './reports/render-cache.js';
export { renderDiagnostics, type LineReader } from './reports/render-diagnostics.js';
export {
  renderServices,
  renderServicesDown,
  renderServiceVariables,
  type ListedService,
} from './reports/render-services.js';
export { renderLs, renderLsJson, renderPackage, renderPackagesJson } from './reports/render-ls.js';
export type { ListedPackage, LsReport, PackageReport } from './reports/render-ls.js';
export { createJsonReporter } from './run/json-lines.js';
export { resolveLogStyle, type LogStyle, type LogStyleRequest } from './run/log-style.js';
export type { RunReporter } from './run/reporter.js';
export type { LogOrder, LogReader, RunReportOptions } from './run/run-report-options.js';
export { createTerminalReporter } from './run/terminal-reporter.js';
export { renderNoCommand, renderWhy, renderWhyJson, type WhyLook } from './why/render-why.js';
export type { DivergingDependency, StateAncestor, StoredRun, WhyReport } from './why/why-report.js';
