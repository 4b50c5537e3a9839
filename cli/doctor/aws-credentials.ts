import * as path from 'node:path';
import type { Host } from '../host.ts';
import type { Check } from './check.ts';

/** Longer than any configuration by hand; a file beyond it is not read. */
const FILE_BYTES_MAX = 1024 * 1024;

/**
 * Whether the SDK's default chain would find something, in its order, without asking anyone: no network, and no value is ever shown.
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
export const awsCredentials: Check = {
  id: 'aws-credentials',
  question: 'Are there AWS credentials? (optional: for telemetry of a deployed target)',
  async check(host) {
    const source = fromEnvironment(host) ?? (await fromProfile(host)) ?? fromContainer(host) ?? (await fromInstance(host));
    if (source === null) {
      return {
        status: 'warn',
        found: 'none; runs work without, but have nothing to tell about what the platform did',
        fix: 'run `aws configure` or `aws sso login`, or set AWS_PROFILE',
      };
    }
    const region = host.env['AWS_REGION'] || host.env['AWS_DEFAULT_REGION'] || null;
    return {
      status: 'ok',
      found: `${source}; not tried${region === null ? '' : `; region ${region}`}`,
      details: { source, region },
    };
  },
};

function fromEnvironment({ env }: Host): string | null {
  // A profile that is asked for by name goes before keys in the environment.
  if (env['AWS_PROFILE']) return null;
  if (env['AWS_ACCESS_KEY_ID'] && env['AWS_SECRET_ACCESS_KEY']) return 'keys in the environment (AWS_ACCESS_KEY_ID)';
  if (env['AWS_WEB_IDENTITY_TOKEN_FILE'] && env['AWS_ROLE_ARN']) return 'a web identity (AWS_WEB_IDENTITY_TOKEN_FILE)';
  return null;
}

async function fromProfile(host: Host): Promise<string | null> {
  const home = host.env['HOME'] || host.env['USERPROFILE'];
  const profile = host.env['AWS_PROFILE'] || 'default';
  const inHome = (name: string) => (home ? path.join(home, '.aws', name) : null);
  const files = [
    { file: host.env['AWS_SHARED_CREDENTIALS_FILE'] || inHome('credentials'), section: profile },
    { file: host.env['AWS_CONFIG_FILE'] || inHome('config'), section: profile === 'default' ? 'default' : `profile ${profile}` },
  ];
  for (const { file, section } of files) {
    if (file === null) continue;
    const keys = await keysOf(host, file, section);
    if (keys.some((key) => CREDENTIAL_KEYS.has(key))) return `profile ${profile} in ${file}`;
  }
  return null;
}

/** A section without any of these, such as one that only names a region, gives no credentials. */
const CREDENTIAL_KEYS = new Set([
  'aws_access_key_id',
  'role_arn',
  'sso_session',
  'sso_start_url',
  'credential_process',
  'web_identity_token_file',
  'login_session',
]);

/** Names of the settings in one section of an AWS configuration file; none when it can't be read. */
async function keysOf(host: Host, file: string, section: string): Promise<string[]> {
  const readable = await host.fs.stat(file).then(
    (stat) => stat.isFile() && stat.size <= FILE_BYTES_MAX,
    () => false,
  );
  if (!readable) return [];
  const text = await host.fs.readFile(file, 'utf8').catch(() => '');
  const keys: string[] = [];
  let current = '';
  for (const line of text.split('\n')) {
    const header = /^\s*\[\s*([^\]]+?)\s*\]/.exec(line)?.[1];
    if (header !== undefined) current = header.replace(/\s+/g, ' ');
    else if (current === section) keys.push(/^\s*(\w+)\s*=/.exec(line)?.[1] ?? '');
  }
  return keys;
}

function fromContainer({ env }: Host): string | null {
  const name = ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_CONTAINER_CREDENTIALS_FULL_URI'].find((variable) => env[variable]);
  return name === undefined ? null : `the container's role (${name})`;
}

/** An EC2 instance may have a role. Its firmware tells that it is one: asking the metadata service would take the network. */
async function fromInstance({ env, fs, platform }: Host): Promise<string | null> {
  if (platform !== 'linux' || env['AWS_EC2_METADATA_DISABLED'] === 'true') return null;
  const vendor = await fs.readFile('/sys/class/dmi/id/sys_vendor', 'utf8').catch(() => '');
  return vendor.trim() === 'Amazon EC2' ? "the instance's role, if it has one (this is an EC2 instance)" : null;
}
