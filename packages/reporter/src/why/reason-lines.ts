import type { MissReason, NameChanges } from '@tr/model';
import type { Paint } from '../text/paint.js';
import { printable } from '../text/printable.js';
import { describeLockfile, describeMissReason } from '../words/miss-reason.js';
import { pairVersions } from '../words/version-changes.js';

/** One reason in full: a heading, then a line per name, `+` added, `-` removed, `~` modified. No more than `limit` names. */
export function renderReason(reason: MissReason, look: { readonly paint: Paint; readonly limit: number }): string[] {
  const { paint, limit } = look;
  switch (reason.reason) {
    case 'inputs-changed':
      return [
        reason.scope === 'global'
          ? 'Global inputs changed (relative to the root):'
          : 'Inputs changed (relative to the package):',
        ...renderChanges(reason, paint, limit),
      ];
    case 'env-changed':
      return [
        reason.scope === 'global' ? 'Variables of all tasks changed:' : 'Variables of the task changed:',
        ...renderChanges(reason, paint, limit),
      ];
    case 'dependency-changed':
      return ['Dependencies changed:', ...renderChanges(reason, paint, limit)];
    case 'lockfile-changed':
      if (reason.lockfile !== undefined) return [`${describeLockfile(reason.lockfile, reason)}.`];
      return ['Packages of the lockfile changed:', ...renderVersions(reason, paint, limit)];
    case 'config-changed':
      return [
        'Settings of the task changed:',
        ...reason.keys.map((key) => `  ${paint('yellow', '~')} ${printable(key)}`),
      ];
    case 'command-changed':
      return ['The command changed:', ...renderBeforeAfter(reason.before, reason.after, paint)];
    case 'tool-changed':
      return [
        `The output of \`${printable(reason.tool)}\` changed:`,
        ...renderBeforeAfter(reason.before, reason.after, paint),
      ];
    case 'service-changed':
      return [
        `The service ${printable(reason.service)} changed:`,
        ...renderBeforeAfter(reason.before, reason.after, paint),
      ];
    case 'no-entry':
    case 'format-changed':
    case 'cache-off':
    case 'not-cacheable':
    case 'blob-missing':
    case 'integrity':
    case 'obstacle':
    case 'shared-output':
    case 'signature':
    case 'remote-unavailable':
    case 'store-trouble':
      return [`${capitalized(describeMissReason(reason))}.`];
  }
}

function renderVersions(changes: NameChanges, paint: Paint, limit: number): string[] {
  const { moved, ...rest } = pairVersions(changes);
  const modified = [...moved.map(({ name, before, after }) => `${name} ${before} -> ${after}`), ...rest.modified];
  return renderChanges({ ...rest, modified }, paint, limit);
}

function renderChanges(changes: NameChanges, paint: Paint, limit: number): string[] {
  const lines = [
    ...changes.modified.map((name) => `  ${paint('yellow', '~')} ${printable(name)}`),
    ...changes.added.map((name) => `  ${paint('green', '+')} ${printable(name)}`),
    ...changes.removed.map((name) => `  ${paint('red', '-')} ${printable(name)}`),
  ];
  return lines.length <= limit ? lines : [...lines.slice(0, limit), `  … and ${lines.length - limit} more`];
}

function renderBeforeAfter(before: string | undefined, after: string | undefined, paint: Paint): string[] {
  return [
    ...(before === undefined ? [] : [`  ${paint('red', '-')} ${printable(before)}`]),
    ...(after === undefined ? [] : [`  ${paint('green', '+')} ${printable(after)}`]),
  ];
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
