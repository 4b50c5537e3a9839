import { randomUUID } from 'node:crypto';
import { ApiGatewayManagementApiClient, GoneException, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { DeleteCommand, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { APIGatewayProxyWebsocketEventV2, Context as LambdaContext } from 'aws-lambda';
import { traceCalls } from '../aws-client-spans.ts';
import { BoundedMap } from '../bounded-map.ts';
import { redis, redisKey } from '../cache.ts';
import { database, isConditionFailure, tableName } from '../database.ts';
import { environment } from '../environment.ts';
import { Refusal } from '../errors.ts';
import { type Fields, parseObject, text } from '../input.ts';
import { invocation } from '../invocation.ts';
import { log } from '../log.ts';
import { count } from '../metrics.ts';
import { playerOf } from '../tokens.ts';

/** The query string and headers come with `$connect` only. */
type SocketEvent = APIGatewayProxyWebsocketEventV2 & {
  headers?: Record<string, string>;
  queryStringParameters?: Record<string, string> | null;
};

interface Connection {
  connectionId: string;
  userId: string;
  channels?: Set<string>;
}

type Answer = { statusCode: number; body?: string };
type Frame = Readonly<Record<string, unknown>>;

const CHANNEL_MAX = 64;
const TEXT_MAX = 500;
const MESSAGE_ID_MAX = 64;
/** A message is posted once per member, so this bounds what one frame can cost. Guess: tune. */
const MEMBERS_MAX = 500;
/** API Gateway closes a connection after two hours: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const CONNECTION_MAX_S = 2 * 3600;

/** Whose connection it is never changes, so a warm function need not ask twice. Guess: tune. */
const users = new BoundedMap<string, string>(20_000);

/**
 * One frame may be posted to a whole channel at once; the time to connect includes the wait for a free socket, which takes long when many join at the same
 * instant. Below the function's 15 s. Guess: tune.
 */
const HTTP = { httpAgent: { maxSockets: 256 }, httpsAgent: { maxSockets: 256 }, connectionTimeout: 10_000, requestTimeout: 6000 };

let gateway: ApiGatewayManagementApiClient | undefined;

/** Its endpoint is the WebSocket API's own, from AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI. */
const connections = (): ApiGatewayManagementApiClient => {
  if (gateway === undefined) {
    gateway = new ApiGatewayManagementApiClient({ requestHandler: HTTP });
    traceCalls(gateway, 'ApiGatewayManagementApi');
  }
  return gateway;
};

export const handler = (event: SocketEvent, context: LambdaContext): Promise<Answer> => invocation(event, context, () => route(event));

const route = async (event: SocketEvent): Promise<Answer> => {
  const { connectionId, routeKey } = event.requestContext;
  switch (routeKey) {
    case '$connect':
      return connect(connectionId, event.queryStringParameters?.['token'] ?? '');
    case '$disconnect':
      await disconnect(connectionId);
      return { statusCode: 200 };
    default:
      await answer(connectionId, event.body ?? '');
      return { statusCode: 200 };
  }
};

const connect = async (connectionId: string, token: string): Promise<Answer> => {
  const player = await playerOf(token, 'access');
  if (player === null) return { statusCode: 401 };
  const goneAtS = Math.ceil(Date.now() / 1000) + CONNECTION_MAX_S;
  const connection = { connectionId, userId: player.userId, connectedAt: Date.now(), goneAtS };
  await database().send(new PutCommand({ TableName: tableName('connections'), Item: connection }));
  users.set(connectionId, player.userId);
  return { statusCode: 200 };
};

const disconnect = async (connectionId: string): Promise<void> => {
  users.delete(connectionId);
  const { Attributes } = await database().send(
    new DeleteCommand({ TableName: tableName('connections'), Key: { connectionId }, ReturnValues: 'ALL_OLD' }),
  );
  const connection = Attributes as Connection | undefined;
  if (connection === undefined) return;
  await Promise.all([...(connection.channels ?? [])].map((channel) => leaveChannel(channel, connectionId, connection.userId)));
};

/** What a client sends is answered with a frame, whatever it is; only a defect of ours fails the invocation. */
const answer = async (connectionId: string, body: string): Promise<void> => {
  try {
    const fields = parseObject(body);
    await act(connectionId, fields);
  } catch (error) {
    if (!(error instanceof Refusal)) {
      count('RequestsFailed');
      log.error('frame failed', { error });
    }
    await post(connectionId, { type: 'error', error: error instanceof Refusal ? error.message : 'internal error' });
  }
};

const act = async (connectionId: string, fields: Fields): Promise<void> => {
  switch (fields['action']) {
    case 'join':
      return join(connectionId, channelOf(fields));
    case 'leave':
      return leave(connectionId, channelOf(fields));
    case 'send':
      return send(connectionId, fields);
    case 'presence':
      return presence(connectionId, channelOf(fields));
    case 'ping':
      return post(connectionId, { type: 'pong', sentAt: sentAtOf(fields) });
    default:
      throw new Refusal(400, 'action has to be one of join, leave, send, presence, ping');
  }
};

const join = async (connectionId: string, channel: string): Promise<void> => {
  const userId = await userOf(connectionId);
  const connection = await redis();
  const [, members] = await Promise.all([connection.hSet(membersKey(channel), connectionId, userId), membersOf(channel)]);
  if (members.size > MEMBERS_MAX) {
    await connection.hDel(membersKey(channel), connectionId);
    throw new Refusal(409, 'the channel is full');
  }
  if (!(await rememberChannel(connectionId, channel))) {
    await connection.hDel(membersKey(channel), connectionId);
    return;
  }
  await Promise.all([
    post(connectionId, { type: 'joined', channel, members: distinct(members) }),
    announce(channel, userId, true, without(members, connectionId)),
  ]);
};

const leave = async (connectionId: string, channel: string): Promise<void> => {
  const userId = await userOf(connectionId);
  await database().send(
    new UpdateCommand({
      TableName: tableName('connections'),
      Key: { connectionId },
      UpdateExpression: 'DELETE channels :channels',
      ExpressionAttributeValues: { ':channels': new Set([channel]) },
    }),
  );
  await leaveChannel(channel, connectionId, userId);
};

const leaveChannel = async (channel: string, connectionId: string, userId: string): Promise<void> => {
  const connection = await redis();
  const [left, members] = await Promise.all([connection.hDel(membersKey(channel), connectionId), membersOf(channel)]);
  if (left > 0) await announce(channel, userId, false, members);
};

const send = async (connectionId: string, fields: Fields): Promise<void> => {
  const channel = channelOf(fields);
  const words = text(fields, 'text', { max: TEXT_MAX });
  const clientMessageId = text(fields, 'clientMessageId', { max: MESSAGE_ID_MAX });
  const sentAt = sentAtOf(fields);
  const members = await membersOf(channel);
  const from = members.get(connectionId);
  if (from === undefined) throw new Refusal(403, 'join the channel first');
  const at = Date.now();
  // Sorts by time within its channel.
  const messageId = `${at}-${randomUUID()}`;
  const message = { channel, messageId, clientMessageId, from, text: words, sentAt, at };
  await Promise.all([
    database().send(
      new PutCommand({
        TableName: tableName('chat'),
        Item: { ...message, goneAtS: Math.ceil(at / 1000) + environment().chatKeptS },
      }),
    ),
    broadcastMessage(channel, members, { type: 'message', ...message }),
  ]);
  count('MessagesSent');
};

/** Once; the mistake of a bad release is to post the same message several times, a round at a time. */
const broadcastMessage = async (channel: string, members: Members, frame: Frame): Promise<void> => {
  for (let time = 0; time < environment().mistakes.chatEcho; time++) await broadcast(channel, members, frame);
};

const presence = async (connectionId: string, channel: string): Promise<void> =>
  post(connectionId, { type: 'members', channel, members: distinct(await membersOf(channel)) });

const channelOf = (fields: Fields): string => {
  const channel = text(fields, 'channel', { max: CHANNEL_MAX });
  if (!/^[\w:.-]+$/.test(channel)) throw new Refusal(400, 'channel may have letters, digits and _ : . - only');
  return channel;
};

/** Handed on unread, but a number: anything else could be of any size. */
const sentAtOf = (fields: Fields): number => {
  const { sentAt } = fields;
  if (typeof sentAt !== 'number') throw new Refusal(400, 'sentAt has to be a number');
  return sentAt;
};

const userOf = async (connectionId: string): Promise<string> => {
  const known = users.get(connectionId);
  if (known !== undefined) return known;
  const { Item } = await database().send(
    new GetCommand({ TableName: tableName('connections'), Key: { connectionId }, ConsistentRead: true }),
  );
  if (Item === undefined) throw new Refusal(401, 'the connection is not known');
  const { userId } = Item as Connection;
  users.set(connectionId, userId);
  return userId;
};

/** The record that `$disconnect` cleans up by. False when the connection has gone meanwhile. */
const rememberChannel = async (connectionId: string, channel: string): Promise<boolean> => {
  try {
    await database().send(
      new UpdateCommand({
        TableName: tableName('connections'),
        Key: { connectionId },
        UpdateExpression: 'ADD channels :channels',
        ConditionExpression: 'attribute_exists(connectionId)',
        ExpressionAttributeValues: { ':channels': new Set([channel]) },
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
};

// ---------------------------------------------------------------------------------------------------------------- presence

/** Who is in a channel: connection id → user id. It is as short-lived as the connections, so Redis is its only home. */
type Members = ReadonlyMap<string, string>;

const membersKey = (channel: string): string => redisKey('channel', channel);

const membersOf = async (channel: string): Promise<Members> => new Map(Object.entries(await (await redis()).hGetAll(membersKey(channel))));

const without = (members: Members, connectionId: string): Members => {
  const others = new Map(members);
  others.delete(connectionId);
  return others;
};

/** One player may be there with two devices. */
const distinct = (members: Members): string[] => [...new Set(members.values())];

const announce = (channel: string, userId: string, online: boolean, members: Members): Promise<void> =>
  broadcast(channel, members, { type: 'presence', channel, userId, online, at: Date.now() });

const broadcast = async (channel: string, members: Members, frame: Frame): Promise<void> => {
  const data = Buffer.from(JSON.stringify(frame));
  const gone: string[] = [];
  await Promise.all(
    [...members.keys()].map(async (connectionId) => {
      if (!(await deliver(connectionId, data))) gone.push(connectionId);
    }),
  );
  if (gone.length > 0) await (await redis()).hDel(membersKey(channel), gone);
};

const post = async (connectionId: string, frame: Frame): Promise<void> => {
  await deliver(connectionId, Buffer.from(JSON.stringify(frame)));
};

/** False when the connection is no more. One member that can't be reached must not keep the message from the others. */
const deliver = async (connectionId: string, data: Buffer): Promise<boolean> => {
  try {
    await connections().send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: data }));
    return true;
  } catch (error) {
    if (error instanceof GoneException) return false;
    log.warn('frame could not be delivered', { connectionId, error });
    return true;
  }
};
