/** Starts two trees and waits for ever; `process.test` kills it. Arguments: directory, path of the ready files. */
import { createProcessSpawner } from '../src/process.js';

const [, , directory = '', ready = ''] = process.argv;
const spawner = createProcessSpawner();
for (const name of ['1', '2']) {
  spawner.spawn({
    command: `(trap '' TERM; sleep 300) & setsid -f sleep 300; touch ${ready}-${name}; sleep 300`,
    cwd: directory,
    env: { PATH: process.env['PATH'] ?? '', MARK: directory },
    shell: undefined,
    stdin: 'none',
    onOutput: () => undefined,
  });
}
