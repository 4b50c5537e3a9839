import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context as LambdaContext } from 'aws-lambda';
import { type Context, Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import { functionDefinition, type RestFunctionName, type RouteOf } from './definition.ts';
import { Refusal } from './errors.ts';
import { type Fields, parseObject } from './input.ts';
import { invocation } from './invocation.ts';
import { log } from './log.ts';
import { count } from './metrics.ts';
import { type Player, playerOf } from './tokens.ts';

type Bindings = { Bindings: { event: APIGatewayProxyEvent }; Variables: { player: Player } };

/** One request of the REST API, as Hono hands it on. */
export type RestContext = Context<Bindings>;
type Endpoint = (c: RestContext) => Promise<Response> | Response;
type RestHandler = (event: APIGatewayProxyEvent, context: LambdaContext) => Promise<APIGatewayProxyResult>;

/**
 * The Lambda handler of a function from its endpoints. Their keys are the routes of the definition: one that is missing, or that the definition
 * doesn't have, does not compile.
 */
export const restHandler = <F extends RestFunctionName>(name: F, endpoints: Record<RouteOf<F>, Endpoint>): RestHandler => {
  const app = new Hono<Bindings>();
  if (functionDefinition(name).open !== true) app.use(signedIn);
  for (const [route, endpoint] of Object.entries<Endpoint>(endpoints)) {
    const [method = '', resource = ''] = route.split(' ');
    app.on(method, resource.replaceAll(/\{(\w+)\}/g, ':$1'), endpoint);
  }
  app.notFound((c) => c.json({ error: 'no such route' }, 404));
  app.onError(answerError);
  const invoke = handle(app);
  return (event, context) =>
    // Hono types what API Gateway sends as null as absent.
    invocation(event, context, () => invoke(event as unknown as Parameters<typeof invoke>[0]) as Promise<APIGatewayProxyResult>);
};

const signedIn = async (c: RestContext, next: () => Promise<void>): Promise<void> => {
  const [scheme, token] = (c.req.header('Authorization') ?? '').split(' ');
  const player = scheme?.toLowerCase() === 'bearer' && token !== undefined ? await playerOf(token, 'access') : null;
  if (player === null) throw new Refusal(401, 'a valid token is needed');
  c.set('player', player);
  await next();
};

const answerError = (error: Error, c: RestContext): Response => {
  if (error instanceof Refusal) return c.json({ error: error.message }, error.status);
  count('RequestsFailed');
  log.error('request failed', { route: c.env.event.resource, method: c.env.event.httpMethod, error });
  return c.json({ error: 'internal error' }, 500);
};

/** The body as an object, straight from the event. @throws Refusal 400 */
export const bodyOf = (c: RestContext): Fields => {
  const { body, isBase64Encoded } = c.env.event;
  return parseObject(isBase64Encoded && body !== null ? Buffer.from(body, 'base64').toString('utf8') : body);
};

/** Longest id that is looked up: those of the game have 36 characters, and a bound is a bound. */
const ID_MAX = 64;

/** A parameter of the route. @throws Refusal 404 for what can't be an id */
export const pathParameter = (c: RestContext, name: string): string => {
  const value = c.req.param(name) ?? '';
  if (value === '' || value.length > ID_MAX) throw new Refusal(404, `${name} not found`);
  return value;
};

/** Answers JSON that is text already. */
export const jsonText = (c: RestContext, json: string): Response => c.body(json, 200, { 'content-type': 'application/json' });
