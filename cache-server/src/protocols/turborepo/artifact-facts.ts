import type { IncomingHttpHeaders } from 'node:http';
import type { Entry } from '@tr/store';
import { Problem } from '../../http/problem.js';

/** Each fact, the header that brings it and takes it back, and the longest value. */
const FACTS = [
  { fact: 'tag', header: 'x-artifact-tag', limit: 600 },
  { fact: 'sha', header: 'x-artifact-sha', limit: 64 },
  { fact: 'dirtyHash', header: 'x-artifact-dirty-hash', limit: 64 },
] as const;

/** How long the task took, milliseconds. Anything but a whole number is left out: the client fails on reading it back. */
export function readDuration(headers: IncomingHttpHeaders): number | undefined {
  const header = headers['x-artifact-duration'];
  return typeof header === 'string' && /^[0-9]{1,15}$/.test(header) ? Number(header) : undefined;
}

/** What the client says about its artifact, to be given back as it is. */
export function readFacts(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const facts: Record<string, string> = {};
  for (const { fact, header, limit } of FACTS) {
    const value = headers[header];
    if (typeof value !== 'string' || value === '') continue;
    if (value.length > limit || !/^[\x20-\x7e]+$/.test(value))
      throw new Problem('bad-request', `${header} of another form`);
    facts[fact] = value;
  }
  return facts;
}

/** Headers that give the facts back. */
export function factHeaders(entry: Entry): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  if (entry.durationMs !== undefined) headers['x-artifact-duration'] = String(entry.durationMs);
  for (const { fact, header } of FACTS) {
    const value = entry.facts[fact];
    if (value !== undefined) headers[header] = value;
  }
  return headers;
}
