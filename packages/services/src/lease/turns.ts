import type { ServiceDefinition } from '@tr/model';
import { compareStrings } from '@tr/model';
import { isGiven } from '../create-engine.js';
import { readUrlText } from '../given/given-url.js';
import type { ServiceRequest } from '../ports.js';
import { ServiceError } from '../service-error.js';

type Environment = Readonly<Record<string, string>>;

/** The services of a task, by who else may have what they need. */
export interface Turns {
  /** On servers that are not ours, in the order in which every run on every machine has to ask for them. */
  readonly given: readonly ServiceRequest[];
  /** On servers that nobody else has. */
  readonly own: readonly ServiceRequest[];
}

/** Throws `service/unsupported` for two that are the same database: one would wait for the other for ever. */
export function inTurns(requests: readonly ServiceRequest[], environment: Environment): Turns {
  const given = requests
    .filter(({ service }) => isGiven(service, environment))
    .map((request) => ({ request, name: nameOf(request.service, environment) }))
    .sort((a, b) => compareStrings(a.name, b.name));
  for (const [at, { request, name }] of given.entries()) {
    const other = given[at - 1];
    if (other?.name !== name) continue;
    const { name: service, kind } = request.service;
    const what = `to be the same database of a given server as the service \`${other.request.service.name}\` of the same task`;
    throw new ServiceError({ code: 'service/unsupported', service, kind, what });
  }
  return {
    given: given.map(({ request }) => request),
    own: requests.filter(({ service }) => !isGiven(service, environment)),
  };
}

/** What a task has to itself on a given server: a database of it; of Redis the one that the address names. */
function nameOf({ kind, url = '', database }: ServiceDefinition, environment: Environment): string {
  const text = readUrlText(url, environment);
  if (!URL.canParse(text)) return text;
  const { host, pathname } = new URL(text);
  return `${host}/${kind === 'redis' ? pathname.slice(1) || '0' : database}`;
}
