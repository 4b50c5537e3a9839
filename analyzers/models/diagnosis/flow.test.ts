import { expect, it } from 'vitest';
import { callGraph } from './call-graph.ts';
import { widthsFrom } from './flow.ts';

const graph = callGraph(
  [
    ['api', 'wide'],
    ['api', 'narrow'],
    ['wide', 'db'],
    ['narrow', 'db'],
    ['db', 'disk'],
    ['disk', 'api'],
  ].map(([from = '', to = '']) => ({ from, to })),
  'api',
);

it('passes on what the narrowest node of the widest way does', () => {
  const excess: Record<string, number> = { api: 10, wide: 6, narrow: 1, db: 8, disk: 20 };
  expect(Object.fromEntries(widthsFrom(graph, 'api', (node) => excess[node] ?? null))).toEqual({
    api: 10,
    wide: 6,
    narrow: 1,
    db: 6,
    disk: 6,
  });
});

it('lets anything through a node that is not measured, and nothing through one that is faster than before', () => {
  const excess: Record<string, number> = { api: 10, wide: -3, db: 8 };
  expect(Object.fromEntries(widthsFrom(graph, 'api', (node) => excess[node] ?? null))).toEqual({
    api: 10,
    wide: 0,
    narrow: 10,
    db: 8,
    disk: 8,
  });
});
