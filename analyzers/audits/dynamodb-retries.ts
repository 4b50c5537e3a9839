import type { Audit } from '../contract.ts';
import { ofEach, PLATFORM_NEEDS, type PlatformNeed } from '../platform-audit.ts';
import { attemptsOf } from '../table-operations.ts';
import { figure, percent, plural } from '../words.ts';

/** From here on retries show in the 95th percentile. */
const SHARE_MAX = 0.05;

export const dynamodbRetries: Audit<PlatformNeed> = {
  id: 'dynamodb-retries',
  question: 'How many calls of tables had to be made again?',
  needs: PLATFORM_NEEDS,
  audit: (inputs) =>
    ofEach('dynamodb-retries', ['dynamodb'], inputs, ({ node }, stretch) => {
      const attempts = attemptsOf(stretch, node);
      if (attempts === null) return [];
      const { refused, failed, served } = attempts;
      const share = (refused + failed) / (refused + failed + served);
      if (share < SHARE_MAX) return [];
      return {
        verdict: 'warn',
        severity: 'medium',
        title: `${percent(share)} of the calls of ${node} were refused or failed, and cost a retry: ${plural(refused + failed, 'attempt')} for ${figure(served)} that were served`,
        why: 'The SDK makes 3 attempts with pauses between them, so that players see latency first. Retries are load too: they keep a table that throttles throttled.',
        evidence: [
          { what: 'ThrottledRequests', value: refused },
          { what: 'SystemErrors', value: failed },
          { what: 'calls served', value: served },
          { what: 'attempts for each that was served', value: (refused + failed + served) / served },
        ],
        next:
          refused >= failed
            ? `Take the cause away first: see what ${node} throttles for. Then set the SDK's retry mode to \`adaptive\` for it, so that a throttled client slows down by itself.`
            : "Look at the AWS Health Dashboard for the time of the run, and run again: system errors are DynamoDB's own.",
        effect: 'Latency falls by the pauses between attempts, and the table gets fewer calls.',
      };
    }),
};
