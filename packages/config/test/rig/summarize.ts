import type { Diagnostic } from '@tr/model';

/** A diagnostic on one line: `line:column severity code [nearest]`. */
export function summarize({ severity, failure }: Diagnostic): string {
  const place = 'at' in failure && failure.at !== undefined ? `${failure.at.line}:${failure.at.column} ` : '';
  const nearest = 'nearest' in failure && failure.nearest !== undefined ? ` ${failure.nearest}` : '';
  return `${place}${severity} ${failure.code}${nearest}`;
}
