import { startEngine } from '../game/engine.ts';
import { runChild } from './child.ts';
export interface EngineServiceReady {
  loadBalancer: string;
}
await runChild(async (send) => {
  const engine = await startEngine();
  send({ type: 'listening', loadBalancer: '' });
  return engine;
});
