import { engine } from '../game/definition.ts';
import { onRequest, runChild } from './child.ts';
import { startLoadBalancer } from './ecs/load-balancer.ts';
import { startService } from './ecs/service.ts';
import { isAlarming } from './log-sink.ts';
import { serviceLogGroup } from './names.ts';
import { readSettings } from './settings.ts';
import { startPlatform } from './telemetry/platform.ts';

/** The engine service's process: its tasks, each a process below this one, and the load balancer in front of them. */

export interface EngineServiceReady {
  loadBalancer: string;
}

await runChild(async (send) => {
  const env = process.env as Record<string, string>;
  const settings = readSettings(env);
  const platform = startPlatform(env['TELEMETRY_ENDPOINT']);
  const service = await startService({
    ...settings.engine,
    env: { ...env, SEEMING_CPU_UNITS: String(settings.engine.cpuUnits) },
    deployment: engine.deployment,
    periodMs: settings.telemetry.periodS * 1000,
    platform,
    onOutput: (taskId, line) => {
      platform.log(serviceLogGroup, `${engine.service}/${engine.service}/${taskId}`, line, Date.now());
      // What isn't the game's own log is Node's, of a task that could not even begin.
      if (isAlarming(line) || !line.startsWith('{')) process.stderr.write(`${line}\n`);
    },
  });
  const balancer = await startLoadBalancer(service.healthyTargets, platform);
  onRequest(() => service.deploy());
  const ready: EngineServiceReady = { loadBalancer: balancer.url };
  send({ type: 'listening', ...ready });
  return {
    stop: async () => {
      await balancer.stop();
      await service.stop();
      await platform.stop();
    },
  };
});
