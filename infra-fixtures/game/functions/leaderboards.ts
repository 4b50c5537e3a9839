import { cachedJson } from '../cache.ts';
import { queryInteger } from '../input.ts';
import { topByActivity, topByLevel } from '../leaderboard-lists.ts';
import { jsonText, type RestContext, restHandler } from '../rest.ts';

const PAGE = { fallback: 20, max: 100 };

const limitOf = (c: RestContext): number => queryInteger(c.req.query('limit'), 'limit', PAGE);

export const handler = restHandler('leaderboards', {
  'GET /leaderboards/level': async (c) => jsonText(c, await cachedJson(...topByLevel(limitOf(c)))),
  'GET /leaderboards/active': async (c) => jsonText(c, await cachedJson(...topByActivity(limitOf(c)))),
});
