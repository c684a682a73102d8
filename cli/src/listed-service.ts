import type { KeptService } from '@tr/services';
import type { ListedService } from '@tr/reporter';

/** A kept service as it is shown: no user, no password. */
export function toListed({ name, kind, isRunning, environment }: KeptService): ListedService {
  const url = Object.values(environment).find((value) => URL.canParse(value));
  if (url === undefined) return { name, kind, isRunning, address: undefined };
  const { protocol, host, pathname } = new URL(url);
  return { name, kind, isRunning, address: `${protocol}//${host}${pathname}` };
}
