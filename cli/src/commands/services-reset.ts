import { Command } from 'clipanion';
import { ServicesUpCommand } from './services-up.js';

/** `tr services reset`. */
export class ServicesResetCommand extends ServicesUpCommand {
  static override paths = [['services', 'reset']];
  static override usage = Command.Usage({
    category: 'Services',
    description: 'Throw away what services hold, and start them again.',
    details: 'Ports and passwords are others afterwards: evaluate `tr services env` again.',
    examples: [['The database as the task `seed` leaves it', 'tr services reset db --from seed']],
  });

  protected override readonly beginsAgain = true;
}
