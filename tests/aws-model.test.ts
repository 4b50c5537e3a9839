import { describe, expect, it } from 'vitest';
import { conformingTo, errorsOf } from './aws-model.ts';

const result = { Id: 'a', Label: 'a', Timestamps: [1_700_000_000], Values: [1.5], StatusCode: 'Complete' };

describe('conformingTo', () => {
  it('takes an output as the model has it, on the wire or read by the client', () => {
    expect(conformingTo('cloudwatch', 'GetMetricData', { MetricDataResults: [result] })).toEqual({ MetricDataResults: [result] });
    const read = { ...result, Timestamps: [new Date(0)] };
    expect(() => conformingTo('cloudwatch', 'GetMetricData', { $metadata: {}, MetricDataResults: [read] })).not.toThrow();
  });

  it.each([
    ['a member that the model lacks', { ...result, Extra: 1 }, 'Extra: no such member'],
    ['a word outside of its enum', { ...result, StatusCode: 'Fine' }, 'is none of Complete'],
    ['a number as text', { ...result, Values: ['1.5'] }, 'is no finite number'],
    ['milliseconds for seconds', { ...result, Timestamps: [1_700_000_000_000] }, 'is no timestamp'],
    ['a list that is none', { ...result, Values: 1 }, 'is no list'],
  ])('refuses %s', (_what, wrong, problem) => {
    expect(() => conformingTo('cloudwatch', 'GetMetricData', { MetricDataResults: [wrong] })).toThrow(problem);
  });

  it('refuses what lacks a required member, and output where there is to be none', () => {
    expect(() => conformingTo('dynamodb', 'ListGlobalTables', { GlobalTables: [{ ReplicationGroup: [{}] }] })).not.toThrow();
    expect(() => conformingTo('dynamodb', 'DescribeTable', { Table: { KeySchema: [{ AttributeName: 'id' }] } })).toThrow(
      'KeyType: is required',
    );
    expect(() => conformingTo('cloudwatch', 'PutMetricData', { Ok: true })).toThrow('has no output');
    expect(() => conformingTo('xray', 'NoSuchThing', {})).toThrow('no operation');
  });
});

it('knows the errors of an operation', () => {
  expect(errorsOf('xray', 'BatchGetTraces')).toEqual(['InvalidRequestException', 'ThrottledException']);
});
