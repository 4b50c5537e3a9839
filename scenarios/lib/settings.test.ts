import { describe, expect, it } from 'vitest';
import { readSettings } from './settings.ts';

const TARGET = { LOADKIT_TARGET: 'http://127.0.0.1:8080/' };

describe('readSettings', () => {
  it('needs nothing but the target', () =>
    expect(readSettings(TARGET)).toEqual({
      httpUrl: 'http://127.0.0.1:8080',
      wsUrl: null,
      load: { model: 'closed', users: 10 },
      durationS: 300,
      rampS: 30,
      seed: 1,
    }));

  it('reads everything', () =>
    expect(
      readSettings({
        LOADKIT_TARGET: 'https://game.example/prod',
        LOADKIT_WS_TARGET: 'wss://chat.example/prod',
        LOADKIT_RATE: '2.5',
        LOADKIT_DURATION_S: '300',
        LOADKIT_RAMP_S: '0',
        LOADKIT_SEED: '42',
      }),
    ).toEqual({
      httpUrl: 'https://game.example/prod',
      wsUrl: 'wss://chat.example/prod',
      load: { model: 'open', ratePerS: 2.5 },
      durationS: 300,
      rampS: 0,
      seed: 42,
    }));

  it('takes an empty variable for one that is not set', () =>
    expect(readSettings({ ...TARGET, LOADKIT_USERS: '', LOADKIT_RATE: ' ', LOADKIT_WS_TARGET: '' }).load).toEqual({
      model: 'closed',
      users: 10,
    }));

  it('keeps the default ramps within a short run', () => expect(readSettings({ ...TARGET, LOADKIT_DURATION_S: '4' }).rampS).toBe(0.4));

  it.each([
    [{ LOADKIT_TARGET: '' }, 'LOADKIT_TARGET is not set'],
    [{ LOADKIT_TARGET: 'ftp://127.0.0.1' }, 'LOADKIT_TARGET is not a plain http URL'],
    [{ LOADKIT_TARGET: 'http://me:secret@127.0.0.1' }, 'LOADKIT_TARGET is not a plain http URL'],
    [{ LOADKIT_TARGET: 'http://127.0.0.1/?a=b' }, 'LOADKIT_TARGET is not a plain http URL'],
    [{ LOADKIT_WS_TARGET: 'http://127.0.0.1' }, 'LOADKIT_WS_TARGET is not a plain ws URL'],
    [{ LOADKIT_USERS: '0' }, 'from 1 to 100000'],
    [{ LOADKIT_USERS: '100001' }, 'from 1 to 100000'],
    [{ LOADKIT_USERS: '1.5' }, 'whole number'],
    [{ LOADKIT_USERS: 'many' }, 'LOADKIT_USERS is "many"'],
    [{ LOADKIT_RATE: '0' }, 'LOADKIT_RATE is "0"'],
    [{ LOADKIT_RATE: 'Infinity' }, 'LOADKIT_RATE is "Infinity"'],
    [{ LOADKIT_USERS: '1', LOADKIT_RATE: '1' }, 'ask one of them'],
    [{ LOADKIT_DURATION_S: '0' }, 'LOADKIT_DURATION_S is "0"'],
    [{ LOADKIT_DURATION_S: '10', LOADKIT_RAMP_S: '6' }, "don't fit"],
    [{ LOADKIT_SEED: '-1' }, 'LOADKIT_SEED is "-1"'],
    [{ LOADKIT_SEED: '0.5' }, 'whole number'],
  ])('refuses %j', (env, message) => expect(() => readSettings({ ...TARGET, ...env })).toThrow(message));

  it('does not repeat what may be a secret', () =>
    expect(() => readSettings({ LOADKIT_TARGET: 'http://me:secret@127.0.0.1' })).toThrow(expect.not.stringContaining('secret') as never));
});
