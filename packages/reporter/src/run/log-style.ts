import type { LogOrder } from './run-report-options.js';

/** What the user asked for, `auto` where they did not say. */
export interface LogStyleRequest {
  readonly logOrder: 'auto' | LogOrder;
  readonly logPrefix: 'auto' | 'task' | 'none';
  /** The CI system whose log viewer shows the output. */
  readonly ci: 'github' | undefined;
}

/** What is done about it. */
export interface LogStyle {
  readonly logOrder: LogOrder;
  readonly logPrefix: 'task' | 'none';
  readonly groups: 'none' | 'github';
}

/**
 * Resolves `auto` as Turborepo does: on GitHub Actions logs are grouped, folded and without prefix (the fold has
 * the name); everywhere else they are streamed with prefix. Asking for `stream` switches folding off.
 */
export function resolveLogStyle(request: LogStyleRequest): LogStyle {
  const logOrder = request.logOrder === 'auto' ? (request.ci === undefined ? 'stream' : 'grouped') : request.logOrder;
  const groups = logOrder === 'grouped' && request.ci !== undefined ? request.ci : 'none';
  const automatic = groups === 'none' ? 'task' : 'none';
  return { logOrder, groups, logPrefix: request.logPrefix === 'auto' ? automatic : request.logPrefix };
}
