import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { testHost } from '../../tests/test-host.ts';
import { addressOf, awsAsk, embeddedAsk } from './ask.ts';

const NOTHING = { aws: null, resources: [], edges: [] };

describe('awsAsk', () => {
  it('asks nobody where nothing speaks of AWS', async () => {
    expect(awsAsk(await testHost(), NOTHING, { asked: false })).toBeNull();
  });

  it('asks where the file, the environment or the user says so', async () => {
    const host = await testHost();
    expect(awsAsk(host, { ...NOTHING, resources: [{ node: 'lambda:auth' }] }, { asked: false })).toMatchObject({ named: null });
    expect(awsAsk(host, { ...NOTHING, aws: { region: 'eu-central-1', stackName: 'game' } }, { asked: false })).toMatchObject({
      address: { region: 'eu-central-1' },
      named: { stackName: 'game' },
    });
    expect(awsAsk(host, NOTHING, { asked: true })).not.toBeNull();
    expect(awsAsk(await testHost({ env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' } }), NOTHING, { asked: false })).not.toBeNull();
  });

  it('keeps the endpoint of the environment for whoever asks again without it', async () => {
    const endpoint = 'http://127.0.0.1:4566';
    const host = await testHost({ env: { AWS_ENDPOINT_URL: endpoint } });
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    onTestFinished(() => void vi.unstubAllEnvs());
    const aws = await addressOf(host, awsAsk(host, NOTHING, { asked: false }) ?? expect.fail());
    expect(aws).toEqual({ endpoint, region: 'eu-central-1' });
    const plan = { ...syntheticRun({}).plan, aws };
    const [later, same] = [await testHost(), await testHost({ env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:4567' } })];
    expect(awsAsk(later, NOTHING, { asked: true, plan })).toMatchObject({ address: { endpoint }, patience: { delayS: 0 } });
    // A new one goes before it.
    const again = awsAsk(same, NOTHING, { asked: true, plan }) ?? expect.fail();
    expect((await addressOf(same, again)).endpoint).toBe('http://127.0.0.1:4567');
    const secret = await testHost({ env: { AWS_ENDPOINT_URL: 'http://me:secret@127.0.0.1:4566/' } });
    expect((await addressOf(secret, awsAsk(secret, NOTHING, { asked: false }) ?? expect.fail())).endpoint).toBe('http://127.0.0.1:4566/');
  });

  it('asks again where a run asked before, unless the file says otherwise', async () => {
    const plan = { ...syntheticRun({}).plan, aws: { endpoint: null, region: 'eu-west-1' } };
    const host = await testHost();
    expect(awsAsk(host, NOTHING, { asked: false, plan })).toMatchObject({ address: { region: 'eu-west-1' } });
    expect(awsAsk(host, { ...NOTHING, aws: { region: 'eu-central-1' } }, { asked: false, plan })).toMatchObject({
      address: { region: 'eu-central-1' },
    });
  });
});

describe('embeddedAsk', () => {
  const stack = { aws: 'http://127.0.0.1:1', resources: [], edges: [], telemetry: { periodS: 5, delayS: 1 } };

  it('names the endpoint, and waits as long as the stack delays', async () => {
    const ask = embeddedAsk(stack);
    expect(ask).toMatchObject({ resolutionS: 5, patience: { delayS: 1, waitMsMax: 16_000 } });
    expect(await addressOf(await testHost(), ask ?? expect.fail())).toEqual({ endpoint: 'http://127.0.0.1:1', region: 'us-east-1' });
  });

  it('asks nobody where telemetry is off', () => {
    expect(embeddedAsk({ ...stack, aws: null })).toBeNull();
  });
});
