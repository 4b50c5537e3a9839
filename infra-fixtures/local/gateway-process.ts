import { runChild } from './child.ts';
import { type FunctionHost, type Invoke, startFunctionHost } from './function-host.ts';
import { startRestApi } from './rest-api.ts';
import { startWebSocketApi } from './websocket-api.ts';

/** The gateway's process: both APIs, and the functions behind them as its children. */

export interface GatewayReady {
  http: string;
  ws: string;
}

await runChild(async (send) => {
  // The functions have to know where to post their frames, so the APIs listen first and the functions follow.
  let host: FunctionHost | undefined;
  const invoke: Invoke = (name, event) => (host === undefined ? Promise.reject(new Error('not ready yet')) : host.invoke(name, event));
  const [rest, socket] = await Promise.all([startRestApi({ invoke }), startWebSocketApi({ invoke })]);
  const env = process.env as Record<string, string>;
  host = startFunctionHost({ ...env, AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: socket.managementUrl });
  await host.ready();
  const ready: GatewayReady = { http: rest.url, ws: socket.url };
  send({ type: 'listening', ...ready });
  const functions = host;
  return {
    stop: async () => {
      await Promise.all([rest.stop(), socket.stop()]);
      await functions.stop();
    },
  };
});
