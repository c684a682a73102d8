import type { SchemaNode } from './schema-node.js';

const TASK_REFERENCES = { type: 'array', items: { type: 'string', format: 'task-reference' } } as const;
const VARIABLES = { type: 'array', items: { type: 'string', format: 'variable' } } as const;
const INPUT_GLOBS = { type: 'array', items: { type: 'string', format: 'input-glob' } } as const;

/** Keys of a task that Turborepo has too, with the same meaning. */
export const TURBO_TASK_PROPERTIES = {
  description: {
    type: 'string',
    description: 'What the task does, for people. Changes nothing.',
    examples: ['Compiles the package'],
  },
  dependsOn: {
    type: 'array',
    items: { type: 'string', format: 'dependency' },
    description:
      'Tasks that have to end well before this one starts: `task` in the same package, `^task` in every package this one depends on, `package#task` in a named package, `//#task` at the root. `$NAME`, the form of old Turborepo versions for a variable, counts as an entry of `env`, with a warning (in turbo.json it is an error, as in Turborepo).',
    examples: [['^build', 'codegen', '//#prepare']],
  },
  with: {
    type: 'array',
    items: { type: 'string', format: 'sibling-reference' },
    description: 'Tasks started together with this one, without waiting for them: `task` or `package#task`.',
    examples: [['api#dev']],
  },
  inputs: {
    type: 'array',
    items: {
      anyOf: [
        { type: 'string', format: 'input-glob' },
        {
          type: 'object',
          additionalProperties: false,
          required: ['mode'],
          properties: {
            mode: {
              type: 'string',
              enum: ['startup', 'jit', 'dependencyOutputs'],
              description:
                '`startup`: as entries without a mode. `jit`: files that are there once the dependencies have ended. `dependencyOutputs`: outputs of dependencies, which then count in place of their keys.',
              examples: ['jit'],
            },
            globs: { ...INPUT_GLOBS, description: 'Which of those files.', examples: [['src/generated/**']] },
            from: {
              ...TASK_REFERENCES,
              description: 'Which dependencies, for `dependencyOutputs`; every direct one when left out.',
              examples: [['^build']],
            },
            withDefaults: {
              type: 'boolean',
              default: false,
              description: 'Adds what `$TURBO_DEFAULT$` stands for.',
              examples: [true],
            },
          },
        },
      ],
    },
    description:
      'Files that decide whether the task has to run again: globs from the package directory, `!` excludes (and always wins), `$TURBO_DEFAULT$` is every file git tracks or would track, `$TURBO_ROOT$/` starts at the root. Left out or empty: `$TURBO_DEFAULT$`. Without it, `.gitignore` does not apply.',
    examples: [['$TURBO_DEFAULT$', '!README.md', '$TURBO_ROOT$/tsconfig.base.json']],
  },
  outputs: {
    type: 'array',
    items: { type: 'string', format: 'output-glob' },
    description:
      'Files the task writes, stored with its log: globs from the package directory, `!` excludes. Left out: none.',
    examples: [['dist/**', '!dist/**/*.map']],
  },
  cache: {
    type: 'boolean',
    default: true,
    description: 'False: the task always runs and nothing of it is stored.',
    examples: [false],
  },
  env: {
    ...VARIABLES,
    description: 'Environment variables the result depends on: names, `PREFIX_*` patterns, `!NAME` exclusions.',
    examples: [['DATABASE_URL', 'NEXT_PUBLIC_*', '!NEXT_PUBLIC_TRACE']],
  },
  passThroughEnv: {
    ...VARIABLES,
    description: 'Environment variables the task may see without depending on them.',
    examples: [['AWS_SECRET_KEY']],
  },
  outputLogs: {
    type: 'string',
    enum: ['full', 'hash-only', 'new-only', 'errors-only', 'none'],
    default: 'full',
    description: 'How much of the log is shown. The whole log is on disk in any case.',
    examples: ['new-only'],
  },
  persistent: {
    type: 'boolean',
    default: false,
    description: 'The task does not end by itself, such as a development server. Nothing may depend on it.',
    examples: [true],
  },
  interactive: {
    type: 'boolean',
    default: false,
    description: 'The task reads from the terminal. Needs `"cache": false`.',
    examples: [true],
  },
  interruptible: {
    type: 'boolean',
    default: false,
    description: 'Accepted, no effect. Needs `"persistent": true`.',
    examples: [true],
  },
  tags: {
    type: 'array',
    items: { type: 'string', format: 'tag' },
    description: 'Labels of the task, for filters: `--filter=tag:ci`.',
    examples: [['ci']],
  },
} as const satisfies Readonly<Record<string, SchemaNode>>;

