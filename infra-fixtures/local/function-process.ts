import { extname } from 'node:path';
import type { Context } from 'aws-lambda';
import { type FunctionName, functionDefinition } from '../game/definition.ts';
import { runChild, send } from './child.ts';
import type { Invocation, Outcome } from './function-host.ts';

/** The process of one function: loads its handler and answers invocations, many at a time. */

type Handler = (event: unknown, context: Context) => Promise<unknown>;

const name = process.argv[2] as FunctionName;

/** What Lambda hands to a handler: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
const contextOf = ({ requestId, deadlineMs }: Invocation): Context => ({
  awsRequestId: requestId,
  functionName: name,
  functionVersion: '$LATEST',
  invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
  memoryLimitInMB: String(functionDefinition(name).memoryMb),
  logGroupName: `/aws/lambda/${name}`,
  logStreamName: String(process.pid),
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  done: notSupported,
  fail: notSupported,
  succeed: notSupported,
});

const notSupported = (): never => {
  throw new Error('callbacks are gone from Lambda since nodejs24.x: return a promise');
};

const answer = async (handler: Handler, invocation: Invocation): Promise<Outcome> => {
  try {
    return { id: invocation.id, value: await handler(invocation.event, contextOf(invocation)) };
  } catch (error) {
    process.stderr.write(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return { id: invocation.id, error: error instanceof Error ? error.message : String(error) };
  }
};

await runChild(async () => {
  const { handler } = (await import(`../game/functions/${name}${extname(import.meta.url)}`)) as { handler: Handler };
  process.on('message', (invocation: Invocation) => {
    void answer(handler, invocation).then(send);
  });
  return { stop: async () => undefined };
});
