import { startEngine } from '../game/engine.ts';
import { runChild } from './child.ts';

/** The engine service's process. */
await runChild(startEngine);
