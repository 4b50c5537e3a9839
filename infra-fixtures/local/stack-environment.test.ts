import { expect, it } from 'vitest';
import { baseEnvironment, externalServices, gameEnvironment } from './stack-environment.ts';

it('uses services on this machine only', () => {
  expect(externalServices({})).toEqual({ dynamodb: null, redis: null, notes: [] });
  expect(externalServices({ REDIS_URL: 'redis://localhost:6379', LOADKIT_DYNAMODB_ENDPOINT: 'http://127.0.0.1:8000' })).toEqual({
    dynamodb: 'http://127.0.0.1:8000',
    redis: 'redis://localhost:6379',
    notes: [],
  });
  const elsewhere = externalServices({ REDIS_URL: 'redis://user:secret@cache.example.com', LOADKIT_DYNAMODB_ENDPOINT: 'not a url' });
  expect(elsewhere).toMatchObject({ dynamodb: null, redis: null });
  expect(elsewhere.notes).toEqual([
    'LOADKIT_DYNAMODB_ENDPOINT is no http: or https: address on this machine and was not used',
    'REDIS_URL is no redis: address on this machine and was not used',
  ]);
});

it("hands the user's credentials to nobody", () => {
  const env = { PATH: '/bin', AWS_PROFILE: 'prod', AWS_SESSION_TOKEN: 'x', AWS_ACCESS_KEY_ID: 'AKIA', NODE_OPTIONS: '--inspect' };
  const child = { ...baseEnvironment(env), ...gameEnvironment('1', { dynamodb: false }) };
  expect(child['PATH']).toBe('/bin');
  expect(child['AWS_ACCESS_KEY_ID']).toBe('local');
  expect(new URL(child['AWS_ENDPOINT_URL'] ?? '').hostname).toBe('127.0.0.1');
  for (const name of ['AWS_PROFILE', 'AWS_SESSION_TOKEN', 'NODE_OPTIONS']) expect(child).not.toHaveProperty(name);
});
