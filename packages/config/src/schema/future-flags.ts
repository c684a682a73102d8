import type { SchemaNode } from './schema-node.js';

const flag = <Text extends string>(description: Text) =>
  ({ type: 'boolean', default: false, description, examples: [true] }) as const;
const NO_EFFECT = 'Accepted, no effect.';

/** Turborepo's future flags. */
export const FUTURE_FLAGS_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  description: 'Turborepo behaviours that are off until its next major version.',
  examples: [{ globalConfiguration: true }],
  properties: {
    globalConfiguration: flag('Global settings live under `global`, and `global.inputs` become inputs of every task.'),
    affectedUsingTaskInputs: flag('`--affected` looks at the inputs of tasks instead of at whole packages.'),
    filterUsingTasks: flag('`--filter` looks at tasks instead of at packages.'),
    strictTaskEntrypointSelection: flag(
      'A package without a command for a task is not an entry point when another has one.',
    ),
    githubActionsRemoteBaseRefFallback: flag('In GitHub Actions, the base branch may be `origin/<branch>`.'),
    hashFilePermissions: flag('The executable bit of input files counts.'),
    errorsOnlyShowHash: flag(NO_EFFECT),
    longerSignatureKey: flag(NO_EFFECT),
    watchUsingTaskInputs: flag(NO_EFFECT),
    pruneIncludesGlobalFiles: flag(NO_EFFECT),
    experimentalObservability: flag(NO_EFFECT),
    experimentalCargoWorkspaces: flag(NO_EFFECT),
    experimentalGoWorkspaces: flag(NO_EFFECT),
    experimentalPythonWorkspaces: flag(NO_EFFECT),
    experimentalSetup: flag(NO_EFFECT),
  },
} as const satisfies SchemaNode;
