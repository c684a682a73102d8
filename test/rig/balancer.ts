import { createServer, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A balancer that sends each request to the next of several servers, whatever the connection it came on. */
export interface Balancer {
  readonly url: string;
  /** Requests that each server got. */
  readonly counts: readonly number[];
  close(): Promise<void>;
}

/** Starts one on a free port, in front of origins. Bodies are streamed both ways. */
export async function startBalancer(targets: readonly string[]): Promise<Balancer> {
  const counts = targets.map(() => 0);
  let next = 0;
  const server = createServer((incoming, outgoing) => {
    const at = next++ % targets.length;
    counts[at] = (counts[at] ?? 0) + 1;
    const { method, url, headers } = incoming;
    const onward = sendRequest(new URL(url ?? '/', targets[at]), { method, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
      response.on('error', () => outgoing.destroy());
    });
    onward.on('error', () => outgoing.destroy());
    incoming.on('error', () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    counts,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
