import { ACCOUNT_ID } from '../../names.ts';
import type { Entity } from './segment.ts';
import { responseTimeOf, type Segment, type Trace } from './trace.ts';

/**
 * Why a trace failed, or where its time went: from its root through those that passed it on, down to where it began. Only causes that reached the client
 * are told; AWS also tells of others. https://docs.aws.amazon.com/xray/latest/api/API_TraceSummary.html
 */
export const rootCauses = (trace: Trace): { FaultRootCauses: object[]; ErrorRootCauses: object[]; ResponseTimeRootCauses: object[] } => {
  const { document } = trace.root;
  const failed = (flag: 'fault' | 'error') =>
    document[flag] === true && pathOf(trace, (below) => below.find((entity) => entity[flag] === true));
  const fault = failed('fault');
  const error = failed('error');
  const totalS = responseTimeOf(document) ?? 0;
  const slow = totalS > 0 && pathOf(trace, (below, above) => longest(below, above));
  return {
    FaultRootCauses: fault ? [causeOf(fault, exceptionEntity)] : [],
    ErrorRootCauses: error ? [causeOf(error, exceptionEntity)] : [],
    ResponseTimeRootCauses: slow
      ? [causeOf(slow, (entity) => ({ ...named(entity), Coverage: Math.min(1, (responseTimeOf(entity) ?? 0) / totalS) }))]
      : [],
  };
};

/** A child that doesn't take this share of its parent's time is no reason for it. Guess: tune. */
const SHARE_MIN = 0.5;

const longest = (below: readonly Entity[], above: Entity): Entity | undefined => {
  const timeOf = (entity: Entity): number => responseTimeOf(entity) ?? 0;
  const [first] = below.toSorted((a, b) => timeOf(b) - timeOf(a));
  return first !== undefined && timeOf(first) >= SHARE_MIN * timeOf(above) ? first : undefined;
};

interface Step {
  segment: Segment;
  entities: Entity[];
}

/** In each service the entities that were on the way. */
const pathOf = (trace: Trace, choose: (below: readonly Entity[], above: Entity) => Entity | undefined): Step[] => {
  const calledBy = new Map(trace.segments.map((segment) => [segment.caller?.entity, segment]));
  const steps: Step[] = [];
  const seen = new Set<Segment>();
  let segment: Segment | undefined = trace.root;
  while (segment !== undefined && !seen.has(segment)) {
    seen.add(segment);
    const entities: Entity[] = [];
    let entity: Entity | undefined = segment.document;
    let last: Entity = entity;
    while (entity !== undefined && !entities.includes(entity)) {
      entities.push(entity);
      last = entity;
      entity = choose(entity.subsegments ?? [], entity);
    }
    steps.push({ segment, entities });
    const called: Segment | undefined = calledBy.get(last);
    segment = called !== undefined && choose([called.document], last) !== undefined ? called : undefined;
  }
  return steps;
};

const causeOf = (steps: readonly Step[], toEntity: (entity: Entity) => object): object => ({
  Services: steps.map(({ segment: { node, document }, entities }) => ({
    Name: node.name,
    Names: [node.name],
    ...(node.type !== undefined && { Type: node.type }),
    AccountId: ACCOUNT_ID,
    EntityPath: entities.map(toEntity),
    Inferred: document.inferred === true,
  })),
  ClientImpacting: true,
});

const named = ({ name, namespace }: Entity): object => ({ Name: name, Remote: namespace !== undefined });

const exceptionEntity = (entity: Entity): object => ({
  ...named(entity),
  Exceptions: (typeof entity.cause === 'object' ? (entity.cause.exceptions ?? []) : []).map(({ type, message }) => ({
    ...(typeof type === 'string' && { Name: type }),
    ...(typeof message === 'string' && { Message: message }),
  })),
});
