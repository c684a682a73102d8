import { parseTaskId, type TaskId } from '@tr/model';
import { renderWhy, renderWhyJson } from '@tr/reporter';
import { Command, Option } from 'clipanion';
import { createEngine } from '../engine.js';
import { EXIT } from '../exit-codes.js';
import { createPlan } from '../plan.js';
import { predictTasks } from '../predict.js';
import type { Project } from '../project.js';
import { explainTask } from '../why.js';
import { ProjectCommand } from './project-command.js';

/** `tr why`: the exact difference to the nearest stored run. */
export class WhyCommand extends ProjectCommand {
  static override paths = [['why']];
  static override usage = Command.Usage({
    description: 'Say why a task would run: what differs from its nearest stored run.',
    details:
      'Names the file, variable, lockfile package, tool, command, setting, or the dependency that diverged first. Executes nothing.',
    examples: [
      ['One task', 'tr why web#build'],
      ['A task of every package', 'tr why build'],
      ['Everything that differs', 'tr why web#build --all'],
    ],
  });

  tasks = Option.Rest({ required: 1, name: 'task' });
  filters = Option.Array('--filter,-F', [], { description: 'Only the packages a filter selects.' });
  all = Option.Boolean('--all', false, { description: 'List every name that differs.' });
  json = Option.Boolean('--json', false, { description: 'One JSON object a task.' });
  cacheDir = Option.String('--cache-dir', { description: 'Where results are stored.' });
  envMode = Option.String('--env-mode', { description: '`strict` or `loose`.' });

  override execute(): Promise<number> {
    return this.withProject((project) => this.explain(project));
  }

  private async explain(project: Project): Promise<number> {
    const { cwd, environment, out } = this.context;
    // A task with its package is looked for everywhere, whatever the current directory.
    const filters =
      this.tasks.every((task) => parseTaskId(task) !== undefined) && this.filters.length === 0 ? ['*'] : this.filters;
    const plan = await createPlan(project, {
      cwd,
      environment,
      tasks: this.tasks,
      filters,
      affected: false,
      only: false,
    });
    if (!plan.ok) return this.refuse(plan.failure);
    const { graph } = plan.value;
    const engine = await createEngine({
      project,
      context: this.context,
      request: {
        tasks: this.tasks,
        taskArguments: this.context.passThrough,
        policy: { local: { read: true, write: false }, remote: { read: false, write: false } },
        cacheDir: this.cacheDir,
        envMode: this.envMode === 'loose' ? 'loose' : this.envMode === 'strict' ? 'strict' : undefined,
        frameworkInference: true,
      },
      emit: (event) => event.type === 'warning' && this.warn([{ severity: 'warning', failure: event.failure }]),
    });
    try {
      const predicted = await predictTasks(graph, engine);
      if (!predicted.ok) return this.refuse([{ severity: 'error', failure: predicted.failure }]);
      const ids: TaskId[] = [...graph.nodes.values()].filter(({ isEntryPoint }) => isEntryPoint).map(({ id }) => id);
      for (const id of ids) {
        const report = await explainTask({ graph, predicted: predicted.value, engine }, id);
        out.write(
          this.json ? renderWhyJson(report) : renderWhy(report, { colors: out.colors, now: Date.now(), all: this.all }),
        );
      }
      return EXIT.ok;
    } finally {
      await engine.finish();
    }
  }
}
