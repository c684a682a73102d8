import { toError } from '@tr/model';
import { Command, Option } from 'clipanion';
import { EXIT } from '../exit-codes.js';
import { refuse } from '../with-project.js';
import type { CommandContext } from './project-command.js';

const PACKAGE = '@tr/cache-server';

/** `tr serve`: the cache server, which is a package of its own and loaded only here. */
export class ServeCommand extends Command<CommandContext> {
  static override paths = [['serve']];
  static override usage = Command.Usage({
    category: 'Cache',
    description: 'Start a cache server.',
    details: `
      Takes the options of \`tr-cache-server\`: \`--port N\` (3737), \`--dir D\` (tr-cache), \`--host H\` (127.0.0.1) and those
      that \`tr-cache-server --help\` lists and docs/cache-server.md explains. The first token is \`TR_CACHE_TOKEN\`; without it, one is made and shown once.
      Ends on SIGTERM or Ctrl-C, after the requests that are under way.
    `,
    examples: [['For this machine', 'tr serve --port 3737 --dir cache']],
  });

  options = Option.Proxy({ name: 'option' });

  override async execute(): Promise<number> {
    try {
      const { runCacheServer } = await import('@tr/cache-server');
      const state = await runCacheServer({ args: ['serve', ...this.options], cwd: this.context.cwd });
      // A server that runs ends the process itself.
      return state === 'serving' ? await new Promise<never>(() => undefined) : Number(process.exitCode ?? EXIT.ok);
    } catch (error) {
      if (!isNotInstalled(error)) throw error;
      return refuse(this.context, [toError({ code: 'usage/not-installed', command: 'tr serve', package: PACKAGE })]);
    }
  }
}

/** Not when something that the package itself needs is missing. */
function isNotInstalled(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const isMissing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  return isMissing && error instanceof Error && error.message.includes(`'${PACKAGE}'`);
}
