import type { Audit } from '../contract.ts';
import { began, ofEach, PLATFORM_NEEDS, type PlatformNeed } from '../platform-audit.ts';
import { type Name, sinceAt, total } from '../platform-series.ts';
import { figure, percent, plural } from '../words.ts';

/** The share of failures that the game's error target allows. Guess: tune. */
const SHARE_MAX = 0.01;

export const lambdaErrors: Audit<PlatformNeed> = {
  id: 'lambda-errors',
  question: 'Which Lambda functions failed?',
  needs: PLATFORM_NEEDS,
  audit: (inputs) =>
    ofEach('lambda-errors', ['lambda'], inputs, ({ node, limits }, stretch) => {
      const name: Name = [node, 'Errors', 'Sum'];
      const [errors, invocations] = [total(stretch, name) ?? 0, total(stretch, [node, 'Invocations', 'Sum']) ?? 0];
      if (errors === 0) return [];
      const since = sinceAt(stretch, name, 1);
      const share = invocations > 0 ? Math.min(1, errors / invocations) : 1;
      return {
        verdict: share >= SHARE_MAX ? 'warn' : 'pass',
        severity: share >= SHARE_MAX ? 'high' : 'low',
        title: `${plural(errors, 'invocation')} of ${node} failed, of ${figure(invocations)} (${percent(share)})`,
        ...(share >= SHARE_MAX && { limiter: { node, resource: 'errors', harm: 'refuses' as const, since } }),
        why: 'A function fails where its code throws, where it runs into its timeout, and where it runs out of memory.',
        evidence: [
          { what: 'Errors', value: errors, unit: 'invocations' },
          { what: 'share of the invocations', value: share, limit: SHARE_MAX, unit: 'ratio' },
          { what: 'memory size', value: limits.memoryMb ?? null, unit: 'MB' },
          { what: 'timeout', value: limits.timeoutS ?? null, unit: 's' },
          ...began(inputs, since),
        ],
        next: `Read the first of them in the log group /aws/lambda/${node.slice(node.indexOf(':') + 1)} (filter: ?ERROR ?"Task timed out" ?"Runtime.OutOfMemory" ?"Status: error").`,
      };
    }),
};
