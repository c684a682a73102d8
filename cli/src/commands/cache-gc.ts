import { renderGcResult } from '@tr/reporter';
import { collectGarbage } from '@tr/store';
import { Command } from 'clipanion';
import { toCacheLimits } from '../cache-limits.js';
import { EXIT } from '../exit-codes.js';
import { CacheCommand } from './cache-command.js';

/** `tr cache gc`. */
export class CacheGcCommand extends CacheCommand {
  static override paths = [['cache', 'gc']];
  static override usage = Command.Usage({
    category: 'Cache',
    description: 'Remove what is too old or too much, and what nothing refers to.',
    details: 'The bounds are `cache.maxSize` and `cache.maxAge`. A run does the same by itself when it is due.',
    examples: [['Sweep now', 'tr cache gc']],
  });

  override execute(): Promise<number> {
    const started = Date.now();
    return this.withCache(
      (folder, { config }) => collectGarbage(folder, { limits: toCacheLimits(config.cache), now: started }),
      (report) => {
        this.context.out.write(
          renderGcResult({
            dryRun: false,
            removedEntries: report.evictedEntries,
            removedBlobs: report.removedBlobs,
            freedBytes: report.freedBytes,
            remainingEntries: report.keptEntries,
            remainingBytes: report.keptBytes,
            durationMs: Date.now() - started,
          }),
        );
        return EXIT.ok;
      },
    );
  }
}
