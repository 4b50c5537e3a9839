import { socketApiDimensions } from '../names.ts';
import type { Fault } from './fault.ts';

/** Posts that crowd each other take longer. It stands for more of them than one machine can send. Guess: tune. */
const POST_MS = 200;

/** Each message goes to every member of its channel, many times over. What multiplies are the messages of the API: to the function that posts them it is work like any other. */
export const fanOutStorm: Fault = {
  name: 'fan-out-storm',
  summary: 'each chat message is sent many times over',
  truth: { node: 'apigateway:chat', resource: 'fan-out' },
  value: { what: 'times that each message is sent', fallback: 8, min: 2, max: 100, whole: true },
  scenario: 'real-time',
  symptom: { kind: 'slow-trend', trend: 'chat_fanout_lag' },
  evidence: [{ namespace: 'AWS/ApiGateway', metric: 'MessageCount', dimensions: socketApiDimensions, stat: 'Sum', change: 'rises' }],
  apply: (settings, value) => {
    settings.functions.chat.env['CHAT_ECHO'] = String(value);
    settings.socketApi.postMs = POST_MS;
  },
};
