import type { SchemaNode } from './schema-node.js';

const READY = {
  type: 'object',
  additionalProperties: false,
  description: 'How it is known that the service answers. Engines that are known by name need none of this.',
  examples: [{ http: '/health', timeout: '30s' }],
  properties: {
    tcp: { type: 'boolean', default: true, description: 'Its port accepts a connection.', examples: [true] },
    http: { type: 'string', format: 'path', description: 'This path answers below 400.', examples: ['/health'] },
    log: {
      type: 'string',
      format: 'pattern',
      description: 'A line of its log matches this regular expression.',
      examples: ['ready to accept connections'],
    },
    exec: {
      type: 'string',
      format: 'command',
      description: 'This command, with the settings of the service as variables, ends with code 0.',
      examples: ['./check.sh'],
    },
    startPeriod: {
      type: 'string',
      format: 'duration',
      default: '0s',
      description: 'Time in which it is expected not to answer yet.',
      examples: ['5s'],
    },
    interval: {
      type: 'string',
      format: 'duration',
      default: '100ms',
      description: 'Time between two questions.',
      examples: ['1s'],
    },
    timeout: {
      type: 'string',
      format: 'duration',
      default: '60s',
      description: 'When it counts as not coming up.',
      examples: ['2m'],
    },
  },
} as const satisfies SchemaNode;

const SERVICE = {
  type: 'object',
  additionalProperties: false,
  properties: {
    type: {
      type: 'string',
      enum: ['postgres', 'mysql', 'mariadb', 'redis', 'command'],
      description: 'What it is. May be left out with `command`.',
      examples: ['postgres'],
    },
    version: {
      type: 'string',
      format: 'version-range',
      description: 'Accepted versions of the engine. Any when left out.',
      examples: ['>=15'],
    },
    url: {
      type: 'string',
      format: 'service-url',
      description:
        'A server that runs already, as in CI containers, or a variable that has its address: when that is not set, a server is started.',
      examples: ['$CI_DATABASE_URL'],
    },
    command: {
      type: 'string',
      format: 'command',
      description:
        'Starts the server in the foreground. It finds its port in `PORT` and a directory for its data in `TR_DATA_DIR`.',
      examples: ['mailpit --listen 127.0.0.1:$PORT'],
    },
    database: { type: 'string', default: 'app', description: 'Name of the database.', examples: ['shop'] },
    workerDatabase: {
      type: 'string',
      format: 'worker-names',
      default: '{database}_{n}',
      description: "Names of the workers' databases: `{n}` counts from 1, `{i}` from 0.",
      examples: ['test_{database}_{n}'],
    },
    extensions: {
      type: 'array',
      items: { type: 'string' },
      description: 'Extensions an empty PostgreSQL database has.',
      examples: [['pg_trgm']],
    },
    locale: { type: 'string', default: 'C.UTF-8', description: 'Locale of the server.', examples: ['en_US.UTF-8'] },
    settings: {
      type: 'object',
      additionalProperties: { type: ['string', 'number', 'boolean'] },
      description: 'Settings of the server, by its own names.',
      examples: [{ max_connections: 50 }],
    },
    env: {
      type: 'object',
      additionalProperties: {
        type: 'string',
        enum: ['url', 'host', 'port', 'user', 'password', 'database', 'socket'],
      },
      description:
        'Variables for its settings, instead of the usual ones: name -> `url`, `host`, `port`, `user`, `password`, `database` or `socket`.',
      examples: [{ ORDERS_DATABASE_URL: 'url' }],
    },
    scheme: {
      type: 'string',
      enum: ['mariadb', 'mysql', 'mysql2', 'postgis', 'postgres', 'postgresql', 'trilogy'],
      description:
        'What the address in `DATABASE_URL` begins with, where a framework has a word of its own: `mysql2` for Rails before 7.2.',
      examples: ['mysql2'],
    },
    storage: {
      type: 'string',
      enum: ['auto', 'memory', 'disk'],
      default: 'auto',
      description: 'Where its data lie: `auto` in memory when they fit.',
      examples: ['disk'],
    },
    ready: READY,
  },
} as const satisfies SchemaNode;

/** `services` of the root configuration. */
export const SERVICES_SCHEMA = {
  type: 'object',
  additionalProperties: SERVICE,
  description: 'Servers that tasks need: name -> what it is.',
  examples: [{ db: { type: 'postgres', version: '>=15' }, redis: { type: 'redis' } }],
} as const satisfies SchemaNode;
