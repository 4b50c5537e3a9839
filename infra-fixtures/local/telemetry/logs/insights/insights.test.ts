import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../service.ts';
import type { KeptEvent } from '../store.ts';
import { parseQuery } from './parser.ts';
import { compareValues, type Value } from './row.ts';
import { runQuery } from './run.ts';

const START_MS = Date.UTC(2026, 10, 25, 12, 0, 0);

const eventsOf = (messages: readonly (string | object)[]): KeptEvent[] =>
  messages.map((message, index) => ({
    timestamp: START_MS + index * 10_000,
    ingestedMs: START_MS,
    stream: index % 2 === 0 ? 'even' : 'odd',
    id: String(index).padStart(56, '0'),
    message: typeof message === 'string' ? message : JSON.stringify(message),
  }));

const outcomeOf = (query: string, messages: readonly (string | object)[], { group = '/aws/lambda/auth', limit = 1000 } = {}) => {
  const parts = async function* () {
    yield { group, events: eventsOf(messages) };
  };
  return runQuery(parseQuery(query), parts(), limit);
};

/** Rows as objects, without their pointers. */
const rowsOf = async (query: string, messages: readonly (string | object)[], options = {}): Promise<Record<string, string>[]> => {
  const { results } = await outcomeOf(query, messages, options);
  return results.map((row) => Object.fromEntries(row.filter(({ field }) => field !== '@ptr').map(({ field, value }) => [field, value])));
};

const REQUESTS = [
  { route: '/login', status: 200, ms: 10, user: { name: 'ada' } },
  { route: '/login', status: 500, ms: 40, user: { name: 'bob' } },
  { route: '/guilds', status: 200, ms: 20.12345, cold: true },
  { route: '/guilds', status: 404, ms: 30, tags: ['a', 'b'] },
  'START RequestId: 0a RequestId',
  { route: '/login', status: 200, ms: 50, attributes: { 'http.response.status_code': 200 } },
];

const REPORT =
  'REPORT RequestId: 8f507cfc-example-4697-b07a-ac58fc914c95\tDuration: 812.30 ms\tBilled Duration: 900 ms\tMemory Size: 512 MB\tMax Memory Used: 98 MB\tInit Duration: 312.5 ms\t\nXRAY TraceId: 1-5e-1\tSegmentId: 38ef\tSampled: true';

describe('filter', () => {
  it.each<[string, number]>([
    ['status = 200', 3],
    ['status = "200"', 3],
    ['status != 200', 3],
    ['status >= 404', 2],
    ['status > 200 and status < 500', 1],
    ['status = 200 or status = 404 and ms > 100', 3],
    ['(status = 200 or status = 404) and ms > 25', 2],
    ['not status = 200', 3],
    ['route like /^.log/', 3],
    ['route like /LOG/', 0],
    ['route like /(?i)LOG/', 3],
    ['route like "uild"', 2],
    ['route not like "uild"', 4],
    ['status in [404, 500]', 2],
    ["route in ['/login', '/nothing']", 3],
    ['status not in [404, 500]', 4],
    ['ispresent(route)', 5],
    ['not isPresent(route)', 1],
    ['user.name = "ada"', 1],
    ['tags.1 = "b"', 1],
    ['tags.1 = "a"', 0],
    ['cold = true', 1],
    ['cold = 1', 1],
    ['attributes.http.response.status_code = 200', 1],
    ['`attributes.http.response.status_code` = 200', 1],
    ['ms * 2 + 1 > 80', 2],
    ['ms / 0 > 0', 0],
    ['-ms < -30', 2],
    ['2 ^ 3 = 8 and 7 % 4 = 3 and 7 - 2 - 1 = 4', 6],
    ['@message like "START"', 1],
    ['@logStream = "odd"', 3],
    ['@log = "000000000000:/aws/lambda/auth"', 6],
    ['missing = 1', 0],
    ['missing < 1 or missing >= 1', 0],
  ])('%s: %i rows', async (condition, count) => {
    const { recordsMatched, recordsScanned } = await outcomeOf(`filter ${condition}`, REQUESTS);
    expect([recordsMatched, recordsScanned]).toEqual([count, REQUESTS.length]);
  });
});

