import { renderCacheStatus } from '@tr/reporter';
import { readCacheStatus } from '@tr/store';
import { Command } from 'clipanion';
import { toCacheLimits } from '../cache-limits.js';
import { EXIT } from '../exit-codes.js';
import { CacheCommand } from './cache-command.js';

/** `tr cache status`. */
export class CacheStatusCommand extends CacheCommand {
  static override paths = [['cache', 'status']];
  static override usage = Command.Usage({
    category: 'Cache',
    description: 'Say what the local cache holds, by task.',
    examples: [['Size and age of the cache', 'tr cache status']],
  });

  override execute(): Promise<number> {
    return this.withCache(readCacheStatus, (status, folder, { config }) => {
      const oldest = Math.min(...status.tasks.map(({ usedAt }) => usedAt));
      const limits = toCacheLimits(config.cache);
      const report = {
        directory: folder.root,
        entries: status.entries,
        blobs: status.blobs,
        bytes: status.bytes,
        maxBytes: limits.maxBytes,
        maxAgeMs: limits.maxAgeMs,
        oldestMs: Number.isFinite(oldest) ? Date.now() - oldest : undefined,
        tasks: status.tasks,
      };
      this.context.out.write(renderCacheStatus(report, this.context.out.colors));
      return EXIT.ok;
    });
  }
}
