import { renderServiceVariables } from '@tr/reporter';
import { Command, Option } from 'clipanion';
import { ServicesCommand } from './services-command.js';

/** `tr services env`. */
export class ServicesEnvCommand extends ServicesCommand {
  static override paths = [['services', 'env']];
  static override usage = Command.Usage({
    category: 'Services',
    description: 'Print the variables of running services, for a shell. They contain passwords.',
    details: 'In a shell: `eval "$(tr services env)"`.',
    examples: [['Of one service', 'tr services env db']],
  });
  names = Option.Rest({ name: 'service' });

  override execute(): Promise<number> {
    return this.printStarted(this.names, ({ isRunning, environment }) =>
      isRunning ? renderServiceVariables(environment) : undefined,
    );
  }
}
