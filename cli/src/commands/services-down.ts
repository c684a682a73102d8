import { Command, Option } from 'clipanion';
import { EXIT } from '../exit-codes.js';
import { ServicesCommand } from './services-command.js';

/** `tr services down`. */
export class ServicesDownCommand extends ServicesCommand {
  static override paths = [['services', 'down']];
  static override usage = Command.Usage({
    category: 'Services',
    description: 'Stop services and remove their data.',
    examples: [['All of them', 'tr services down']],
  });
  names = Option.Rest({ name: 'service' });

  override execute(): Promise<number> {
    return this.withServices(this.names, async (_services, kept) => {
      await kept.down(this.names.length === 0 ? undefined : this.names);
      return EXIT.ok;
    });
  }
}
