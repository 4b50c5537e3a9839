import { ACCOUNT_ID, functionArn, REGION, restApiDimensions } from '../names.ts';
import type { Dimensions, Platform, Unit } from '../telemetry/platform.ts';
import { REST_API_ID } from './gateway-events.ts';
import { newSegmentId, type TraceContext } from './trace-context.ts';

/** One request and what became of it. Times are epoch milliseconds with fractions. */
export interface Exchange {
  method: string;
  startedAtMs: number;
  endedAtMs: number;
  status: number;
  bytes: number;
  /** Null where there is no such route. */
  resource: string | null;
  /** Null where the request did not get as far as the function. */
  integration: Integration | null;
}

interface Integration {
  functionName: string;
  startedAtMs: number;
  endedAtMs: number;
  /** What came from there: the function's own status, 429 when it was throttled, 502 when it failed, 504 when it took too long. */
  status: number;
  /** The subsegment that calls, which the function's trace continues. */
  segmentId: string;
  trace: TraceContext;
  /** Without its query string, which may hold what is nobody's business. */
  url: string;
  sourceIp: string;
  userAgent: string | null;
  requestId: string;
  extendedRequestId: string;
}

const NAMESPACE = 'AWS/ApiGateway';
const S = 1000;

/** Tells of a request: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html */
export const restTelemetry = (platform: Platform): ((exchange: Exchange) => void) => {
  const { ApiName } = restApiDimensions;
  const ofApi: readonly Dimensions[] = [{ ApiName }, restApiDimensions];
  const ofMethods = new Map<string, readonly Dimensions[]>();
  /** Per method too, as with detailed metrics switched on. */
  const dimensionsOf = ({ method, resource }: Exchange): readonly Dimensions[] => {
    if (resource === null) return ofApi;
    const key = `${method} ${resource}`;
    const known = ofMethods.get(key) ?? [...ofApi, { ...restApiDimensions, Resource: resource, Method: method }];
    ofMethods.set(key, known);
    return known;
  };
  return (exchange) => {
    const dimensionSets = dimensionsOf(exchange);
    const metric = (name: string, value: number, unit: Unit): void => {
      for (const dimensions of dimensionSets) platform.metric(NAMESPACE, name, dimensions, value, unit);
    };
    const { status, integration } = exchange;
    metric('Count', 1, 'Count');
    metric('Latency', exchange.endedAtMs - exchange.startedAtMs, 'Milliseconds');
    if (integration !== null) metric('IntegrationLatency', integration.endedAtMs - integration.startedAtMs, 'Milliseconds');
    // Zeros too: their average is the error rate, as AWS says of these two.
    metric('4XXError', status >= 400 && status < 500 ? 1 : 0, 'Count');
    metric('5XXError', status >= 500 ? 1 : 0, 'Count');
    if (integration?.trace.sampled === true) platform.segment(stageSegment(exchange, integration));
  };
};

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html#api-segmentdocuments-errors */
const flagsOf = (status: number): object => {
  if (status === 429) return { throttle: true, error: true };
  if (status >= 500) return { fault: true };
  return status >= 400 ? { error: true } : {};
};

/** The stage's segment with its call of the function: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-using-xray-maps.html */
const stageSegment = (exchange: Exchange, integration: Integration): object => {
  const { Stage, ApiName } = restApiDimensions;
  const { functionName, trace, url, requestId, extendedRequestId } = integration;
  return {
    id: newSegmentId(),
    name: `${ApiName}/${Stage}`,
    trace_id: trace.root,
    ...(trace.parent !== null && { parent_id: trace.parent }),
    start_time: exchange.startedAtMs / S,
    end_time: exchange.endedAtMs / S,
    http: {
      request: {
        url,
        method: exchange.method,
        ...(integration.userAgent !== null && { user_agent: integration.userAgent }),
        client_ip: integration.sourceIp,
        x_forwarded_for: true,
      },
      response: { status: exchange.status, content_length: exchange.bytes },
    },
    aws: { api_gateway: { account_id: ACCOUNT_ID, rest_api_id: REST_API_ID, stage: Stage, request_id: requestId } },
    annotations: { 'aws:api_id': REST_API_ID, 'aws:api_stage': Stage },
    metadata: { default: { extended_request_id: extendedRequestId, request_id: requestId } },
    origin: 'AWS::ApiGateway::Stage',
    resource_arn: `arn:aws:apigateway:${REGION}::/restapis/${REST_API_ID}/stages/${Stage}`,
    ...flagsOf(exchange.status),
    subsegments: [
      {
        id: integration.segmentId,
        name: 'Lambda',
        namespace: 'aws',
        start_time: integration.startedAtMs / S,
        end_time: integration.endedAtMs / S,
        http: {
          request: {
            url: `https://lambda.${REGION}.amazonaws.com/2015-03-31/functions/${functionArn(functionName)}/invocations`,
            method: 'POST',
          },
          response: { status: integration.status },
        },
        aws: { function_name: functionName, region: REGION, operation: 'Invoke', resource_names: [functionName] },
        ...flagsOf(integration.status),
      },
    ],
  };
};
