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
    description: 'True: a remote cache is used only if `publicKeys` says whose signatures count.',
    examples: [true],
  },
  preflight: {
    type: 'boolean',
    default: false,
    description: 'Accepted, no effect.',
    examples: [true],
  },
  timeout: {
    type: 'integer',
    minimum: 0,
    description: 'Seconds one request may take, 30 when left out; 0 is no limit.',
    examples: [30],
  },
  uploadTimeout: {
    type: 'integer',
    minimum: 0,
    description: 'Seconds a run may wait for uploads after its last task, 30 when left out; 0 is no limit.',
    examples: [60],
  },
  apiUrl: {
    type: 'string',
    description: 'Accepted, no effect: `url` names the cache server.',
    examples: ['https://cache.example.com'],
  },
  loginUrl: {
    type: 'string',
    description: 'Accepted, no effect.',
    examples: ['https://cache.example.com'],
  },
  teamId: { type: 'string', description: 'Accepted, no effect.', examples: ['team_1234'] },
  teamSlug: { type: 'string', description: 'Accepted, no effect.', examples: ['acme'] },
} as const satisfies Readonly<Record<string, SchemaNode>>;

const OWN_REMOTE_CACHE_PROPERTIES = {
  url: {
    type: 'string',
    description: 'A cache server, or a bucket: `s3://bucket/prefix?endpoint=…&region=…`.',
    examples: ['https://cache.example.com'],
  },
  scope: {
    type: 'string',
    description: 'For a bucket: the scope entries are written to. A server takes it from the token.',
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
