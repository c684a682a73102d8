import { createDjangoApplication } from './django-application.js';
import type { MigratedApplication } from './history.js';
import { createRailsApplication } from './rails-application.js';
import { createSqlApplication } from './sql-application.js';

/** What histories can be followed of. */
export const APPLICATIONS: Readonly<Record<string, () => MigratedApplication>> = {
  sql: createSqlApplication,
  django: createDjangoApplication,
  rails: createRailsApplication,
};
