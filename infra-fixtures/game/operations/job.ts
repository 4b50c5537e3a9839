import type { Context as LambdaContext } from 'aws-lambda';
import { invocation } from '../invocation.ts';
import { publish } from '../metrics.ts';

/** The Lambda handler of a job that runs by itself. Its environment may not run again for hours: what it has counted is written at its end. */
export const jobHandler =
  <E extends object, R>(job: (event: E) => Promise<R>) =>
  (event: E, context: LambdaContext): Promise<R> =>
    invocation(event, context, () => job(event)).finally(publish);
