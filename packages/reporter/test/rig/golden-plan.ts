import type { ActionKey, BlobId, PackageName, RelativePath, TaskDefinition, TaskId } from '@tr/model';
import type { DryRunEnvironment, DryRunPlan, DryRunTask, HashedVariables } from '../../src/dry-run/dry-run-plan.js';

/** What a recorded dry run holds, as far as it is read here. */
interface Recorded {
  readonly id: string;
  readonly turboVersion: string;
  readonly monorepo: boolean;
  readonly globalCacheInputs: {
    readonly files: Record<string, string>;
    readonly hashOfExternalDependencies: string;
    readonly environmentVariables: RecordedVariables;
    readonly engines: Record<string, string> | null;
  };
  readonly packages?: readonly string[];
  readonly envMode: 'strict' | 'loose';
  readonly frameworkInference: boolean;
  readonly tasks: readonly RecordedTask[];
  readonly scm: { readonly sha: string | null; readonly branch: string | null };
}

interface RecordedVariables {
  readonly specified: { readonly env: readonly string[]; readonly passThroughEnv: readonly string[] | null };
  readonly configured: readonly string[];
  readonly inferred: readonly string[];
  readonly passthrough: readonly string[] | null;
}

interface RecordedTask {
  readonly taskId: string;
  readonly task: string;
  readonly package?: string;
  readonly hash: string;
  readonly inputs: Record<string, string>;
  readonly hashOfExternalDependencies: string;
  readonly cache: { readonly local: boolean; readonly status: string; readonly timeSaved: number };
  readonly command: string;
  readonly cliArguments: readonly string[];
  readonly outputs: readonly string[] | null;
  readonly excludedOutputs: readonly string[] | null;
  readonly directory?: string;
  readonly dependencies: readonly string[];
  readonly dependents: readonly string[];
  readonly with: readonly string[];
  readonly resolvedTaskDefinition: Omit<TaskDefinition, 'outputs' | 'inputs'> & { readonly inputs: readonly string[] };
  readonly framework: string;
  readonly environmentVariables: RecordedVariables;
}

/** The plan that our renderer must turn into the recorded text, everything in the opposite order. */
export function planOf(text: string): DryRunPlan {
  const recorded = JSON.parse(text) as Recorded;
  const global = recorded.globalCacheInputs;
  return {
    id: recorded.id,
    version: recorded.turboVersion,
    kind: recorded.monorepo ? 'monorepo' : 'single',
    globalInputs: {
      files: reversed(global.files) as Record<RelativePath, BlobId>,
      externalDependenciesHash: global.hashOfExternalDependencies,
      environment: environmentOf(global.environmentVariables),
      engines: global.engines ?? undefined,
    },
    packages: [...(recorded.packages ?? [])].reverse().map((name) => ({ name: name as PackageName, directory: name })),
    envMode: recorded.envMode,
    frameworkInference: recorded.frameworkInference,
    tasks: [...recorded.tasks].reverse().map(taskOf),
    taskArguments: recorded.tasks[0]?.cliArguments ?? [],
    scm: { sha: recorded.scm.sha ?? undefined, branch: recorded.scm.branch ?? undefined },
  };
}

function taskOf(recorded: RecordedTask): DryRunTask {
  const ids = (list: readonly string[]): TaskId[] => list.map(idOf).reverse();
  const { resolvedTaskDefinition: definition } = recorded;
  return {
    deferredBy: undefined,
    node: {
      id: idOf(recorded.taskId),
      package: (recorded.package ?? '//') as PackageName,
      task: recorded.task,
      directory: recorded.directory ?? '',
      definition: {
        ...definition,
        outputs: { include: [...(recorded.outputs ?? [])].reverse(), exclude: recorded.excludedOutputs ?? [] },
        inputs: {
          includeDefault: true,
          include: definition.inputs.filter((glob) => !glob.startsWith('!')),
          exclude: definition.inputs.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1)),
        },
        passThroughEnv: definition.passThroughEnv ?? undefined,
        with: [...recorded.with].reverse(),
      },
      command: recorded.command === '<NONEXISTENT>' ? undefined : recorded.command,
      isScript: true,
      dependencies: ids(recorded.dependencies),
      dependents: ids(recorded.dependents),
      with: ids(recorded.with),
      isEntryPoint: true,
    },
    key: recorded.hash.padEnd(64, '0') as ActionKey,
    inputs: reversed(recorded.inputs) as Record<string, BlobId>,
    externalDependenciesHash: recorded.hashOfExternalDependencies,
    prediction:
      recorded.cache.status === 'HIT'
        ? { hit: true, tier: recorded.cache.local ? 'local' : 'remote', timeSavedMs: recorded.cache.timeSaved }
        : { hit: false, reasons: [{ reason: 'no-entry' }] },
    environment: environmentOf(recorded.environmentVariables),
    framework: recorded.framework,
  };
}

/** The model has `//#build` where a single-package dry run has `build`. */
function idOf(text: string): TaskId {
  return (text.includes('#') ? text : `//#${text}`) as TaskId;
}

function environmentOf(recorded: RecordedVariables): DryRunEnvironment {
  return {
    env: [...recorded.specified.env].reverse(),
    passThroughEnv: recorded.specified.passThroughEnv ?? undefined,
    configured: variablesOf(recorded.configured),
    inferred: variablesOf(recorded.inferred),
    passthrough: recorded.passthrough === null ? undefined : variablesOf(recorded.passthrough),
  };
}

function variablesOf(lines: readonly string[]): HashedVariables {
  return Object.fromEntries(
    [...lines].reverse().map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

function reversed(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).reverse());
}
