import { settleArrivals } from '@tr/cache';
import { toError } from '@tr/model';
import {
  createFileActionStore,
  createFileStreamBlobStore,
  nodeDisk,
  openCacheFolder,
  type CacheFolder,
  type StoreResult,
} from '@tr/store';
import { Option } from 'clipanion';
import type { Project } from '../project.js';
import { EXIT } from '../exit-codes.js';
import { resolveStateDirectories } from '../state-directory.js';
import { readVariable } from '../variables.js';
import { ProjectCommand } from './project-command.js';

/** What runs have left as it came counts as what it will be. */
async function settleAll(folder: CacheFolder): Promise<void> {
  const blobs = createFileStreamBlobStore(folder);
  await settleArrivals({ folder, blobs, actions: createFileActionStore(folder, { now: () => Date.now() }) });
}

/** A command on the local cache of the project. */
export abstract class CacheCommand extends ProjectCommand {
  cacheDir = Option.String('--cache-dir', { description: 'Where results are stored.' });

  protected withCache<T>(
    work: (folder: CacheFolder, project: Project) => Promise<StoreResult<T>>,
    report: (value: T, folder: CacheFolder, project: Project) => number,
  ): Promise<number> {
    return this.withFolder(async (folder, project) => {
      const done = await work(folder, project);
      if (done.ok) return report(done.value, folder, project);
      this.warn([toError(done.failure)]);
      return EXIT.failed;
    });
  }

  protected withFolder(work: (folder: CacheFolder, project: Project) => Promise<number>): Promise<number> {
    return this.withProject((project) => {
      const { root, git } = project.workspace;
      const { environment } = this.context;
      const setting = this.cacheDir ?? readVariable(environment, 'CACHE_DIR') ?? project.config.cache.dir;
      const directory = resolveStateDirectories(root, git, setting).cache;
      const folder = openCacheFolder({ directory, disk: nodeDisk });
      return settleAll(folder).then(() => work(folder, project));
    });
  }
}
