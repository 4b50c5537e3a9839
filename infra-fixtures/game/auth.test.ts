import { sign } from 'hono/jwt';
import { beforeAll, expect, it } from 'vitest';
import { tableNames } from './definition.ts';
import { readEnvironment } from './environment.ts';
import { hashPassword, passwordMatches } from './passwords.ts';
import { accessToken, playerOf, refreshToken } from './tokens.ts';

const SECRET = 'a secret of more than thirty-two characters';
const environment = { TOKEN_SECRET: SECRET, ...Object.fromEntries(tableNames.map((name) => [`TABLE_${name.toUpperCase()}`, name])) };
beforeAll(() => void Object.assign(process.env, environment));

const ada = { userId: 'u-1', name: 'Ada' };

it('takes a token for what it was issued for, and for nothing else', async () => {
  const { token, expiresInS } = await accessToken(ada);
  expect(expiresInS).toBe(3600);
  for (const _again of [1, 2]) {
    expect(await playerOf(token, 'access')).toEqual(ada);
    expect(await playerOf(token, 'refresh')).toBeNull();
  }
  expect(await playerOf(await refreshToken(ada), 'refresh')).toEqual(ada);
  expect(await playerOf(await refreshToken(ada), 'access')).toBeNull();
});

it('takes no token that is forged, expired, unsigned or without what it has to say', async () => {
  const claims = { sub: 'u-1', name: 'Ada', use: 'access', exp: Math.floor(Date.now() / 1000) + 60 };
  expect(await playerOf(await sign(claims, SECRET, 'HS256'), 'access')).toEqual(ada);
  const unsigned = [{ alg: 'none', typ: 'JWT' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const bad = [
    await sign(claims, `${SECRET}!`, 'HS256'),
    await sign(claims, SECRET, 'HS512'),
    await sign({ ...claims, exp: claims.exp - 61 }, SECRET, 'HS256'),
    await sign({ ...claims, sub: 7 } as never, SECRET, 'HS256'),
    await sign({ sub: 'u-1', name: 'Ada', use: 'access' }, SECRET, 'HS256'),
    `${unsigned}.`,
    '',
    'a.b.c',
  ];
  for (const token of bad) expect(await playerOf(token, 'access'), token).toBeNull();
});

it('knows a password by its hash, whatever cost it was made with', async () => {
  const hash = await hashPassword('correct horse', 8);
  expect(hash).toMatch(/^scrypt\$8\$8\$3\$/);
  expect(await passwordMatches('correct horse', hash)).toBe(true);
  expect(await passwordMatches('correct horse ', hash)).toBe(false);
  expect(await hashPassword('correct horse', 8)).not.toBe(hash);
  expect(await passwordMatches('correct horse', await hashPassword('correct horse', 10))).toBe(true);
  await expect(passwordMatches('x', 'md5$x')).rejects.toThrow('not a password hash');
});

it('says which variable of the environment is wrong', () => {
  expect(readEnvironment(environment).passwordCost).toBe(15);
  expect(() => readEnvironment({ ...environment, TABLE_USERS: '' })).toThrow('TABLE_USERS is not set');
  expect(() => readEnvironment({ ...environment, TOKEN_SECRET: 'short' })).toThrow('at least 32');
  expect(() => readEnvironment({ ...environment, PASSWORD_COST: '30' })).toThrow('PASSWORD_COST has to be an integer from 8 to 17');
  const wrong = {
    AUCTIONS_BY_ITEM: 'magic',
    ERROR_SHARE: '1.5',
    MARKET_SEARCHES: 'x',
    ITEM_PADDING_KB: '400',
    LOG_WAIT_MS: 'x',
  };
  for (const [name, value] of Object.entries(wrong))
    expect(() => readEnvironment({ ...environment, [name]: value })).toThrow(`${name} has to be`);
});
