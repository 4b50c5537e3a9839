import { restApi } from '../../game/definition.ts';
import { restApiDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

/** The limit of a stage: what comes beyond it is answered 429 before any function is asked. */
export const apiThrottle: Fault = {
  name: 'api-throttle',
  summary: 'the REST API is throttled below what its players send',
  truth: { node: 'apigateway:api', resource: 'rate-limit' },
  value: { what: 'requests per second', fallback: 10, min: 1, max: restApi.ratePerS - 1, whole: true },
  scenario: 'mixed',
  symptom: { kind: 'failing', requests: [] },
  evidence: [{ namespace: 'AWS/ApiGateway', metric: '4XXError', dimensions: restApiDimensions, stat: 'Sum', change: 'rises' }],
  apply: (settings, value) => {
    settings.restApi.ratePerS = value;
    settings.restApi.burst = Math.min(settings.restApi.burst, value);
  },
};
