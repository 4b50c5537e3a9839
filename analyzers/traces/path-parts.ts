import type { Trace } from '../contract.ts';
import { criticalPath } from './critical-path.ts';

/** What one operation of one node has to do with a request's time. */
export interface PathPart {
  node: string;
  operation: string;
  /** On the critical path. */
  selfS: number;
}

/** What a request waited for, the longest first. The seconds add up to the root's duration; empty where no root has ended. */
export function pathParts(trace: Trace): PathPart[] {
  const byId = new Map(trace.spans.map((span) => [span.id, span]));
  const parts = new Map<string, PathPart>();
  for (const { spanId, selfS } of criticalPath(trace)) {
    const { node, operation } = byId.get(spanId) ?? { node: '', operation: '' };
    const key = `${node}\n${operation}`;
    const part = parts.get(key);
    if (part === undefined) parts.set(key, { node, operation, selfS });
    else part.selfS += selfS;
  }
  return [...parts.values()].sort((a, b) => b.selfS - a.selfS);
}
