import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { callGraph } from './call-graph.ts';

const edge = (from: string, to: string) => ({ from, to });

it('holds what the symptom calls, itself or through others, and not what calls it', () => {
  const { nodes } = callGraph(
    [edge('user', 'api'), edge('api', 'db'), edge('api', 'queue'), edge('queue', 'worker'), edge('other', 'db')],
    'api',
  );
  expect(nodes).toEqual(['api', 'db', 'queue', 'worker']);
});

it('walks a cycle once, and leaves out the call that leads back', () => {
  const { nodes, forward, calleesFirst } = callGraph([edge('a', 'b'), edge('b', 'c'), edge('c', 'a'), edge('b', 'b')], 'a');
  expect(nodes).toEqual(['a', 'b', 'c']);
  expect(calleesFirst).toEqual(['c', 'b', 'a']);
  expect([...forward]).toEqual([
    ['a', ['b']],
    ['b', ['c']],
    ['c', []],
  ]);
});

const edges = fc
  .array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 30 })
  .map((drawn) => drawn.map(([from, to]) => edge(`n${from}`, `n${to}`)));

it('puts each node after all that it calls forward, whatever the graph, and does not mind the order of edges', () => {
  fc.assert(
    fc.property(edges, (drawn) => {
      const graph = callGraph(drawn, 'n0');
      expect(callGraph(drawn.toReversed(), 'n0')).toEqual(graph);
      expect([...graph.calleesFirst].sort()).toEqual([...graph.nodes].sort());
      for (const [from, callees] of graph.forward) {
        for (const to of callees) expect(graph.calleesFirst.indexOf(to)).toBeLessThan(graph.calleesFirst.indexOf(from));
      }
    }),
  );
});
