import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type RecordingPlatform, recordingPlatform } from '../../../tests/recording-platform.ts';
import { type FunctionSettings, healthySettings } from '../settings.ts';
import { type FunctionHost, type FunctionHostOptions, startFunctionHost } from './function-host.ts';

/** A function that does what its event says. `held` waits until another invocation, in whatever environment, lets it go. */
const CODE = `
import { BroadcastChannel, threadId } from 'node:worker_threads';
let invocations = 0;
const actions = {
  answer: () => ({ threadId, invocations }),
  held: () => new Promise((resolve) => {
    const channel = new BroadcastChannel('release');
    channel.onmessage = () => { channel.close(); resolve({ threadId, invocations }); };
    console.log('held');
  }),
  release: () => { const channel = new BroadcastChannel('release'); channel.postMessage(1); channel.close(); },
  throw: () => { throw new TypeError('broken pipe'); },
  exit: () => process.exit(3),
  crash: () => new Promise(() => setImmediate(() => { throw new RangeError('out of steam'); })),
  hang: () => new Promise(() => undefined),
  spin: () => { for (;;); },
  // Its own time on a processor, however many others want one.
  work: ({ cpuMs }) => { const used = () => { const { user, system } = process.threadCpuUsage(); return user + system; }; const until = used() + cpuMs * 1000; while (used() < until); },
  grow: ({ mb }) => { globalThis.kept = Buffer.alloc(mb * 2 ** 20, 1); },
  fill: () => { const all = []; for (;;) all.push(new Array(1e5).fill(all.length)); },
  print: () => {
    process.stdout.write('{"level":"info","message":"one"}\\n{"level":"ERROR","message":"two"}\\n');
    console.warn('three\\nlines');
    process.stderr.write('four\\n');
  },
  environment: () => process.env,
  context: (_event, context) => ({ ...context, left: context.getRemainingTimeInMillis() }),
  large: () => 'x'.repeat(6 * 2 ** 20 + 100),
};
export const handler = async (event, context) => { invocations++; return actions[event.do](event, context); };
`;

let folder: string;
let codeUrl: (name: string) => string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loadkit-functions-'));
  await writeFile(join(folder, 'double.mjs'), CODE);
  await writeFile(join(folder, 'broken.mjs'), "throw new Error('no such part');");
  codeUrl = () => pathToFileURL(join(folder, 'double.mjs')).href;
});
afterAll(() => rm(folder, { recursive: true }));

let host: FunctionHost;
let platform: RecordingPlatform;
let alarming: string[];
afterEach(() => host.stop());

/** So that nothing depends on how many cores there are, or how long something takes. */
const AT_ONCE = { startingMax: 4, livingMax: 50, patienceMs: 0, hasSpareProcessor: () => true };

/** A host of `auth` and `chat`, both being the double. Memory enough for no waits, unless said otherwise. */
const start = (auth: Partial<FunctionSettings> = {}, options: Partial<FunctionHostOptions> & { accountConcurrency?: number } = {}) => {
  const settings = healthySettings();
  for (const own of Object.values(settings.functions)) own.memoryMb = 1769;
  Object.assign(settings.functions.auth, auth);
  settings.accountConcurrency = options.accountConcurrency ?? 1000;
  settings.game = { FLAVOUR: 'brass' };
  platform = recordingPlatform();
  alarming = [];
  host = startFunctionHost(
    { LOG_LEVEL: 'error', TELEMETRY_ENDPOINT: 'http://127.0.0.1:1', FLAVOUR: 'iron' },
    { names: ['auth', 'chat'], settings, platform, codeUrl, limits: AT_ONCE, onAlarming: (line) => alarming.push(line), ...options },
  );
};

const ask = (event: object, name: 'auth' | 'chat' = 'auth') => host.invoke(name, event) as Promise<Record<string, unknown>>;
const messages = (group = '/aws/lambda/auth') => platform.lines.filter((line) => line.group === group).map(({ message }) => message);
const reports = () => messages().filter((message) => message.startsWith('REPORT'));
const heldCount = () => messages().filter((message) => message.endsWith('held')).length;
const held = (count: number) => expect.poll(heldCount).toBe(count);

