import { alarms } from '../alarms.ts';
import { environment } from '../environment.ts';
import { log } from '../log.ts';
import { observe } from '../metrics.ts';
import { jobHandler } from '../operations/job.ts';
import { lastWindow, readMetrics } from '../operations/metric-reader.ts';
import { judgeReadiness, type Readiness } from '../operations/readiness.ts';

/** The go or no-go of a deployment. What can't be read is no go: an error of CloudWatch fails the invocation, and no metric says that all is well. */
const judge = async (): Promise<Readiness> => {
  const { readinessWindowS, metricPeriodS } = environment().operations;
  const values = await readMetrics(alarms, lastWindow(Date.now(), readinessWindowS, metricPeriodS));
  const readiness = judgeReadiness(alarms, values);
  observe('ReadyToDeploy', readiness.decision === 'go' ? 1 : 0);
  log[readiness.decision === 'go' ? 'info' : 'warn']('readiness judged', { ...readiness });
  return readiness;
};

export const handler = jobHandler(judge);
