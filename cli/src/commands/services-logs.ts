import { readFileSync } from 'node:fs';
import { Command, Option } from 'clipanion';
import { ServicesCommand } from './services-command.js';

/** `tr services logs`. */
export class ServicesLogsCommand extends ServicesCommand {
  static override paths = [['services', 'logs']];
  static override usage = Command.Usage({
    category: 'Services',
    description: 'Print the logs of services that run for local work.',
    examples: [['Of one service', 'tr services logs db']],
  });
  names = Option.Rest({ name: 'service' });

  override execute(): Promise<number> {
    return this.printStarted(this.names, ({ logPath }) => (logPath === undefined ? '' : readFileSync(logPath, 'utf8')));
  }
}
