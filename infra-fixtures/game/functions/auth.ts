import { createHash } from 'node:crypto';
import { GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { database, isConditionFailure, tableName } from '../database.ts';
import { environment } from '../environment.ts';
import { Refusal } from '../errors.ts';
import { type Fields, text } from '../input.ts';
import { count } from '../metrics.ts';
import { hashPassword, passwordMatches } from '../passwords.ts';
import { bodyOf, type RestContext, restHandler } from '../rest.ts';
import { accessToken, type Player, playerOf, refreshToken } from '../tokens.ts';

interface User extends Player {
  email: string;
  passwordHash: string;
  createdAt: number;
}

const EMAIL_MAX = 254; // RFC 5321, 4.5.3.1.3
const PASSWORD = { min: 8, max: 128 };
const NAME = { max: 40 };
const TOKEN_MAX = 2048;

const register = async (c: RestContext): Promise<Response> => {
  const body = bodyOf(c);
  const email = emailOf(body);
  const name = text(body, 'name', NAME);
  const passwordHash = await hashPassword(text(body, 'password', PASSWORD), environment().passwordCost);
  const user: User = { userId: userIdOf(email), email, name, passwordHash, createdAt: Date.now() };
  try {
    await database().send(
      new PutCommand({ TableName: tableName('users'), Item: user, ConditionExpression: 'attribute_not_exists(userId)' }),
    );
  } catch (error) {
    if (isConditionFailure(error)) throw new Refusal(409, 'the email is taken');
    throw error;
  }
  return c.json(await session(user), 201);
};

const signIn = async (c: RestContext): Promise<Response> => {
  const body = bodyOf(c);
  const password = text(body, 'password', { max: PASSWORD.max });
  const user = await findUser(emailOf(body));
  // An unknown email costs as much time as a wrong password, so that the answer's time doesn't tell who plays here.
  const matches = await passwordMatches(password, user?.passwordHash ?? (await nobodysHash()));
  if (user === null || !matches) {
    count('SignInsRefused');
    throw new Refusal(401, 'email or password is wrong');
  }
  count('SignIns');
  return c.json(await session(user));
};

const refresh = async (c: RestContext): Promise<Response> => {
  const player = await playerOf(text(bodyOf(c), 'refreshToken', { max: TOKEN_MAX }), 'refresh');
  if (player === null) throw new Refusal(401, 'a valid refresh token is needed');
  return c.json(await accessToken(player));
};

const session = async (player: Player): Promise<object> => ({
  userId: player.userId,
  ...(await accessToken(player)),
  refreshToken: await refreshToken(player),
});

const emailOf = (body: Fields): string => {
  const email = text(body, 'email', { max: EMAIL_MAX }).toLowerCase();
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw new Refusal(400, 'email has to be an email address');
  return email;
};

/** The id follows from the address: one conditional write then makes sure that an address registers once, without a transaction. */
const userIdOf = (email: string): string => `u-${createHash('sha256').update(email).digest('hex').slice(0, 32)}`;

/** By `email-index`; that index lags a moment behind the table, so somebody who has only just registered is looked up by key. */
const findUser = async (email: string): Promise<User | null> => {
  const TableName = tableName('users');
  const found = await database().send(
    new QueryCommand({
      TableName,
      IndexName: 'email-index',
      KeyConditionExpression: 'email = :email',
      ExpressionAttributeValues: { ':email': email },
      Limit: 1,
    }),
  );
  const indexed = found.Items?.[0] as User | undefined;
  if (indexed !== undefined) return indexed;
  const { Item } = await database().send(new GetCommand({ TableName, Key: { userId: userIdOf(email) }, ConsistentRead: true }));
  return (Item as User | undefined) ?? null;
};

let hashOfNobody: Promise<string> | undefined;
const nobodysHash = (): Promise<string> => {
  hashOfNobody ??= hashPassword('nobody signs in with this', environment().passwordCost);
  return hashOfNobody;
};

export const handler = restHandler('auth', {
  'POST /auth/register': register,
  'POST /auth/sign-in': signIn,
  'POST /auth/refresh': refresh,
});
