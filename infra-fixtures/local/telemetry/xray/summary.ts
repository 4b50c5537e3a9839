import { ACCOUNT_ID } from '../../names.ts';
import { hasThrottle } from './filter.ts';
import type { Entity } from './segment.ts';
import { type Node, responseTimeOf, type Segment, secondsBetween, type Trace } from './trace.ts';

/** What GetTraceSummaries tells of a trace: https://docs.aws.amazon.com/xray/latest/api/API_TraceSummary.html . Root causes are not among it. */
export const summaryOf = (trace: Trace): object => {
  const { segments, root } = trace;
  const responseTimeS = responseTimeOf(root.document);
  return {
    Id: trace.id,
    StartTime: trace.startS,
    Duration: secondsBetween(trace.startS, trace.endS),
    ...(responseTimeS !== undefined && { ResponseTime: responseTimeS }),
    HasFault: root.document.fault === true,
    HasError: root.document.error === true,
    HasThrottle: hasThrottle(trace),
    IsPartial: segments.some(({ document }) => document.in_progress === true),
    Http: httpOf(root.document),
    Annotations: annotationsOf(segments),
    Users: usersOf(segments),
    ServiceIds: serviceIds(segments),
    ResourceARNs: distinct(segments.map(({ document }) => document.resource_arn)).map((ARN) => ({ ARN })),
    EntryPoint: serviceId(root.node),
    Revision: trace.revision,
  };
};

const distinct = <T>(values: readonly (T | undefined)[]): T[] => [...new Set(values)].filter((value) => value !== undefined);

const serviceId = ({ name, type }: Node): object => ({
  Name: name,
  Names: [name],
  AccountId: ACCOUNT_ID,
  ...(type !== undefined && { Type: type }),
});

const serviceIds = (segments: readonly Segment[]): object[] => [
  ...new Map(segments.map(({ node }) => [`${node.type}\n${node.name}`, serviceId(node)])).values(),
];

/** A member that is undefined is not sent. */
const httpOf = ({ http: { request = {}, response = {} } = {} }: Entity): object => ({
  HttpURL: request.url,
  HttpStatus: response.status,
  HttpMethod: request.method,
  UserAgent: request.user_agent,
  ClientIp: request.client_ip,
});

const VALUE_NAMES: Readonly<Record<string, string>> = { string: 'StringValue', number: 'NumberValue', boolean: 'BooleanValue' };

/** By key the values, each with the services that gave it. */
const annotationsOf = (segments: readonly Segment[]): object => {
  const given = segments.flatMap((segment) =>
    segment.entities.flatMap(({ annotations = {} }) => Object.entries(annotations).map(([key, value]) => ({ key, value, segment }))),
  );
  const valuesOf = (all: typeof given) =>
    [...Map.groupBy(all, ({ value }) => value)].flatMap(([value, of]) => {
      const member = VALUE_NAMES[typeof value];
      return member === undefined
        ? []
        : [{ AnnotationValue: { [member]: value }, ServiceIds: serviceIds(of.map(({ segment }) => segment)) }];
    });
  return Object.fromEntries([...Map.groupBy(given, ({ key }) => key)].map(([key, all]) => [key, valuesOf(all)]));
};

const usersOf = (segments: readonly Segment[]): object[] =>
  distinct(segments.map(({ document }) => document.user)).map((UserName) => ({
    UserName,
    ServiceIds: serviceIds(segments.filter(({ document }) => document.user === UserName)),
  }));