it('runs one invocation at a time in an environment, and keeps it for the next', async () => {
  start();
  await host.ready();
  expect(host.environments()).toBe(2);
  const first = await ask({ do: 'answer' });
  expect(await ask({ do: 'answer' })).toEqual({ threadId: first['threadId'], invocations: 2 });
  const under = [ask({ do: 'held' }), ask({ do: 'held' })];
  await held(2);
  await ask({ do: 'release' });
  const [one, two] = await Promise.all(under);
  expect(one?.['threadId']).not.toBe(two?.['threadId']);
  expect(host.environments()).toBe(4); // two held, the one that released them, and chat's
});

it('reports a cold start once, where an invocation waited for it', async () => {
  start({ initMs: 80 });
  await ask({ do: 'answer' });
  await ask({ do: 'answer' });
  const [cold = '', warm = ''] = reports();
  const initMs = Number(/Init Duration: ([\d.]+) ms/.exec(cold)?.[1]);
  expect(initMs).toBeGreaterThanOrEqual(80);
  expect(warm).not.toContain('Init Duration');
  expect(messages()[0]).toMatch(/^INIT_START Runtime Version: nodejs:24/);
  const [duration, billed] = [/Duration: ([\d.]+) ms/, /Billed Duration: (\d+) ms/].map((pattern) => Number(pattern.exec(cold)?.[1]));
  expect(billed).toBe(Math.ceil((duration ?? 0) + initMs));
});

it('retires an environment after as many invocations as the settings say', async () => {
  start({ invocationsMax: 2 });
  const answers = [];
  for (let i = 0; i < 4; i++) answers.push((await ask({ do: 'answer' }))['invocations']);
  expect(answers).toEqual([1, 2, 1, 2]);
  expect(reports().filter((line) => line.includes('Init Duration'))).toHaveLength(2);
});

it('throttles what exceeds the reservation, and no other function', async () => {
  start({ reservedConcurrency: 1 });
  const under = ask({ do: 'held' });
  await held(1);
  await expect(ask({ do: 'answer' })).rejects.toMatchObject({ name: 'InvocationError', kind: 'throttled' });
  await ask({ do: 'release' }, 'chat');
  await under;
  await ask({ do: 'answer' });
  const auth = { FunctionName: 'auth' };
  expect(platform.values('Throttles', auth)).toEqual([1, 0, 0]);
  expect(platform.values('Throttles', {})).toEqual([1, 0, 0, 0]);
  expect(platform.values('Invocations', auth)).toEqual([1, 1]);
  expect(platform.values('Throttles', { FunctionName: 'chat', Resource: 'chat' })).toEqual([0]);
});

it('throttles functions without a reservation by what the reservations leave', async () => {
  const settings = healthySettings();
  start({ reservedConcurrency: null }, { accountConcurrency: 1 + (settings.functions.chat.reservedConcurrency ?? 0) });
  const under = ask({ do: 'held' });
  await held(1);
  await expect(ask({ do: 'answer' })).rejects.toMatchObject({ kind: 'throttled' });
  await ask({ do: 'release' }, 'chat');
  await under;
  await host.stop();
  expect(platform.values('UnreservedConcurrentExecutions', {})).toContain(1);
  expect(platform.values('ClaimedAccountConcurrency', {})).toContain(301);
  expect(Math.max(...platform.values('ConcurrentExecutions', {}))).toBe(2);
  expect(Math.max(...platform.values('ConcurrentExecutions', { FunctionName: 'auth', Resource: 'auth' }))).toBe(1);
});

it('waits, counted as concurrent, when this machine has no room for more environments', async () => {
  start({}, { limits: { ...AT_ONCE, startingMax: 1, livingMax: 1 } });
  const first = ask({ do: 'held' });
  await held(1);
  const second = ask({ do: 'answer' });
  const third = ask({ do: 'answer' }, 'chat'); // needs the room of the other's
  expect(host.environments()).toBe(1);
  const { BroadcastChannel } = await import('node:worker_threads');
  const channel = new BroadcastChannel('release');
  channel.postMessage(1);
  channel.close();
  expect((await second)['threadId']).toBe((await first)['threadId']);
  expect((await third)['threadId']).not.toBe((await first)['threadId']);
  await host.stop();
  expect(Math.max(...platform.values('ConcurrentExecutions', {}))).toBe(3);
});

