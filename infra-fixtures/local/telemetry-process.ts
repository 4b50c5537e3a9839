import { runChild } from './child.ts';
import { alarmRequests, logGroups } from './monitoring.ts';
import { readSettings } from './settings.ts';
import { startTelemetry } from './telemetry/telemetry.ts';

/** The process that is CloudWatch, X-Ray and Logs to the stack: tells where it listens, and lives as long as its parent does. */

export interface TelemetryReady {
  endpoint: string;
  daemon: string;
}

await runChild(async (send) => {
  const settings = readSettings(process.env);
  const { periodS, delayS, trouble } = settings.telemetry;
  const { endpoint, daemon, stop } = await startTelemetry({
    periodS,
    delayS,
    trouble,
    alarms: alarmRequests(),
    logGroups: logGroups(settings),
  });
  const ready: TelemetryReady = { endpoint, daemon };
  send({ type: 'listening', ...ready });
  return { stop };
});