describe('stats', () => {
  it('adds up', async () => {
    const query =
      'filter ispresent(ms) | stats count(*) as n, sum(ms), avg(ms) as mean, min(ms), max(ms), pct(ms, 50) as p50, count_distinct(route) as routes';
    expect(await rowsOf(query, REQUESTS)).toEqual([
      { n: '5', 'sum(ms)': '150.1234', mean: '30.0247', 'min(ms)': '10', 'max(ms)': '50', p50: '30', routes: '2' },
    ]);
  });

  it('groups by fields and by periods, in the order of the periods', async () => {
    const rows = await rowsOf(
      'filter ms > 0 | stats count(*) as n, sum(status >= 400) / count(*) * 100 as failed by route, bin(20s)',
      REQUESTS,
    );
    expect(rows).toEqual([
      { route: '/login', 'bin(20s)': '2026-11-25 12:00:00.000', n: '2', failed: '50' },
      { route: '/guilds', 'bin(20s)': '2026-11-25 12:00:20.000', n: '2', failed: '50' },
      { route: '/login', 'bin(20s)': '2026-11-25 12:00:40.000', n: '1', failed: '0' },
    ]);
  });

  it('counts a field only where it is, and adds up nothing to nothing', async () => {
    expect(await rowsOf('stats count(user.name) as users, avg(missing) as mean, count() as all', REQUESTS)).toEqual([
      { users: '2', all: '6' },
    ]);
    expect(await rowsOf('filter status = 999 | stats count(*)', REQUESTS)).toEqual([]);
  });

  it('takes what was first and last, of the events that have it', async () => {
    const query = 'stats earliest(status) as first, latest(ms) as last, latest(user.name) as user, earliest(missing) as none by route';
    expect(await rowsOf(`filter ispresent(route) | ${query}`, REQUESTS.toReversed())).toEqual([
      { route: '/login', first: '200', last: '10', user: 'ada' },
      { route: '/guilds', first: '404', last: '20.12345' },
    ]);
  });

  it('can be followed by more', async () => {
    expect(await rowsOf('stats max(ms) as worst by route | filter worst > 45 | display route', REQUESTS)).toEqual([{ route: '/login' }]);
    expect(await rowsOf('stats count(*) as n by route | sort n desc | limit 1', REQUESTS)).toEqual([{ route: '/login', n: '3' }]);
  });

  it('reads the figures of REPORT lines, only of functions', async () => {
    const query = 'filter @type = "REPORT" | stats max(@memorySize / 1000 / 1000) as mb, avg(@duration) as ms, sum(@initDuration) as init';
    expect(await rowsOf(query, [REPORT, 'START RequestId: x'])).toEqual([{ mb: '512', ms: '812.3', init: '312.5' }]);
    expect(await rowsOf(query, [REPORT], { group: '/ecs/engine' })).toEqual([]);
    const fields = 'fields @requestId, @billedDuration, @memorySize, @maxMemoryUsed, @xrayTraceId';
    expect(await rowsOf(fields, [REPORT])).toEqual([
      {
        '@requestId': '8f507cfc-example-4697-b07a-ac58fc914c95',
        '@billedDuration': '900',
        '@memorySize': '512000000',
        '@maxMemoryUsed': '98000000',
        '@xrayTraceId': '1-5e-1',
      },
    ]);
  });

  it('agrees with plain counting', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ k: fc.constantFrom('a', 'b', 'c'), v: fc.integer({ min: -50, max: 50 }) })), async (events) => {
        const rows = await rowsOf('stats count(*) as n, sum(v) as s, min(v) as least, pct(v, 100) as most by k', events);
        const expected = [...Map.groupBy(events, ({ k }) => k)].map(([k, group]) => {
          const values = group.map(({ v }) => v);
          const s = values.reduce((sum, v) => sum + v, 0);
          return { k, n: `${group.length}`, s: `${s}`, least: `${Math.min(...values)}`, most: `${Math.max(...values)}` };
        });
        expect(rows).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});

describe('rows', () => {
  it('come newest first, with time, message and a pointer, where nothing is said', async () => {
    const { results } = await outcomeOf('filter status = 404', REQUESTS);
    expect(results).toEqual([
      [
        { field: '@timestamp', value: '2026-11-25 12:00:30.000' },
        { field: '@message', value: JSON.stringify(REQUESTS[3]) },
        { field: '@ptr', value: expect.stringMatching(/^[\w+/=]+$/) },
      ],
    ]);
    const times = (await rowsOf('fields @timestamp', REQUESTS)).map((row) => row['@timestamp'] ?? '');
    expect(times).toEqual([...times].sort().reverse());
  });

  it('are sorted by number where they are numbers, and what is missing comes last', async () => {
    const values = async (query: string) => (await rowsOf(query, REQUESTS)).map((row) => row['ms']);
    expect(await values('fields ms | sort ms asc')).toEqual(['10', '20.12345', '30', '40', '50', undefined]);
    expect(await values('fields ms | sort ms desc | limit 2')).toEqual(['50', '40']);
    expect(await values('fields ms | sort route, ms desc | limit 3')).toEqual(['30', '20.12345', '50']);
  });

  it('show what fields name, or what display says', async () => {
    expect(await rowsOf('fields ms * 2 as twice, route | filter twice = 20', REQUESTS)).toEqual([{ twice: '20', route: '/login' }]);
    expect(await rowsOf('fields ms, route | display route | filter ms = 10', REQUESTS)).toEqual([{ route: '/login' }]);
    expect(await rowsOf('fields -3 - 1, (ms / 4) | filter ms = 10', REQUESTS)).toEqual([{ '-3 - 1': '-4', '(ms / 4)': '2.5' }]);
  });

  it('are as many as the limit of the call, or of the query', async () => {
    const many = Array.from({ length: 3000 }, (_, index) => ({ index }));
    expect(await rowsOf('fields index', many)).toHaveLength(1000);
    const last = await rowsOf('fields index | sort index desc | limit 1500', many, { limit: 10_000 });
    expect(last).toHaveLength(1500);
    expect([last[0], last.at(-1)]).toEqual([{ index: '2999' }, { index: '1500' }]);
  });

  it('fail the query when there are too many to keep', async () => {
    const many = Array.from({ length: 50_002 }, (_, index) => ({ index }));
    await expect(outcomeOf('sort index | filter index > 1', many)).rejects.toThrow(RangeError);
    await expect(outcomeOf('stats count(*) by index', many)).rejects.toThrow(RangeError);
  });
});

