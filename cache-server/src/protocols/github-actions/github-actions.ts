import type { Protocol } from '../protocol.js';
import { addArtifactCacheRoutes } from './artifact-cache-routes.js';
import { addBlobRoutes } from './blob-routes.js';
import { addServiceRoutes } from './service-routes.js';

/** BuildKit takes it for this, and not for trouble, by the type of version 1 or by these two words in the message. */
const EXISTS = {
  code: 'already_exists',
  typeKey: 'ArtifactCacheItemAlreadyExistsException',
  msg: 'the cache entry already exists',
  message: 'the cache entry already exists',
};

/**
 * The cache service of GitHub Actions. Version 2: Twirp in JSON or protobuf for names, and URLs that carry their own authority for
 * bodies, which speak as much of Azure's blob storage as the client uses. Version 1, for old clients: REST. Both share
 * their entries, which are immutable; what the client calls a version is an instance here.
 */
export const githubActions: Protocol = {
  name: 'github-actions',
  register(app, host) {
    addServiceRoutes(app, host);
    addBlobRoutes(app, host);
    addArtifactCacheRoutes(app, host);
  },
  describeProblem: ({ code, text }) => ({
    contentType: 'application/json; charset=utf-8',
    text: JSON.stringify(
      code === 'already-exists' ? EXISTS : { code: code.replaceAll('-', '_'), msg: text, message: text },
    ),
  }),
};
