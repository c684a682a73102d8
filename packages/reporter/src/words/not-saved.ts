import type { NotSavedReason } from '@tr/model';
import { printable } from '../text/printable.js';
import { firstOf } from './names.js';

/** Why an executed task was not stored, without a period. */
export function describeNotSaved(reason: NotSavedReason): string {
  switch (reason.reason) {
    case 'inputs-changed':
      return `inputs changed while it ran: ${firstOf(reason.paths)}`;
    case 'outputs-changed':
      return `somebody else changed its outputs before they were stored: ${firstOf(reason.paths)}`;
    case 'unsafe-output':
      return `an output cannot be stored: ${printable(reason.path)} (${printable(reason.detail)})`;
    case 'state-unknown':
      return `the state of ${printable(reason.service)} is not known to be its own (${printable(reason.detail)})`;
    case 'no-space':
      return `there is no room for the state of ${printable(reason.service)} in ${printable(reason.path)}`;
    case 'cache-off':
      return 'cache writes are off';
    case 'not-cacheable':
      return 'the task is not cached';
    case 'flaky':
      return 'it passed only after a retry';
    case 'store-trouble':
      return `trouble with the cache (${printable(reason.detail)})`;
  }
}
