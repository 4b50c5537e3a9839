import type { GetServiceGraphCommand } from '@aws-sdk/client-xray';
import { expect, it } from 'vitest';
import { VirtualClock } from '../../../tests/virtual-clock.ts';
import { nodeNames } from '../../traces/node-names.ts';
import type { Api } from './ask.ts';
import { createPace } from './pace.ts';
import { serviceEdges } from './service-graph.ts';

const START_S = 1_800_000_000;
const DAY_S = 24 * 3600;
const SERVICES = [
  { ReferenceId: 0, Name: 'players', Type: 'client', Edges: [{ ReferenceId: 1 }] },
  { ReferenceId: 1, Name: 'auth', Type: 'AWS::Lambda::Function', Edges: [{ ReferenceId: 2 }] },
  { ReferenceId: 2, Name: 'users', Type: 'AWS::DynamoDB::Table', Edges: [] },
];
const EDGE = { from: 'lambda:auth', to: 'dynamodb:users' };

function read(answer: (input: GetServiceGraphCommand['input']) => object) {
  const clock = new VirtualClock(1000 * START_S);
  const client = { send: async ({ input }: GetServiceGraphCommand) => answer(input) };
  const api: Api = { action: 'xray:GetServiceGraph', client, pace: createPace(clock), outside: { clock, random: () => 0.5 } };
  return serviceEdges(api, { fromS: START_S, toS: START_S + DAY_S }, nodeNames());
}

it('joins the pages, and leaves clients out', async () => {
  const { edges, trouble } = await read(({ NextToken }) =>
    NextToken === undefined ? { Services: SERVICES.slice(0, 2), NextToken: 'more' } : { Services: SERVICES.slice(2) },
  );
  expect({ edges: edges[0], trouble }).toEqual({ edges: EDGE, trouble: null });
});

it('keeps what came, and says that there may be more, where the pages lead in a circle', async () => {
  let calls = 0;
  const { edges, trouble } = await read(({ NextToken }) => {
    calls += 1;
    return { Services: SERVICES, NextToken: NextToken === 'a' ? 'b' : 'a' };
  });
  expect(edges).toContainEqual(EDGE);
  expect(trouble).toMatchObject({ kind: 'incomplete', reason: expect.stringContaining('circle') });
  expect(calls).toBe(3);
});

it('keeps what came before access was lost', async () => {
  const { edges, trouble } = await read(({ StartTime }) => {
    if (Number(StartTime) > 1000 * START_S) throw Object.assign(new Error('expired'), { name: 'ExpiredTokenException' });
    return { Services: SERVICES };
  });
  expect({ edges, trouble }).toEqual({ edges: [EDGE], trouble: expect.objectContaining({ kind: 'expired' }) });
});
