import type { ConfigFailure, Diagnostic, SourcePosition } from '@tr/model';
import type { ConfigKind } from '../schema/config-schema.js';
import type { SourceText } from './source-text.js';

/** Gathers the diagnostics of one file. */
export interface Collector {
  readonly kind: ConfigKind;
  readonly diagnostics: readonly Diagnostic[];
  /** True when what was found keeps the file from being used. */
  readonly hasErrors: boolean;
  at(offset: number): SourcePosition;
  error(failure: ConfigFailure): void;
  warning(failure: ConfigFailure): void;
  /** Turborepo takes it: a warning in turbo.json, an error in our own file. */
  tolerated(failure: ConfigFailure): void;
  /** Turborepo took it once: an error in turbo.json, a warning in our own file. */
  outdated(failure: ConfigFailure): void;
}

/** Starts an empty collection. */
export function createCollector(source: SourceText, kind: ConfigKind): Collector {
  const diagnostics: Diagnostic[] = [];
  const add = (severity: Diagnostic['severity'], failure: ConfigFailure): void => {
    diagnostics.push({ severity, failure });
  };
  return {
    kind,
    diagnostics,
    get hasErrors() {
      return diagnostics.some(({ severity }) => severity === 'error');
    },
    at: (offset) => source.positionAt(offset),
    error: (failure) => add('error', failure),
    warning: (failure) => add('warning', failure),
    tolerated: (failure) => add(kind === 'turbo' ? 'warning' : 'error', failure),
    outdated: (failure) => add(kind === 'turbo' ? 'error' : 'warning', failure),
  };
}
