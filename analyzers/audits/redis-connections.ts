import type { Audit, Resource } from '../contract.ts';
import { type Answer, began, ofEach, PLATFORM_NEEDS, type PlatformInputs, type PlatformNeed } from '../platform-audit.ts';
import { busiestPerS, highest, type Name, type Stretch, sinceAt, total } from '../platform-series.ts';
import { ifRead } from '../unread-series.ts';
import { figure, percent } from '../words.ts';

/** Guess: tune. */
const NEAR = 0.8;
/** ElastiCache's, on every node type, and not to be changed: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html (maxclients) */
const CONNECTIONS_MAX = 65_000;
/** New connections for each one that is open, in a minute: a client that keeps its connections makes next to none. Guess: tune. */
const CHURN_PER_MIN = 2;
/** Fewer new ones a second are nothing to worry about. Guess: tune. */
const NEW_PER_S_MIN = 1;

export const redisConnections: Audit<PlatformNeed> = {
  id: 'redis-connections',
  question: 'Does the cache have connections left, and are they kept?',
  needs: PLATFORM_NEEDS,
  audit: (inputs) => ofEach('redis-connections', ['elasticache'], inputs, (resource, stretch) => ofCache(resource, stretch, inputs)),
};

function ofCache(resource: Resource, stretch: Stretch, inputs: PlatformInputs): Answer {
  const name: Name = [resource.node, 'CurrConnections', 'Maximum'];
  const most = highest(stretch, name);
  if (most === null) return { missing: `CloudWatch has no CurrConnections of ${resource.node} within the window` };
  const limit = resource.limits.connectionsMax ?? CONNECTIONS_MAX;
  return most >= NEAR * limit ? full(resource, stretch, inputs, { most, limit }) : churning(resource, stretch, most);
}

function full({ node }: Resource, stretch: Stretch, inputs: PlatformInputs, { most, limit }: { most: number; limit: number }): Answer {
  return {
    verdict: 'warn',
    severity: most >= limit ? 'critical' : 'high',
    title: `${node} had ${figure(most)} connections open, ${percent(Math.min(1, most / limit))} of the ${figure(limit)} that it takes`,
    ...(most >= limit && {
      limiter: {
        node,
        resource: 'connections',
        harm: 'refuses' as const,
        since: sinceAt(stretch, [node, 'CurrConnections', 'Maximum'], limit),
      },
    }),
    why: 'A connection that is refused leaves no metric: its client fails, or goes to the table behind the cache, and tries again.',
    evidence: [
      { what: 'CurrConnections, most', value: most, limit },
      {
        what: 'NewConnections in the busiest period',
        value: ifRead(() => busiestPerS(stretch, [node, 'NewConnections', 'Sum'])),
        unit: 'connections/s',
      },
      ...began(inputs, sinceAt(stretch, [node, 'CurrConnections', 'Maximum'], NEAR * limit)),
    ],
    next: `Open fewer connections to ${node}: one for each Lambda environment, made outside of the handler, and a pool for each Fargate task. Fewer concurrent executions, and a \`timeout\` in the parameter group that closes idle ones, free some${limit < CONNECTIONS_MAX ? `; raise maxclients above ${figure(limit)} where the node is yours` : ''}.`,
    effect: 'Environments that start find a connection, and cached reads stop failing.',
  };
}

function churning({ node }: Resource, stretch: Stretch, most: number): Answer {
  const opened = total(stretch, [node, 'NewConnections', 'Sum']) ?? 0;
  const seconds = stretch.periods.length * stretch.file.periodS;
  const perMin = (60 * opened) / seconds / Math.max(1, most);
  if (opened / seconds < NEW_PER_S_MIN || perMin < CHURN_PER_MIN) return [];
  return {
    verdict: 'warn',
    severity: 'medium',
    title: `${figure(opened / seconds)} connections a second are opened to ${node}, with ${figure(most)} open at most: they are not kept`,
    why: 'Each new connection costs round trips (with TLS several), and processor of the engine.',
    evidence: [
      { what: 'NewConnections', value: opened },
      { what: 'in a minute, for each that is open', value: perMin, limit: CHURN_PER_MIN },
      { what: 'CurrConnections, most', value: most },
    ],
    next: `Keep connections to ${node}: create the client outside of the handler, and look for what closes them (a refusing server, idle timeouts, environments that end).`,
    effect: 'Commands without a handshake before them.',
  };
}
