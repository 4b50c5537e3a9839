/** Players without think time: as many requests as the stack can take. The first seconds, in which environments start and players sign in, are not measured. */
import http from 'k6/http';

const WARM_UP_S = Number(__ENV.WARM_UP_S);
const MEASURED_S = Number(__ENV.MEASURED_S);
const BASE = __ENV.TARGET;
const PLAYERS = Number(__ENV.PLAYERS);

export const options = {
  scenarios: { players: { executor: 'constant-vus', vus: PLAYERS, duration: `${WARM_UP_S + MEASURED_S}s`, gracefulStop: '5s' } },
  // Only metrics with a threshold come into the summary by tag.
  thresholds: { 'http_reqs{phase:measured}': ['count>=0'], 'http_req_failed{phase:measured}': ['rate>=0'] },
  summaryTrendStats: ['avg'],
};

export const setup = () => ({ measuredAt: Date.now() + WARM_UP_S * 1000, measuredUntil: Date.now() + (WARM_UP_S + MEASURED_S) * 1000 });

let player;

const register = () => {
  const json = { headers: { 'content-type': 'application/json' } };
  const account = { email: `player-${__VU}@example.com`, password: 'correct horse', name: 'Ada' };
  const { token } = http.post(`${BASE}/auth/register`, JSON.stringify(account), json).json();
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const created = http.post(`${BASE}/characters`, JSON.stringify({ name: 'Cogsworth', class: 'tinkerer' }), { headers });
  return { headers, id: created.json('characterId') };
};

export default ({ measuredAt, measuredUntil }) => {
  player ??= register();
  const now = Date.now();
  const params = { headers: player.headers, tags: { phase: now >= measuredAt && now < measuredUntil ? 'measured' : 'around' } };
  http.get(`${BASE}/characters/${player.id}`, params);
  http.put(`${BASE}/characters/${player.id}/activity`, JSON.stringify({ activity: __ITER % 2 === 0 ? 'crafting' : 'combat' }), params);
  http.get(`${BASE}/market/auctions?limit=10`, params);
  http.get(`${BASE}/characters/${player.id}/inventory?limit=25`, params);
};

export const handleSummary = ({ metrics }) => ({
  stdout: JSON.stringify({
    requests: metrics['http_reqs{phase:measured}'].values.count,
    failedShare: metrics['http_req_failed{phase:measured}'].values.rate,
  }),
});
