import { expect, it } from 'vitest';
import { awsError, startTestTelemetry, stubClient } from '../../tests/telemetry.ts';
import type { AwsClients } from './clients.ts';
import { leastPolicy, PERMISSIONS, tryPermissions } from './permissions.ts';

it('sees what an endpoint allows and what it denies', async () => {
  const { clients } = await startTestTelemetry({ trouble: ['denied'] });
  const attempts = await tryPermissions(clients, Date.now());
  const kinds = Object.fromEntries(attempts.map(({ action, trouble }) => [action, trouble?.kind ?? 'allowed']));
  expect(kinds).toMatchObject({
    'cloudwatch:ListMetrics': 'allowed',
    'cloudwatch:GetMetricData': 'allowed',
    'cloudwatch:DescribeAlarmHistory': 'allowed',
    'xray:GetTraceSummaries': 'denied',
    'xray:BatchGetTraces': 'denied',
    // There is no such log group, and who is told so was let in.
    'logs:StartQuery': 'allowed',
    'lambda:GetAccountSettings': 'unsupported',
  });
});

it('takes a resource that is not there for permission, and nothing else', async () => {
  const answering = (error: Error) => {
    const client = stubClient(() => {
      throw error;
    });
    return new Proxy(
      { cloudwatch: client },
      { get: (own, name) => (name === 'cloudwatch' ? own.cloudwatch : async () => client) },
    ) as unknown as AwsClients;
  };
  const troubles = async (error: Error) =>
    new Set((await tryPermissions(answering(error), 0)).map(({ trouble }) => trouble?.kind ?? 'allowed'));
  expect(await troubles(awsError('ResourceNotFoundException', '', 404))).toEqual(new Set(['allowed']));
  expect(await troubles(awsError('AccessDeniedException', '', 403))).toEqual(new Set(['denied']));
  expect(await troubles(awsError('ExpiredToken', '', 403))).toEqual(new Set(['expired']));
});

it('states a policy of all that is tried, that allows to read only', () => {
  const actions = leastPolicy().Statement.flatMap(({ Action }) => Action);
  expect(actions.toSorted()).toEqual(PERMISSIONS.map(({ action }) => action).toSorted());
  for (const action of actions) expect(action).toMatch(/^[a-z-]+:(Get|List|Describe|BatchGet|StartQuery|GET$)/);
  expect(leastPolicy({ stackName: 'game' }).Statement[0]?.Action).toContain('cloudformation:ListStackResources');
});
