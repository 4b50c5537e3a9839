import { expect, it } from 'vitest';
import { stackEdges, stackResources } from '../../infra-fixtures/local/resources.ts';
import { healthySettings } from '../../infra-fixtures/local/settings.ts';
import { isAwsSettings, isEdges, isResources } from './settings.ts';

it('takes what the embedded stack says of itself', () => {
  expect(isResources(stackResources(healthySettings()))).toBe(true);
  expect(isEdges(stackEdges())).toBe(true);
});

it.each([
  [[{ node: 'lambda:auth' }], true],
  [[{ node: 'fargate:engine', dimensions: { ClusterName: 'game', ServiceName: 'engine' }, limits: { tasksMax: 6, scaling: null } }], true],
  [[{ node: 'sqs:batch', metrics: [{ namespace: 'Game', name: 'Depth', dimensions: {}, stats: ['Maximum'] }] }], true],
  [{ node: 'lambda:auth' }, false],
  [['lambda:auth'], false],
  [[{ node: 'auth' }], false],
  [[{ node: 'lambda:auth', kind: 'function' }], false],
  [[{ node: 'lambda:auth', limits: { memoryMB: 256 } }], false],
  [[{ node: 'lambda:auth', limits: { memoryMb: '256' } }], false],
  [[{ node: 'lambda:auth', dimensions: { FunctionName: 7 } }], false],
  [[{ node: 'sqs:batch', metrics: [{ namespace: 'Game', name: 'Depth' }] }], false],
])('resources %j: %s', (resources, fit) => {
  expect(isResources(resources)).toBe(fit);
});

it.each([
  [{}, true],
  [{ region: 'eu-central-1', stackName: 'game', tags: { app: 'game' } }, true],
  [{ region: '' }, false],
  [{ stack: 'game' }, false],
  [{ tags: ['app'] }, false],
  ['eu-central-1', false],
])('aws %j: %s', (aws, fit) => {
  expect(isAwsSettings(aws)).toBe(fit);
});

it('takes no edge with one end', () => {
  expect([isEdges([{ from: 'a:1', to: 'b:2' }]), isEdges([{ from: 'a:1' }]), isEdges({})]).toEqual([true, false, false]);
});
