import { bottlenecks } from './bottlenecks.ts';
import { capacity } from './capacity.ts';
import { endpoints } from './endpoints.ts';
import { environment } from './environment.ts';
import { errors } from './errors.ts';
import { findings } from './findings.ts';
import { generator } from './generator.ts';
import { metrics } from './metrics.ts';
import type { Section } from './section.ts';
import { summary } from './summary.ts';
import { targets } from './targets.ts';
import { timeline } from './timeline.ts';

/** In the order of the page: the answer, why, what happened, where it was measured. */
export const SECTIONS: readonly Section[] = [
  capacity,
  targets,
  bottlenecks,
  findings,
  summary,
  timeline,
  endpoints,
  errors,
  metrics,
  generator,
  environment,
];
