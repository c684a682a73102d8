import { join } from 'node:path';
import { renderGcResult } from '@tr/reporter';
import { collectGarbage } from '@tr/store';
import { Command } from 'clipanion';
import { toCacheLimits } from '../cache-limits.js';
import { EXIT } from '../exit-codes.js';
import type { Project } from '../project.js';
import { resolveStateDirectories } from '../state-directory.js';
import { sweepStates } from '../sweep-states.js';
import { CacheCommand } from './cache-command.js';

/** What services have left beside the cache, which is of no use any more. */
async function sweepServices(project: Project, now: number): Promise<void> {
  const { root, git } = project.workspace;
  const { sweepEmpty } = await import('@tr/services');
  sweepStates(project, now);
  sweepEmpty(join(resolveStateDirectories(root, git, undefined).own, 'services'), now);
}

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
      async (folder, project) => {
        await sweepServices(project, started);
        return await collectGarbage(folder, { limits: toCacheLimits(project.config.cache), now: started });
      },
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
