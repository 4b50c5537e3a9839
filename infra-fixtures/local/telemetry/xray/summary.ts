import { ACCOUNT_ID } from '../../names.ts';
import { hasThrottle, isPartial } from './filter.ts';
import { rootCauses } from './root-causes.ts';
import type { Entity } from './segment.ts';
import { type Node, responseTimeOf, type Segment, secondsBetween, type Trace } from './trace.ts';

/**
 * What GetTraceSummaries tells of a trace: https://docs.aws.amazon.com/xray/latest/api/API_TraceSummary.html
 *
 * @param matchedS the time for which it was found, in epoch seconds
 */
export const summaryOf = (trace: Trace, matchedS: number): object => {
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
    IsPartial: isPartial(trace),
    Http: httpOf(root.document),
    Annotations: annotationsOf(segments),
    Users: usersOf(segments),
    ServiceIds: serviceIds(segments),
    ResourceARNs: distinct(segments.map(({ document }) => document.resource_arn)).map((ARN) => ({ ARN })),
    InstanceIds: distinct(segments.map(({ document }) => document.aws?.ec2?.instance_id)).map((Id) => ({ Id })),
    AvailabilityZones: distinct(segments.map(({ document: { aws } }) => aws?.ec2?.availability_zone ?? aws?.ecs?.availability_zone)).map(
      (Name) => ({ Name }),
    ),
    EntryPoint: serviceId(root.node),
    ...rootCauses(trace),
    Revision: trace.revision,
    MatchedEventTime: matchedS,
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

const httpOf = ({ http: { request = {}, response = {} } = {} }: Entity): object => ({
  ...(request.url !== undefined && { HttpURL: request.url }),
  ...(response.status !== undefined && { HttpStatus: response.status }),
  ...(request.method !== undefined && { HttpMethod: request.method }),
  ...(request.user_agent !== undefined && { UserAgent: request.user_agent }),
  ...(request.client_ip !== undefined && { ClientIp: request.client_ip }),
});

const VALUE_NAMES: Readonly<Record<string, string>> = { string: 'StringValue', number: 'NumberValue', boolean: 'BooleanValue' };

/** By key the values, each with the services that gave it. */
const annotationsOf = (segments: readonly Segment[]): object => {
  const keys = new Map<string, Map<unknown, Segment[]>>();
  for (const segment of segments) {
    for (const [key, value] of segment.entities.flatMap(({ annotations = {} }) => Object.entries(annotations))) {
      const values = keys.get(key) ?? new Map<unknown, Segment[]>();
      keys.set(key, values.set(value, [...(values.get(value) ?? []), segment]));
    }
  }
  return Object.fromEntries(
    [...keys].map(([key, values]) => [
      key,
      [...values].flatMap(([value, of]) => {
        const member = VALUE_NAMES[typeof value];
        return member === undefined ? [] : [{ AnnotationValue: { [member]: value }, ServiceIds: serviceIds(of) }];
      }),
    ]),
  );
};

const usersOf = (segments: readonly Segment[]): object[] =>
  distinct(segments.map(({ document }) => document.user)).map((UserName) => ({
    UserName,
    ServiceIds: serviceIds(segments.filter(({ document }) => document.user === UserName)),
  }));
