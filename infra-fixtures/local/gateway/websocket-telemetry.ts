import { socketApiDimensions } from '../names.ts';
import type { Dimensions, Platform, Unit } from '../telemetry/platform.ts';

/** What API Gateway tells of a WebSocket API: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html */
export interface WebSocketTelemetry {
  /** The function answered, with this status. */
  integrated(route: Route, latencyMs: number, status: number): void;
  /** It could not be called, or failed. */
  executionFailed(route: Route, latencyMs: number): void;
  /** A message from a client, or to one. */
  message(): void;
  /** Refused before any function saw it. */
  clientError(): void;
}

export type Route = '$connect' | '$disconnect' | '$default';

const NAMESPACE = 'AWS/ApiGateway';

export const webSocketTelemetry = (platform: Platform): WebSocketTelemetry => {
  const { ApiId } = socketApiDimensions;
  const ofApi: readonly Dimensions[] = [{ ApiId }, socketApiDimensions];
  const route = (name: Route): readonly Dimensions[] => [...ofApi, { ...socketApiDimensions, Route: name }];
  /** Per route too, as with detailed metrics switched on. */
  const ofRoutes = { $connect: route('$connect'), $disconnect: route('$disconnect'), $default: route('$default') };
  const metric = (dimensionSets: readonly Dimensions[], name: string, value = 1, unit: Unit = 'Count'): void => {
    for (const dimensions of dimensionSets) platform.metric(NAMESPACE, name, dimensions, value, unit);
  };
  const called = (name: Route, latencyMs: number): void => {
    if (name === '$connect') metric(ofRoutes.$connect, 'ConnectCount');
    metric(ofRoutes[name], 'IntegrationLatency', latencyMs, 'Milliseconds');
  };
  return {
    integrated: (name, latencyMs, status) => {
      called(name, latencyMs);
      if (status >= 400) metric(ofRoutes[name], 'IntegrationError');
    },
    executionFailed: (name, latencyMs) => {
      called(name, latencyMs);
      metric(ofRoutes[name], 'ExecutionError');
    },
    message: () => metric(ofApi, 'MessageCount'),
    clientError: () => metric(ofApi, 'ClientError'),
  };
};
