import type { Failure } from '@tr/model';
import type { Words } from './words.js';

/** Stands in for words that an area has not written yet: the slug as a sentence, with the plain fields. */
export function describeUnwordedFailure(failure: Failure): Words {
  const slug = failure.code.slice(failure.code.indexOf('/') + 1).replaceAll('-', ' ');
  const fields = Object.entries(failure)
    .filter(([name, value]) => name !== 'code' && name !== 'at' && value !== undefined)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return {
    what: `${slug.charAt(0).toUpperCase()}${slug.slice(1)}${fields.length > 0 ? `: ${fields.join(', ')}` : ''}.`,
  };
}
