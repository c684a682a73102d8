import { toError, toWarning, type Failure, type TaskGraph } from '@tr/model';
import { renderNoCommand, renderWhy, renderWhyJson } from '@tr/reporter';
import { Command, Option } from 'clipanion';
import type { Engine } from '../engine.js';
import { EXIT } from '../exit-codes.js';
import { createPlainPlan } from '../plan/plan.js';
import { predictTasks } from '../predict.js';
import type { Project } from '../project.js';
import { explainTask } from '../why.js';
import { createLookingRequest, withEngine } from '../with-engine.js';
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

  tasks = Option.Rest({ name: 'task' });
  filters = Option.Array('--filter,-F', [], { description: 'Only the packages a filter selects.' });
  all = Option.Boolean('--all', false, { description: 'List every name that differs.' });
  json = Option.Boolean('--json', false, { description: 'One JSON object a task.' });
  cacheDir = Option.String('--cache-dir', { description: 'Where results are stored.' });
  envMode = Option.String('--env-mode', {
    description: 'Variables that tasks see: those configured (`strict`) or all (`loose`).',
  });

  override execute(): Promise<number> {
    return this.withProject((project) => this.explain(project));
  }

  private async explain(project: Project): Promise<number> {
    if (this.tasks.length === 0)
      return this.refuse([toError({ code: 'usage/missing-task', available: project.definitions.taskNames() })]);
    const request = createLookingRequest(this.context, {
      tasks: this.tasks,
      policy: { local: { read: true, write: false }, remote: { read: true, write: false } },
      cacheDir: this.cacheDir,
      envMode: this.envMode,
    });
    if (!request.ok) return this.refuse(request.failure);
    const plan = await createPlainPlan(project, this.context, this);
    if (!plan.ok) return this.refuse(plan.failure);
    const { graph, warnings } = plan.value;
    this.warn(warnings);
    const warn = (failure: Failure): void => this.warn([toWarning(failure)]);
    const looking = { project, context: this.context, graph, request: request.value, lookupOnly: true, warn };
    return await withEngine(looking, (engine) => this.tell(graph, engine));
  }

  private async tell(graph: TaskGraph, engine: Engine): Promise<number> {
    const { out } = this.context;
    const predicted = await predictTasks(graph, engine);
    if (!predicted.ok) return this.refuse([toError(predicted.failure)]);
    const nodes = [...graph.nodes.values()].filter(({ isEntryPoint }) => isEntryPoint);
    const runnable = nodes.filter(({ command }) => command !== undefined);
    // Of a task that some packages have, the others need no word.
    const silent = runnable.length > 0 ? nodes.filter(({ id }) => this.tasks.includes(id)) : nodes;
    for (const { id, command } of this.json ? [] : silent)
      if (command === undefined) out.write(renderNoCommand(id, out.colors));
    let isBlock = false;
    for (const [index, { id }] of runnable.entries()) {
      const report = await explainTask({ graph, predicted: predicted.value, engine }, id);
      if (this.json) {
        out.write(renderWhyJson(report));
        continue;
      }
      const text = renderWhy(report, { colors: out.colors, now: Date.now(), all: this.all });
      // Blank lines between the parts of one report would hide where the next begins. Reports of one line are a list.
      const wasBlock = isBlock;
      isBlock = text.includes('\n\n');
      out.write(index > 0 && (isBlock || wasBlock) ? `\n${text}` : text);
    }
    return EXIT.ok;
  }
}
