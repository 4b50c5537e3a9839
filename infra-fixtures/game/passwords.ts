import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { inSpan } from './tracing.ts';

const KEY_BYTES = 32;
const SALT_BYTES = 16;
/** r=8, p=3 belong to N=2^15 in OWASP's list: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#scrypt */
const BLOCK_SIZE = 8;
const PARALLELISM = 3;

/** scrypt hash with its parameters, `scrypt$<log2 N>$<r>$<p>$<salt>$<key>`, so that the cost can be raised without locking players out. */
export const hashPassword = async (password: string, cost: number): Promise<string> => {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, cost, BLOCK_SIZE, PARALLELISM);
  return ['scrypt', cost, BLOCK_SIZE, PARALLELISM, salt.toString('base64url'), key.toString('base64url')].join('$');
};

/** @throws Error when `hash` is none of ours. */
export const passwordMatches = async (password: string, hash: string): Promise<boolean> => {
  const [scheme, cost, blockSize, parallelism, salt, key] = hash.split('$');
  if (scheme !== 'scrypt' || salt === undefined || key === undefined) throw new Error('not a password hash of this game');
  const expected = Buffer.from(key, 'base64url');
  const actual = await derive(password, Buffer.from(salt, 'base64url'), Number(cost), Number(blockSize), Number(parallelism));
  return actual.length === expected.length && timingSafeEqual(actual, expected);
};

const derive = (password: string, salt: Buffer, cost: number, r: number, p: number): Promise<Buffer> => {
  const N = 2 ** cost;
  // scrypt needs 128·N·r bytes; Node's default limit of 32 MiB is a hair too small for N=2^15.
  const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r };
  return inSpan(
    { name: 'hash password', kind: 'internal', attributes: { 'scrypt.cost': cost } },
    () =>
      new Promise((resolve, reject) => {
        scrypt(password, salt, KEY_BYTES, options, (error, key) => (error === null ? resolve(key) : reject(error)));
      }),
  );
};
