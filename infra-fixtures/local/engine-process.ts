import { startEngine } from '../game/engine.ts';
import { answerHealth } from '../game/engine-http.ts';
import { seeminglyUsedMs } from '../game/processor.ts';
import { onRequest, runChild } from './child.ts';
import { close, listen } from './http.ts';

/** One task of the engine service: the game's engine, with what the platform sees of its container. */

export interface EngineReady {
  port: number;
}

export interface TaskUsage {
  /** Milliseconds of a whole processor since the start, of which only what the operating system counted was really spent. */
  cpuMs: number;
  memoryBytes: number;
  /** Tasks of the game that it is at, and that wait for any worker. */
  running: number;
  waiting: number;
}

const MS = 1000;

await runChild(async (send) => {
  const engine = await startEngine();
  const { server, port } = await listen(answerHealth(engine));
  onRequest(async (): Promise<TaskUsage> => {
    const { user, system } = process.cpuUsage();
    const { running, waiting } = engine.health();
    return { cpuMs: (user + system) / MS + seeminglyUsedMs(), memoryBytes: process.memoryUsage.rss(), running, waiting };
  });
  const ready: EngineReady = { port };
  send({ type: 'listening', ...ready });
  return {
    stop: async () => {
      await engine.stop();
      await close(server);
    },
  };
});
