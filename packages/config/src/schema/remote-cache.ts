import type { SchemaNode } from './schema-node.js';

const TURBO_REMOTE_CACHE_PROPERTIES = {
  enabled: {
    type: 'boolean',
    default: true,
    description: 'False: the remote cache is neither read nor written.',
    examples: [false],
  },
  signature: {
    type: 'boolean',
    default: false,
    description: 'Entries are signed, and unsigned ones refused.',
    examples: [true],
  },
  preflight: {
    type: 'boolean',
    default: false,
    description: 'Asks with an OPTIONS request before each request.',
    examples: [true],
  },
  timeout: {
    type: 'integer',
    minimum: 0,
    description: 'Seconds a request may take; 0 is no limit.',
    examples: [30],
  },
  uploadTimeout: {
    type: 'integer',
    minimum: 0,
    description: 'Seconds an upload may take; 0 is no limit.',
    examples: [60],
  },
  apiUrl: {
    type: 'string',
    description: 'Where a Turborepo cache server answers.',
    examples: ['https://cache.example.com'],
  },
  loginUrl: {
    type: 'string',
    description: 'Where a Turborepo cache server hands out tokens.',
    examples: ['https://cache.example.com'],
  },
  teamId: { type: 'string', description: 'Id of the team, sent with each request.', examples: ['team_1234'] },
  teamSlug: { type: 'string', description: 'Short name of the team, sent with each request.', examples: ['acme'] },
} as const satisfies Readonly<Record<string, SchemaNode>>;

const OWN_REMOTE_CACHE_PROPERTIES = {
  url: {
    type: 'string',
    description: 'A cache server, or a bucket: `s3://bucket/prefix?endpoint=…&region=…`.',
    examples: ['https://cache.example.com'],
  },
  scope: {
    type: 'string',
    description: 'The scope entries are written to; the server has the last word.',
    examples: ['main'],
  },
  publicKeys: {
    type: 'array',
    items: { type: 'string' },
    description: 'Ed25519 public keys (PEM or base64): entries that none of them has signed are misses.',
    examples: [['MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=']],
  },
} as const satisfies Readonly<Record<string, SchemaNode>>;

const DESCRIBED = {
  type: 'object',
  additionalProperties: false,
  description: 'The cache shared between machines.',
} as const;

/** `remoteCache` as Turborepo has it. */
export const TURBO_REMOTE_CACHE_SCHEMA = {
  ...DESCRIBED,
  properties: TURBO_REMOTE_CACHE_PROPERTIES,
} as const satisfies SchemaNode;

/** `remoteCache` of `turbo-like.config.json`. */
export const OWN_REMOTE_CACHE_SCHEMA = {
  ...DESCRIBED,
  examples: [{ url: 'https://cache.example.com' }],
  properties: { ...OWN_REMOTE_CACHE_PROPERTIES, ...TURBO_REMOTE_CACHE_PROPERTIES },
} as const satisfies SchemaNode;
