import type { MissReason, NameChanges } from '@tr/model';
import { printable } from '../text/printable.js';
import { firstChange, firstOf } from './names.js';
import { pairVersions } from './version-changes.js';

/** How many reasons a single line names before it only counts. */
const SHOWN = 3;

/** All reasons of a miss on one line, without a period: `inputs changed: src/a.ts (+2); env changed: NODE_ENV`. */
export function describeMissReasons(reasons: readonly MissReason[]): string {
  const shown = reasons.slice(0, SHOWN).map(describeMissReason);
  const more = reasons.length - shown.length;
  return more > 0 ? `${shown.join('; ')}; ${more} more` : shown.join('; ');
}

/** One reason in a few words, without a period. */
export function describeMissReason(reason: MissReason): string {
  switch (reason.reason) {
    case 'no-entry':
      return 'no stored run of this task';
    case 'command-changed':
      return 'command changed';
    case 'inputs-changed':
      return labelled(reason.scope === 'global' ? 'global inputs changed' : 'inputs changed', firstChange(reason));
    case 'env-changed':
      return labelled(reason.scope === 'global' ? 'global env changed' : 'env changed', firstChange(reason));
    case 'config-changed':
      return labelled('config changed', firstOf(reason.keys));
    case 'dependency-changed':
      return labelled(
        reason.unsettled ? 'no settled result of dependency' : 'dependency changed',
        `${firstChange(reason)}${rootCause(reason)}`,
      );
    case 'lockfile-changed':
      return reason.lockfile === undefined
        ? labelled('lockfile changed', firstVersionChange(reason))
        : describeLockfile(reason.lockfile, reason);
    case 'tool-changed':
      return `tool changed: ${printable(reason.tool)}`;
    case 'service-changed':
      return `service changed: ${printable(reason.service)}`;
    case 'format-changed':
      return `stored by another version (format ${reason.stored}, now ${reason.current})`;
    case 'cache-off':
      return 'cache reads are off';
    case 'not-cacheable':
      return 'the task is not cached';
    case 'blob-missing':
      return `stored file missing: ${printable(reason.path)}`;
    case 'integrity':
      return `stored entry is damaged: ${printable(reason.path)} (${printable(reason.detail)})`;
    case 'obstacle':
      return `something of yours is in the way of the outputs: ${printable(reason.path)} (${printable(reason.detail)})`;
    case 'shared-output':
      return `${printable(reason.path)} is an output of ${printable(reason.owner)} too, with other content: order the two by dependsOn, or give them directories of their own`;
    case 'signature':
      return `signature refused: ${printable(reason.detail)}`;
    case 'remote-unavailable':
      return `remote cache unavailable: ${printable(reason.detail)}`;
    case 'store-trouble':
      return `cache trouble: ${printable(reason.detail)}`;
  }
}

/** What became of a lockfile that counts as a whole. */
export function describeLockfile(file: string, { added, removed }: NameChanges): string {
  const what = added.length > 0 ? 'added' : removed.length > 0 ? 'removed' : 'changed';
  return `${printable(file)} ${what}`;
}

function firstVersionChange(changes: NameChanges): string {
  const { moved, ...rest } = pairVersions(changes);
  const [first] = moved;
  if (first === undefined) return firstChange(rest);
  const more = moved.length - 1 + rest.added.length + rest.removed.length + rest.modified.length;
  return `${printable(`${first.name} ${first.before} -> ${first.after}`)}${more > 0 ? ` (+${more})` : ''}`;
}

function labelled(label: string, names: string): string {
  return names === '' ? label : `${label}: ${names}`;
}

function rootCause(reason: Extract<MissReason, { reason: 'dependency-changed' }>): string {
  const { root } = reason;
  if (root === undefined || [reason.modified[0], reason.added[0], reason.removed[0]].find(Boolean) === root) return '';
  return ` because of ${printable(root)}`;
}
