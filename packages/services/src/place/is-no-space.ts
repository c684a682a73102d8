import { errorCode } from '@tr/model';
import { ServiceError } from '../service-error.js';

/** As systems and programs say it; 28 and 122 are the numbers of both. */
const SAYS_SO = /No space left on device|Disk quota exceeded|ENOSPC|EDQUOT|errno:? (?:28|122)\b/i;

/** True when a disk (or the memory) is full: for us, or as a program says that has failed. */
export function isNoSpace(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = errorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return true;
  return saysSo(error) || isNoSpace(error.cause);
}

function saysSo(error: Error): boolean {
  if (!(error instanceof ServiceError)) return SAYS_SO.test(error.message);
  const { failure } = error;
  if (failure.code === 'service/no-space') return true;
  return 'logTail' in failure && failure.logTail.some((line) => SAYS_SO.test(line));
}
