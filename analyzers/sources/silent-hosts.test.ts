import { expect, it } from 'vitest';
import { createSilentHosts } from './silent-hosts.ts';
import { troubleOf } from './trouble.ts';

type Send = (args: { request: { hostname: string; port?: number } }) => Promise<unknown>;
const timeout = () => Object.assign(new Error('a request has exceeded 30000 ms'), { name: 'TimeoutError' });

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
  return {
    asked: (does: 'answers' | 'refuses' | 'is silent', hostname = 'a') => {
      answer = async () => {
        if (does === 'answers') return 'yes';
        throw does === 'refuses' ? Object.assign(new Error('no'), { name: 'AccessDenied' }) : timeout();
      };
      return send({ request: { hostname, port: 4566 } }).catch(({ name }: Error) => name);
    },
  };
}

it('gives up on a host that lets two attempts in a row go unanswered, until it answers', async () => {
  const { asked } = watched();
  expect(await asked('is silent')).toBe('TimeoutError');
  expect(await asked('is silent', 'b')).toBe('TimeoutError');
  expect(await asked('is silent')).toBe('ENOANSWER');
  expect(await asked('is silent')).toBe('ENOANSWER');
  expect(await asked('answers')).toBe('yes');
  expect(await asked('is silent')).toBe('TimeoutError');
  expect(await asked('refuses')).toBe('AccessDenied');
  expect(await asked('is silent')).toBe('TimeoutError');
});

it('is trouble with the network, which names the host', async () => {
  const error = Object.assign(new Error('a:4566 takes connections and does not answer'), { name: 'ENOANSWER' });
  expect(troubleOf(error, 'lambda:ListFunctions')).toMatchObject({
    kind: 'network',
    reason: 'lambda:ListFunctions: the connection failed (a:4566 takes connections and does not answer)',
  });
});
