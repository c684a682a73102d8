import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Memory of this process that somebody still holds, bytes. */
export function memoryInUse(): Pick<NodeJS.MemoryUsage, 'arrayBuffers' | 'external' | 'heapUsed'> {
  // What a collection finds is given back on another thread; the next one waits for that.
  collect();
  collect();
  return process.memoryUsage();
}
