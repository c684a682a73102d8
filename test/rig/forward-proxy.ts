import { createServer, request as sendRequest } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** An HTTP proxy as companies have them: absolute addresses for http, `CONNECT` for https. */
export interface ForwardProxy {
  readonly url: string;
  /** `GET http://…` and `CONNECT host:port` lines so far, and the credentials that came with them. */
  readonly seen: readonly { readonly line: string; readonly credential: string | undefined }[];
  close(): Promise<void>;
}

/** Starts one on a free port. */
export async function startForwardProxy(): Promise<ForwardProxy> {
  const seen: { line: string; credential: string | undefined }[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((incoming, outgoing) => {
    const { method, url = '', headers } = incoming;
    seen.push({ line: `${method} ${url}`, credential: headers['proxy-authorization'] });
    const onward = sendRequest(new URL(url), { method, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  server.on('connect', ({ url = '', headers }, socket: Socket) => {
    seen.push({ line: `CONNECT ${url}`, credential: headers['proxy-authorization'] });
    const [host = '', port] = url.split(':');
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    sockets.add(onward);
    onward.on('error', () => socket.destroy());
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
