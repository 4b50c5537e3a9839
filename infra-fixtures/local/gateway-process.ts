import { type FunctionName, functionDefinition, functionNames } from '../game/definition.ts';
import { onRequest, runChild } from './child.ts';
import { startRestApi } from './gateway/rest-api.ts';
import { startWebSocketApi } from './gateway/websocket-api.ts';
import { bundleFunctions } from './lambda/function-bundles.ts';
import { type FunctionHost, type Invoke, startFunctionHost } from './lambda/function-host.ts';
import { scheduledEvent, startScheduler } from './lambda/scheduler.ts';
import { readSettings } from './settings.ts';
import { startPlatform } from './telemetry/platform.ts';

/** The gateway's process: both APIs, the functions behind them as its threads, and the schedule that invokes some of them. */

export interface GatewayReady {
  http: string;
  ws: string;
}

await runChild(async (send) => {
  const env = process.env as Record<string, string>;
  const settings = readSettings(env);
  const endpoint = env['TELEMETRY_ENDPOINT'];
  const platform = startPlatform(endpoint);
  const told = endpoint === undefined ? null : platform;
  // The functions have to know where to post their frames, so the APIs listen first and the functions follow.
  let host: FunctionHost | undefined;
  const invoke: Invoke = (name, event, trace) =>
    host === undefined ? Promise.reject(new Error('not ready yet')) : host.invoke(name, event, trace);
  const [bundles, rest, socket] = await Promise.all([
    bundleFunctions(functionNames),
    startRestApi({ invoke, platform: told, throttle: settings.restApi, integrationTimeoutMs: settings.restApi.integrationTimeoutMs }),
    startWebSocketApi({ invoke, platform, ...settings.socketApi, messageMaxBytes: settings.socketApi.frameMaxBytes }),
  ]);
  const functions = startFunctionHost(
    { ...env, AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: socket.managementUrl, API_URL: rest.url },
    { settings, platform: told, codeUrl: bundles.urlOf, onAlarming: (line) => process.stderr.write(`${line}\n`) },
  );
  host = functions;
  await functions.ready();
  const schedules = functionNames.flatMap((name) => {
    const { everyS } = functionDefinition(name);
    return everyS === undefined ? [] : [{ name, everyS }];
  });
  const scheduler = startScheduler(schedules, settings.timeScale, functions.invokeLater);
  // By hand, as the schedule would. A name that is no function's is refused by the host.
  onRequest(({ name }) => functions.invoke(name as FunctionName, scheduledEvent(String(name), new Date())));
  const ready: GatewayReady = { http: rest.url, ws: socket.url };
  send({ type: 'listening', ...ready });
  return {
    stop: async () => {
      scheduler.stop();
      await Promise.all([rest.stop(), socket.stop()]);
      await functions.stop();
      bundles.remove();
      await platform.stop();
    },
  };
});
