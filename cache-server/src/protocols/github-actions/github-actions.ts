import type { Protocol } from '../protocol.js';
import { addBlobRoutes } from './blob-routes.js';
import { addServiceRoutes } from './service-routes.js';

/**
 * The cache service of GitHub Actions, version 2: Twirp in JSON for names, and URLs that carry their own authority for
 * bodies, which speak as much of Azure's blob storage as the client uses. Entries are immutable; a version is an instance.
 */
export const githubActions: Protocol = {
  name: 'github-actions',
  register(app, host) {
    addServiceRoutes(app, host);
    addBlobRoutes(app, host);
  },
  describeProblem({ code, text }) {
    const known = code === 'already-exists' ? 'already_exists' : code.replaceAll('-', '_');
    return { contentType: 'application/json; charset=utf-8', text: JSON.stringify({ code: known, msg: text }) };
  },
};
