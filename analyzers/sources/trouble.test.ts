import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { awsError } from '../../tests/telemetry.ts';
import { distinctGaps, isForAction, isForAll, isPassing, isTrouble, troubleOf } from './trouble.ts';

const ACTION = 'lambda:GetFunctionConcurrency';

describe('troubleOf', () => {
  it.each([
    [awsError('AccessDeniedException', 'User: arn:… is not authorized to perform: lambda:GetFunctionConcurrency', 403), 'denied', ACTION],
    [awsError('AccessDenied', '', 403), 'denied', ACTION],
    [awsError('ExpiredTokenException', 'The security token included in the request is expired', 403), 'expired', 'aws sso login'],
    [awsError('ExpiredToken', '', 403), 'expired', 'aws sso login'],
    [awsError('CredentialsProviderError', 'Token is expired. To refresh this SSO session run aws sso login'), 'expired', 'aws sso login'],
    [awsError('CredentialsProviderError', 'Could not load credentials from any providers'), 'credentials', 'AWS_PROFILE'],
    [awsError('UnrecognizedClientException', 'The security token included in the request is invalid.'), 'credentials', 'AWS_PROFILE'],
    [awsError('InvalidSignatureException', 'Signature expired: 20261125T120000Z is now earlier than …', 400), 'clock', 'NTP'],
    [awsError('InvalidSignatureException', 'The request signature we calculated does not match', 403), 'credentials', 'AWS_PROFILE'],
    [awsError('Error', 'Region is missing'), 'region', 'AWS_REGION'],
    [awsError('Throttling', 'Rate exceeded'), 'throttled', 'analyze --aws'],
    [awsError('TooManyRequestsException', '', 429), 'throttled', 'analyze --aws'],
    [awsError('ThrottledException', 'Rate exceeded', 429), 'throttled', 'analyze --aws'],
    [awsError('LimitExceededException', 'Account maximum query concurrency limit of [30] reached.', 400), 'throttled', 'analyze --aws'],
    [Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), 'network', 'AWS_ENDPOINT_URL'],
    [Object.assign(new Error('write EPROTO'), { code: 'EPROTO' }), 'network', 'AWS_ENDPOINT_URL'],
    [Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }), 'network', 'AWS_ENDPOINT_URL'],
    [awsError('TimeoutError', 'socket hang up'), 'network', 'AWS_ENDPOINT_URL'],
    [awsError('InternalServiceFault', 'an internal error', 500), 'service', 'analyze --aws'],
    [awsError('UnknownOperationException', '', 404), 'unsupported', 'ext.loadkit.resources'],
    [
      awsError('Error', '@aws-sdk XML parse error: unexpected content.\n  Deserialization error: to see the raw response, inspect …'),
      'unsupported',
      'ext.loadkit.resources',
    ],
    [awsError('ResourceNotFoundException', 'Function not found', 404), 'not-found', 'region'],
    [awsError('ExpiredNextTokenException', 'The pagination token expired.', 400), 'invalid', 'analyze --aws'],
    [awsError('AbortError', 'Request aborted'), 'interrupted', 'analyze --aws'],
    ['boom', 'unknown', 'analyze --aws'],
  ])('tells %s by its kind, %s, and what mends it', (error, kind, next) => {
    expect(troubleOf(error, ACTION)).toMatchObject({
      kind,
      reason: expect.stringMatching(/^lambda:GetFunctionConcurrency: \w/),
      next: expect.stringContaining(next),
    });
  });

  it('sends nobody to state what only AWS can tell', () => {
    const { next } = troubleOf(awsError('UnknownOperationException', '', 404), 'cloudwatch:GetMetricData');
    expect(next).toContain('AWS_ENDPOINT_URL');
    expect(next).not.toContain('ext.loadkit.resources');
  });

  it('makes one line of whatever is thrown', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), fc.record({ name: fc.string(), message: fc.string({ maxLength: 2000 }), code: fc.anything() })),
        (error) => {
          const { reason, next } = troubleOf(error, ACTION);
          expect(reason.length).toBeLessThan(400);
          expect(reason).not.toContain('\n');
          expect(next).not.toBe('');
        },
      ),
    );
  });

  it('knows what the next call would meet, too', () => {
    const kind = (name: string) => troubleOf(awsError(name), ACTION);
    expect([isForAll(kind('ExpiredToken')), isForAll(kind('AccessDenied')), isForAll(kind('Throttling'))]).toEqual([true, false, false]);
    expect([isForAction(kind('AccessDenied')), isForAction(kind('Throttling'))]).toEqual([true, false]);
  });

  it('knows where another attempt may go better', () => {
    const passing = (name: string) => isPassing(troubleOf(awsError(name), ACTION));
    expect(['Throttling', 'TimeoutError', 'RequestTimeTooSkewed'].map(passing)).toEqual([true, true, true]);
    expect(['AccessDenied', 'ExpiredToken', 'ResourceNotFoundException', 'Unheard'].map(passing)).toEqual([false, false, false, false]);
  });

  it('is told from an answer', () => {
    expect(isTrouble(troubleOf('boom', ACTION))).toBe(true);
    expect([isTrouble({ Traces: [] }), isTrouble(null), isTrouble([]), isTrouble(7)]).toEqual([false, false, false, false]);
  });
});

it('names a gap once, however many resources it is of', () => {
  const gap = { source: 'inventory', reason: 'x', next: 'y' } as const;
  expect(distinctGaps([gap, { ...gap }, { ...gap, source: 'alarms' }])).toEqual([gap, { ...gap, source: 'alarms' }]);
  const series = [{ node: 'lambda:auth', metric: 'Errors' }];
  const more = { node: 'lambda:chat', metric: 'Errors' };
  expect(distinctGaps([{ ...gap, series }, gap, { ...gap, series: [...series, more] }])).toEqual([{ ...gap, series: [...series, more] }]);
});