it.each(['hang', 'spin'])('ends an invocation that runs out of time by %s, and its environment', async (how) => {
  start({ timeoutMs: 300 });
  const { threadId } = await ask({ do: 'answer' });
  await expect(ask({ do: how })).rejects.toMatchObject({
    kind: 'timed-out',
    message: expect.stringContaining('Task timed out after 0.30 seconds'),
  });
  expect((await ask({ do: 'answer' }))['threadId']).not.toBe(threadId);
  expect(reports()[1]).toMatch(/Duration: 3\d\d\.\d\d ms.*Status: timeout/);
  expect(messages().some((line) => /^\S+Z \S+ Task timed out after 0\.30 seconds$/m.test(line))).toBe(true);
  expect(platform.values('Errors', { FunctionName: 'auth' })).toEqual([0, 1, 0]);
});

it('counts the wait of the settings and that for a share of the CPU as time of the invocation', async () => {
  start({ latencyMs: 60, memoryMb: 1769 / 4 });
  await ask({ do: 'answer' });
  await ask({ do: 'work', cpuMs: 50 });
  const [, durationMs] = platform.values('Duration', { FunctionName: 'auth' });
  // Without the share it would be some 110.
  expect(durationMs).toBeGreaterThan(60 + 3 * 45);
  await host.stop();
  start({ timeoutMs: 150, memoryMb: 1769 / 4 });
  await expect(ask({ do: 'work', cpuMs: 60 })).rejects.toMatchObject({ kind: 'timed-out' });
});

it('does not slow down what has a whole CPU', async () => {
  start();
  await ask({ do: 'answer' });
  await ask({ do: 'work', cpuMs: 50 });
  // A busy machine may take longer, but not for reasons of ours: four times that would be a share of a quarter.
  expect(platform.values('Duration', { FunctionName: 'auth' })[1]).toBeLessThan(200);
});

it.each([
  [{ do: 'throw' }, 'TypeError: broken pipe', false],
  [{ do: 'exit' }, 'Runtime.ExitError: Error: Runtime exited with error: exit status 3', true],
  [{ do: 'crash' }, 'RangeError: out of steam', true],
  [{ do: 'grow', mb: 140 }, 'Runtime.ExitError: Error: Runtime exited with error: signal: killed', true],
  [{ do: 'fill' }, 'Runtime.ExitError: Error: Runtime exited with error: signal: killed', true],
  [{ do: 'large' }, 'Function.ResponseSizeTooLarge: Response payload size', false],
])('fails an invocation that does %j, and goes on', async (event, error, replaced) => {
  start({ memoryMb: 192, timeoutMs: 60_000 });
  await ask({ do: 'answer' });
  await expect(ask(event)).rejects.toMatchObject({ kind: 'failed', message: expect.stringContaining(error) });
  expect((await ask({ do: 'answer' }))['invocations']).toBe(replaced ? 1 : 3);
  expect(platform.values('Errors', {})).toEqual([0, 1, 0]);
  expect(alarming.length).toBeGreaterThan(0);
});

it('reports the memory that the heap has, up to what the function has', async () => {
  start({ memoryMb: 192 });
  const used = (line = ''): number => Number(/Max Memory Used: (\d+) MB/.exec(line)?.[1]);
  await ask({ do: 'answer' });
  await ask({ do: 'grow', mb: 50 });
  await ask({ do: 'answer' });
  await expect(ask({ do: 'grow', mb: 250 })).rejects.toThrow();
  const [before, grown, after, killed] = reports().map(used);
  expect(grown).toBeGreaterThanOrEqual((before ?? 0) + 45);
  // What the runtime itself needs comes and goes by a megabyte.
  expect(Math.abs((after ?? 0) - (grown ?? 0))).toBeLessThanOrEqual(5);
  expect(killed).toBe(192);
  expect(reports()[3]).toContain('Status: error\tError Type: Runtime.ExitError');
});

it('fails invocations of a function that can not be loaded, and does not become ready', async () => {
  const broken = () => pathToFileURL(join(folder, 'broken.mjs')).href;
  start({}, { codeUrl: broken });
  await expect(host.ready()).rejects.toThrow('no such part');
  await expect(ask({ do: 'answer' })).rejects.toMatchObject({ kind: 'failed', message: expect.stringContaining('no such part') });
  expect(messages().some((line) => line.startsWith('INIT_REPORT') && line.includes('Status: error\tError Type: Error'))).toBe(true);
});

it('fails invocations of a function that is given no thread, and does not become ready', async () => {
  // Nothing that can be handed to a thread: it can't be started, as where the machine has none left.
  start({ initMs: (() => 0) as unknown as number });
  await expect(host.ready()).rejects.toThrow('could not be cloned');
  await expect(ask({ do: 'answer' })).rejects.toMatchObject({ kind: 'failed', message: expect.stringContaining('could not be cloned') });
  await expect.poll(() => host.environments()).toBe(1); // the other function's
});