/** Keys of a task that only `turbo-like.config.json` has. */
export const OWN_TASK_PROPERTIES = {
  command: {
    type: 'string',
    format: 'command',
    description: 'What to run in a package whose package.json has no script of this name (or that has none at all).',
    examples: ['python3 -m pytest'],
  },
  tools: {
    type: 'array',
    items: { type: 'string', format: 'command' },
    description:
      'Commands whose output the result depends on, such as a compiler telling its version. One that fails is an error.',
    examples: [['python3 --version']],
  },
  envFiles: {
    type: 'array',
    items: { type: 'string', format: 'output-glob' },
    description:
      'Files of `NAME=value` lines that are loaded for the task and are inputs of it: paths from the package directory, or from the root with `$TURBO_ROOT$/`. Later files win over earlier ones, and the environment wins over all of them. A file that is not there is passed over.',
    examples: [['.env', '.env.local']],
  },
  restore: {
    type: 'string',
    enum: ['copy', 'link'],
    default: 'copy',
    description:
      'How stored outputs come back: `copy`, or `link` for hard links, which suit large outputs that nobody edits (installed dependencies). Links have old times: not for what `make` or `ninja` builds from.',
    examples: ['link'],
  },
  when: {
    type: 'object',
    additionalProperties: false,
    properties: {
      branches: {
        type: 'array',
        items: { type: 'string', format: 'branch-glob' },
        description: 'Globs over the name of the branch that is checked out. None holds on a detached HEAD.',
        examples: [['main', 'release/*']],
      },
      env: {
        type: 'array',
        items: { type: 'string', format: 'variable-name' },
        description: 'Variables that must be set and not empty.',
        examples: [['CI']],
      },
    },
    description:
      'Runs the task only when every condition given holds. A task skipped this way is not recorded as done.',
    examples: [{ branches: ['main'], env: ['DEPLOY_TOKEN'] }],
  },
  timeout: {
    type: ['string', 'number'],
    format: 'timeout',
    description: 'Ends an execution that takes longer: `"30s"`, `"5m"`, `"1h"`, or a number of seconds.',
    examples: ['5m'],
  },
  retries: {
    type: 'integer',
    minimum: 0,
    default: 0,
    description: 'How many times a failed execution is tried again. A pass after a retry is reported as flaky.',
    examples: [2],
  },
  services: {
    type: 'array',
    items: { type: 'string', format: 'service-name' },
    description:
      'Services of the root configuration that have to be ready. Their settings arrive as variables: `DATABASE_URL`, `PG*`, `MYSQL_*`, `REDIS_URL`. No other task sees the same database or server.',
    examples: [['db', 'redis']],
  },
  workers: {
    type: 'integer',
    minimum: 1,
    description:
      'How many parallel workers get a database or server each: the same variables with `_0`, `_1`… at the end, and `TR_WORKERS`.',
    examples: [4],
  },
  snapshot: {
    type: 'object',
    additionalProperties: false,
    required: ['service', 'steps'],
    properties: {
      service: { type: 'string', format: 'service-name', description: 'Whose state.', examples: ['db'] },
      steps: {
        ...INPUT_GLOBS,
        description:
          'Files that the command applies in order and never twice, such as migrations; they are inputs. When one was added, the nearest stored state is brought back and the command applies the rest.',
        examples: [['**/migrations/*.py']],
      },
      base: {
        type: 'string',
        format: 'command',
        description: 'Run before the command on an empty database, for applications that cannot migrate from nothing.',
        examples: ['bin/rails db:schema:load'],
      },
    },
    description:
      'The state of a service is an output of the task: stored, and brought back for the tasks that depend on it.',
    examples: [{ service: 'db', steps: ['**/migrations/*.py'] }],
  },
} as const satisfies Readonly<Record<string, SchemaNode>>;

/** The key of a task that only the configuration of a package has. */
export const PACKAGE_TASK_PROPERTIES = {
  extends: {
    type: 'boolean',
    default: true,
    description:
      'False: nothing is inherited for this task; with no other key, the package does not have the task at all.',
    examples: [false],
  },
} as const satisfies Readonly<Record<string, SchemaNode>>;
