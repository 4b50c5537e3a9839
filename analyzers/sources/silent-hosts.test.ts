import { expect, it } from 'vitest';
import { createSilentHosts } from './silent-hosts.ts';
import { troubleOf } from './trouble.ts';

type Send = (args: { request: { hostname: string; port?: number } }) => Promise<unknown>;
const error = (name: string, more: object = {}) => Object.assign(new Error(name), { name, ...more });
/** As the SDK's handler has them. */
const ENDS = {
  answers: null,
  'is silent': error('TimeoutError', { code: 'ETIMEDOUT' }),
  'lets nobody in': error('TimeoutError'),
  resets: error('TimeoutError', { code: 'ECONNRESET' }),
  'is interrupted': error('AbortError'),
};

/** A client whose host does what it is told next. */
function watched() {
  let send: Send = async () => undefined;
  let answer: () => Promise<unknown> = async () => 'yes';
  createSilentHosts().watch({
    middlewareStack: {
      add: (middleware: (next: Send) => Send) => {
        send = middleware(() => answer());
      },
    },
  });
  return (does: keyof typeof ENDS, hostname = 'a') => {
    answer = async () => {
      if (ENDS[does] !== null) throw ENDS[does];
      return 'yes';
    };
    return send({ request: { hostname, port: 4566 } }).catch(({ name }: Error) => name);
  };
}

it('gives up on a host that lets two attempts go unanswered, until it answers', async () => {
  const asked = watched();
  expect(await asked('is silent')).toBe('TimeoutError');
  expect(await asked('is silent', 'b')).toBe('TimeoutError');
  expect(await asked('lets nobody in')).toBe('ENOANSWER');
  expect(await asked('is silent')).toBe('ENOANSWER');
  expect(await asked('answers')).toBe('yes');
  expect(await asked('is silent')).toBe('TimeoutError');
  expect(await asked('is interrupted')).toBe('AbortError');
  expect(await asked('is silent')).toBe('ENOANSWER');
});

it('counts one of several attempts at once, and none that was reset', async () => {
  const asked = watched();
  expect(await Promise.all([asked('is silent'), asked('is silent'), asked('is silent')])).toEqual([
    'TimeoutError',
    'TimeoutError',
    'TimeoutError',
  ]);
  for (let i = 0; i < 4; i += 1) expect(await asked('resets')).toBe('TimeoutError');
  expect(await Promise.all([asked('is silent'), asked('is silent')])).toEqual(['ENOANSWER', 'ENOANSWER']);
});

it('is trouble with the network, which names the host', () => {
  expect(troubleOf(error('ENOANSWER', { message: 'a:4566 gives no answer' }), 'lambda:ListFunctions')).toMatchObject({
    kind: 'network',
    reason: 'lambda:ListFunctions: the connection failed (a:4566 gives no answer)',
  });
});