it("writes the log as Lambda does, with the function's own lines in their place", async () => {
  start();
  await ask({ do: 'print' });
  const [, , one, two, three, four] = messages();
  expect(messages().map((line) => line.split(' ')[0])).toEqual([
    'INIT_START',
    'START',
    one,
    two,
    three?.split(' ')[0],
    'four',
    'END',
    'REPORT',
  ]);
  const requestId = /RequestId: (\S+)/.exec(messages()[1] ?? '')?.[1];
  expect(one).toBe('{"level":"info","message":"one"}');
  expect(three).toMatch(new RegExp(`^\\S+Z\\t${requestId}\\tWARN\\tthree\\rlines$`));
  expect(four).toBe('four');
  expect(new Set(platform.lines.map(({ stream }) => stream)).size).toBe(1);
  expect(platform.lines[0]?.stream).toMatch(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
  // Only what somebody has to see goes further.
  expect(alarming).toEqual([two, three]);
});

it('deploys a new version while the old one works, which then ends with what it is doing', async () => {
  start({ env: { FLAVOUR: 'tin' }, deployment: { afterMs: 1, env: { FLAVOUR: 'lead' } } });
  const working = ask({ do: 'held' });
  await held(1);
  await host.ready();
  await expect.poll(async () => (await ask({ do: 'environment' }))['FLAVOUR']).toBe('lead');
  await ask({ do: 'release' });
  const { threadId } = await working;
  expect((await ask({ do: 'answer' }))['threadId']).not.toBe(threadId);
  expect((await ask({ do: 'environment' }))['FLAVOUR']).toBe('lead');
});

it('gives a function what is set for it alone, over what is set for all', async () => {
  start({ env: { FLAVOUR: 'tin', ERROR_SHARE: '0.3' } });
  expect(await ask({ do: 'environment' })).toMatchObject({ FLAVOUR: 'tin', ERROR_SHARE: '0.3' });
  const other = await ask({ do: 'environment' }, 'chat');
  expect(other).toMatchObject({ FLAVOUR: 'brass' });
  expect(other).not.toHaveProperty('ERROR_SHARE');
});

it('gives a handler the environment and the context of Lambda', async () => {
  start({ timeoutMs: 9000 });
  const trace = { root: '1-67891233-abcdef012345678912345678', parent: '0123456789abcdef', sampled: true };
  const env = (await host.invoke('auth', { do: 'environment' }, trace)) as Record<string, string>;
  expect(env).toMatchObject({
    AWS_LAMBDA_FUNCTION_NAME: 'auth',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/auth',
    AWS_LAMBDA_LOG_STREAM_NAME: platform.lines[0]?.stream,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    LOG_LEVEL: 'error',
    FLAVOUR: 'brass',
  });
  expect(env).not.toHaveProperty('TELEMETRY_ENDPOINT');
  expect(env).not.toHaveProperty('OWN');
  const context = await ask({ do: 'context' });
  expect(context).toMatchObject({ functionName: 'auth', memoryLimitInMB: '1769', awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  expect(context['left']).toBeGreaterThan(8000);
  expect(context['left']).toBeLessThanOrEqual(9000);
});

it('gives a function the environment that is set for it alone, over that of all', async () => {
  start({ env: { FLAVOUR: 'copper', OWN: 'yes' } });
  expect(await ask({ do: 'environment' })).toMatchObject({ FLAVOUR: 'copper', OWN: 'yes' });
  expect(await ask({ do: 'environment' }, 'chat')).toMatchObject({ FLAVOUR: 'brass' });
  expect(await ask({ do: 'environment' }, 'chat')).not.toHaveProperty('OWN');
});

it("continues the caller's trace: service, function, and the header that the function sees", async () => {
  start();
  const trace = { root: '1-67891233-abcdef012345678912345678', parent: '0123456789abcdef', sampled: true };
  const env = (await host.invoke('auth', { do: 'environment' }, trace)) as Record<string, string>;
  const [fn, service] = platform.segments;
  expect(service).toMatchObject({
    name: 'auth',
    origin: 'AWS::Lambda',
    trace_id: trace.root,
    parent_id: trace.parent,
    http: { response: { status: 200 } },
    resource_arn: 'arn:aws:lambda:us-east-1:000000000000:function:auth',
  });
  expect(fn).toMatchObject({ name: 'auth', origin: 'AWS::Lambda::Function', trace_id: trace.root, parent_id: service?.['id'] });
  expect(fn?.['subsegments']).toMatchObject([{ name: 'Initialization' }, { name: 'Invocation' }, { name: 'Overhead' }]);
  expect(fn).not.toHaveProperty('fault');
  expect(env['_X_AMZN_TRACE_ID']).toBe(`Root=${trace.root};Parent=${String(fn?.['id'])};Sampled=1`);
  expect(reports()[0]).toContain(`XRAY TraceId: ${trace.root}\tSegmentId: ${String(fn?.['id'])}\tSampled: true`);

  await expect(host.invoke('auth', { do: 'throw' }, trace)).rejects.toThrow();
  const [failed, failedService] = platform.segments.slice(2);
  expect(failed).toMatchObject({ fault: true, cause: { exceptions: [{ type: 'TypeError', message: 'broken pipe' }] } });
  expect(failedService).toMatchObject({ fault: true, http: { response: { status: 200 } } });

  const header = ((await host.invoke('auth', { do: 'environment' }, { ...trace, sampled: false })) as Record<string, string>)[
    '_X_AMZN_TRACE_ID'
  ];
  expect(header).toMatch(/^Root=1-67891233-abcdef012345678912345678;Parent=[0-9a-f]{16};Sampled=0$/);
  expect(platform.segments).toHaveLength(4);
  expect(reports()[2]).not.toContain('XRAY');
});

it('marks a throttled call in its trace', async () => {
  start({ reservedConcurrency: 0 });
  const trace = { root: '1-67891233-abcdef012345678912345678', parent: null, sampled: true };
  await expect(host.invoke('auth', {}, trace)).rejects.toMatchObject({ kind: 'throttled' });
  expect(platform.segments).toMatchObject([{ origin: 'AWS::Lambda', throttle: true, error: true, http: { response: { status: 429 } } }]);
});

it('begins a trace of its own, sampled, where nobody called; without a platform nothing is', async () => {
  start();
  const header = async () => (await ask({ do: 'environment' }))['_X_AMZN_TRACE_ID'];
  expect(await header()).toMatch(/;Sampled=1$/);
  await host.stop();
  start({}, { platform: null });
  expect(await header()).toMatch(/;Sampled=0$/);
  expect(platform.segments).toEqual([]);
});

it('works a queued event, and traces its attempts', async () => {
  start();
  host.invokeLater('auth', { do: 'answer' });
  await expect.poll(() => platform.segments.length).toBe(2);
  expect(platform.segments[1]).toMatchObject({
    origin: 'AWS::Lambda',
    http: { response: { status: 202 } },
    subsegments: [{ name: 'Dwell Time' }, { name: 'Attempt #1', id: platform.segments[0]?.['parent_id'] }],
  });
  expect(platform.values('AsyncEventsReceived', { FunctionName: 'auth' })).toEqual([1]);
});

it('starts no environment for what is over soon, and one for what is not', async () => {
  start({}, { limits: { ...AT_ONCE, patienceMs: 150 } });
  await host.ready();
  await Promise.all(Array.from({ length: 20 }, () => ask({ do: 'answer' })));
  expect(host.environments()).toBe(2);
  const under = ask({ do: 'held' });
  await held(1);
  await ask({ do: 'release' });
  await under;
  expect(host.environments()).toBe(3);
});

it('starts no second environment of a function while no processor is free', async () => {
  let spare = false;
  start({}, { limits: { ...AT_ONCE, hasSpareProcessor: () => spare } });
  const first = ask({ do: 'held' });
  await held(1);
  const second = ask({ do: 'held' });
  await ask({ do: 'answer' }, 'chat');
  expect(host.environments()).toBe(2);
  spare = true;
  await held(2);
  expect(host.environments()).toBe(3);
  await ask({ do: 'release' });
  await Promise.all([first, second]);
});

it('lets no function wait for a free processor for ever', async () => {
  start({}, { limits: { ...AT_ONCE, hasSpareProcessor: () => false } });
  const under = [ask({ do: 'held' }), ask({ do: 'held' })];
  await held(1);
  expect(host.environments()).toBe(1);
  await expect.poll(heldCount, { timeout: 5000 }).toBe(2);
  await ask({ do: 'release' });
  await Promise.all(under);
});
