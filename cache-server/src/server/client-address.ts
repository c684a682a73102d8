/**
 * Who sends a call over HTTP/2, where the framework does not say it: the last address that a trusted proxy noted, for those
 * before it are the client's word; without a proxy the other end of the socket.
 */
export function clientAddress(
  socketAddress: string | undefined,
  forwardedFor: string | readonly string[] | undefined,
  trustProxy: boolean,
): string {
  const noted =
    trustProxy && forwardedFor !== undefined ? [forwardedFor].flat().join(',').split(',').at(-1) : undefined;
  return noted?.trim() ?? socketAddress ?? '';
}