it('leaves out comments and blank space, and takes upper case for a command', async () => {
  const query = '# the slow ones\nFIELDS ms # in milliseconds\n| filter ms >= 40 # "quoted" | limit 1\n| SORT ms DESC';
  expect(await rowsOf(query, REQUESTS)).toEqual([{ ms: '50' }, { ms: '40' }]);
});

describe('what it cannot run', () => {
  it.each<[string, string]>([
    ['sort bin(1d) desc', 'unexpected symbol found ( at line 1 and position 9'],
    ['fields @message | nonsense', 'unexpected symbol found nonsense at line 1 and position 19'],
    ['fields @message\n| filter a = ', 'unexpected symbol found end of query at line 2 and position 14'],
    ['filter @message like /x/i', 'unexpected symbol found i at line 1 and position 25'],
    ['', 'unexpected symbol found end of query at line 1 and position 1'],
    ['filter a ==  1', 'unexpected symbol found = at line 1 and position 11'],
    ['filter (a = 1', 'unexpected symbol found end of query at line 1 and position 14'],
    ['filter a {', 'unexpected symbol found { at line 1 and position 10'],
    ['filter a like /(/', 'invalid regular expression ( at line 1 and position 15'],
    ['limit 10001', 'unexpected symbol found 10001 at line 1 and position 7'],
    ['limit 0', 'unexpected symbol found 0 at line 1 and position 7'],
    ['filter nonsense(a)', 'unexpected symbol found ( at line 1 and position 16'],
    ['filter count(*) > 1', 'unexpected symbol found count at line 1 and position 8'],
    ['stats sum(avg(a))', 'unexpected symbol found avg at line 1 and position 11'],
    ['stats pct(a, 101)', 'unexpected symbol found 101 at line 1 and position 14'],
    ['stats count(*) by bin(5 parsecs)', 'unexpected symbol found parsecs at line 1 and position 25'],
    ['parse @message "a * b" as x', 'unexpected symbol found parse at line 1 and position 1'],
    ['dedup a', 'unexpected symbol found dedup at line 1 and position 1'],
    ['fields a b', 'unexpected symbol found b at line 1 and position 10'],
    ['pattern @message', 'unexpected symbol found pattern at line 1 and position 1'],
    ['filter strlen(a) > 1', 'unexpected symbol found ( at line 1 and position 14'],
    ['filter ispresent() = 1', 'unexpected symbol found ) at line 1 and position 18'],
    ['filter a =~ /b/', 'unexpected symbol found ~ at line 1 and position 11'],
    ['filter 2 ^ 3 ^ 4 = 1', 'unexpected symbol found ^ at line 1 and position 14'],
    ['stats count(*) | stats count(*)', 'unexpected symbol found stats at line 1 and position 18'],
  ])('%s', (query, message) => {
    let thrown: unknown;
    try {
      parseQuery(query);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(AwsError);
    expect(thrown).toMatchObject({ code: 'MalformedQueryException', message, details: { queryCompileError: { message } } });
  });

  it('is said of any text that is no query, however deep it goes', () => {
    const words = fc.array(
      fc.constantFrom(
        'fields',
        'filter',
        'stats',
        'sort',
        '|',
        '(',
        ')',
        'a',
        '@message',
        '1',
        '"x"',
        '/r/',
        'like',
        'not',
        'in',
        '[',
        ']',
        ',',
        'by',
        'bin(1m)',
        '*',
        '-',
        'as',
        'count(*)',
      ),
      { maxLength: 15 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          words.map((parts) => parts.join(' ')),
        ),
        (query) => {
          try {
            expect(parseQuery(query).length).toBeGreaterThan(0);
          } catch (error) {
            expect(error).toMatchObject({ code: 'MalformedQueryException' });
          }
        },
      ),
      { numRuns: 1000 },
    );
    expect(() => parseQuery(`filter ${'('.repeat(5000)}a`)).toThrow(AwsError);
  });
});

it('orders values without contradiction', () => {
  const value: fc.Arbitrary<Value> = fc.oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.constantFrom('1', '2', 'a', 'b', '', ' ', 'true', undefined, true, false, new Date(2)),
  );
  fc.assert(
    fc.property(value, value, value, (a, b, c) => {
      expect(Math.sign(compareValues(a, b))).toBe(-Math.sign(compareValues(b, a)) + 0);
      if (compareValues(a, b) <= 0 && compareValues(b, c) <= 0) expect(compareValues(a, c)).toBeLessThanOrEqual(0);
    }),
    { numRuns: 1000 },
  );
});
