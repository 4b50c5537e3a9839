import { type AddressInfo, createServer, type ServerOpts, type Socket } from 'node:net';

/** A server of raw connections. */
export interface TcpServer {
  port: number;
  /** Ends every connection. */
  stop(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1. Sockets that `serve` opens itself are ended with the rest if they are handed to `track`. */
export const listenTcp = async (
  options: ServerOpts,
  serve: (socket: Socket, track: (socket: Socket) => void) => void,
): Promise<TcpServer> => {
  const sockets = new Set<Socket>();
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer(options, (socket) => {
    track(socket);
    serve(socket, track);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};
