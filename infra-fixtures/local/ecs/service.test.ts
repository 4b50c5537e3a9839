import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { HAS_PROC, parentOf, processesWith } from '../../../tests/processes.ts';
import { type RecordingPlatform, recordingPlatform } from '../../../tests/recording-platform.ts';
import { redis } from '../../game/cache.ts';
import { engine } from '../../game/definition.ts';
import { enqueue } from '../../game/tasks.ts';
import { loadBalancerDimensions, serviceDimensions, targetGroupDimensions } from '../names.ts';
import { type RespServer, startRespServer } from '../redis/resp-server.ts';
import { healthySettings } from '../settings.ts';
import { baseEnvironment, endpointEnvironment, gameEnvironment } from '../stack-environment.ts';
import { startLoadBalancer } from './load-balancer.ts';
import { type Service, type ServiceOptions, startService } from './service.ts';

/** The service with real processes on a real queue; of the database there is none, so that each task of the game fails at its end. */
let cache: RespServer;
let env: Record<string, string>;
beforeAll(async () => {
  cache = await startRespServer({ memoryMaxBytes: 10_000_000 });
  const endpoints = endpointEnvironment({ dynamodb: 'http://127.0.0.1:9', redis: `redis://127.0.0.1:${cache.port}` });
  env = { ...baseEnvironment(process.env), ...gameEnvironment('service', { dynamodb: false }), ...endpoints };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  return async () => {
    (await redis()).destroy();
    await cache.stop();
    vi.unstubAllEnvs();
  };
});

let running: { service: Service; platform: RecordingPlatform } | undefined;
afterEach(async () => {
  await running?.service.stop();
  running = undefined;
});

const start = async (changed: Partial<ServiceOptions> = {}, extra: Record<string, string> = {}) => {
  const settings = healthySettings().engine;
  const platform = recordingPlatform();
  const service = await startService({
    ...settings,
    env: { ...env, SEEMING_CPU_UNITS: String(settings.cpuUnits), ...extra },
    provisionMs: 0,
    healthCheck: { everyMs: 100, timeoutMs: 1000, failuresMax: 3 },
    deployment: engine.deployment,
    periodMs: 60_000,
    platform,
    onOutput: () => undefined,
    ...changed,
  });
  running = { service, platform };
  return { service, platform, latest: (name: string) => platform.values(name, serviceDimensions).at(-1) };
};

it('has its tasks healthy when it is up, and tells of them', async () => {
  const { service, platform, latest } = await start();
  expect(service.healthyTargets()).toHaveLength(2);
  await expect.poll(() => latest('RunningTaskCount'), { timeout: 5000 }).toBe(2);
  expect([latest('DesiredTaskCount'), latest('PendingTaskCount'), latest('DeploymentCount')]).toEqual([2, 0, 1]);
  await expect.poll(() => latest('MemoryUtilization'), { timeout: 5000 }).toBeGreaterThan(1);
  expect(latest('CPUUtilization')).toBeLessThan(100);
  expect([latest('CpuReserved'), latest('MemoryReserved')]).toEqual([1024, 2048]);
  expect(platform.values('HealthyHostCount', targetGroupDimensions).at(-1)).toBe(2);
});

it('is replaced a part at a time: half of it stays healthy, and the load balancer always has an answer', async () => {
  const { service, platform, latest } = await start();
  const before = service.healthyTargets();
  const balancer = await startLoadBalancer(service.healthyTargets, platform);
  let least = before.length;
  const asking = new AbortController();
  const answers: number[] = [];
  const ask = (async () => {
    while (!asking.signal.aborted) {
      least = Math.min(least, service.healthyTargets().length);
      answers.push((await fetch(`${balancer.url}/health`)).status);
    }
  })();
  await service.deploy();
  asking.abort();
  await ask;
  await balancer.stop();
  expect(least).toBeGreaterThanOrEqual(1);
  expect(new Set(answers)).toEqual(new Set([200]));
  expect(service.healthyTargets().filter((url) => before.includes(url))).toEqual([]);
  expect(platform.values('RequestCount', loadBalancerDimensions)).toHaveLength(answers.length);
  expect(platform.values('TargetResponseTime', targetGroupDimensions)).toHaveLength(answers.length);
  // 90,000 an hour are 25 a second.
  expect(platform.values('ConsumedLCUs', loadBalancerDimensions).reduce((sum, each) => sum + each, 0)).toBeCloseTo(
    answers.length / 90_000,
    9,
  );
  expect(Math.max(...platform.values('DeploymentCount', serviceDimensions))).toBe(2);
  await expect.poll(() => latest('DeploymentCount'), { timeout: 5000 }).toBe(1);
});

it('answers for nobody with 503 where no task is healthy', async () => {
  const platform = recordingPlatform();
  const balancer = await startLoadBalancer(() => [], platform);
  expect((await fetch(`${balancer.url}/health`)).status).toBe(503);
  expect(platform.values('HTTPCode_ELB_503_Count', loadBalancerDimensions)).toEqual([1]);
  await balancer.stop();
});

it('seems as busy as its tasks have to compute, not as this machine is, and gets more of them', async () => {
  // Half a processor each: 200 game tasks of 200 ms keep two of them busy for 40 s, however long the third takes to start beside other tests.
  const { platform, latest } = await start({ periodMs: 1000, tasksMax: 3 }, { TASK_CPU_MS: '200' });
  const queued = Array.from({ length: 200 }, (_, index) =>
    enqueue({ taskId: `t${index}`, characterId: 'c', kind: 'combat', status: 'queued', enqueuedAt: 1, attempts: 2 }),
  );
  await Promise.all(queued);
  await expect.poll(() => latest('RunningTaskCount'), { timeout: 40_000, interval: 200 }).toBe(3);
  const cpu = platform.values('CPUUtilization', serviceDimensions);
  expect(Math.max(...cpu)).toBeGreaterThan(95);
  expect(Math.max(...platform.values('DesiredTaskCount', serviceDimensions))).toBe(3);
});

it.runIf(HAS_PROC)('goes on telling of the others while one of its tasks hangs, and of that one as unhealthy', async () => {
  const { platform } = await start({ healthCheck: { everyMs: 500, timeoutMs: 1000, failuresMax: 3 } });
  const [pid = 0] = processesWith((args) => args.some((arg) => arg.includes('engine-process'))).filter(
    (each) => parentOf(each) === process.pid,
  );
  expect(pid).toBeGreaterThan(0);
  process.kill(pid, 'SIGSTOP');
  const told = () => platform.values('RunningTaskCount', serviceDimensions).length;
  const before = told();
  await expect.poll(told, { timeout: 10_000 }).toBeGreaterThan(before + 2);
  // It is killed for want of an answer, and another takes its place.
  await expect.poll(() => Math.max(0, ...platform.values('UnHealthyHostCount', targetGroupDimensions)), { timeout: 20_000 }).toBe(1);
  await expect.poll(() => platform.values('HealthyHostCount', targetGroupDimensions).at(-1), { timeout: 20_000 }).toBe(2);
});

it('says why when its tasks can not start', async () => {
  await expect(start({}, { TOKEN_SECRET: 'short' })).rejects.toThrow('TOKEN_SECRET');
});
