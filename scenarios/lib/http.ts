import http, { type Params, type RefinedResponse, type ResponseType } from 'k6/http';
import { pathOf } from './route.ts';
import { traceHeader } from './trace.ts';
import { eventLoopNeeded } from './waiting.ts';

/** Longer than the slowest thing the API does for a player (the engine's own time limits are 30 s at most, REST API gateways cut at 29 s). */
const TIMEOUT_S = 30;

// k6 takes 3xx for success; no scenario follows a redirect, so an answer other than 2xx is a failure unless the request expects it.
const success = { min: 200, max: 299 };
const expected2xx = http.expectedStatuses(success);
http.setResponseCallback(expected2xx);

/** Statuses besides 2xx that are an answer and no failure, such as 409 for an auction that somebody else bought first. */
const expectedWith = new Map<number, ReturnType<typeof http.expectedStatuses>>();
function expecting(status: number): ReturnType<typeof http.expectedStatuses> {
  let callback = expectedWith.get(status);
  if (!callback) {
    callback = http.expectedStatuses(success, status);
    expectedWith.set(status, callback);
  }
  return callback;
}

export interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Such as `/characters/:id`. With the method it is the request's name in every metric; a URL with ids never is. */
  route: string;
  /** One for each `:name` of the route. */
  ids?: readonly string[];
  /** After the `?`. */
  query?: string;
  body?: object;
  token?: string | undefined;
  /** What to take out of the answer, as a gjson path: https://github.com/tidwall/gjson/blob/master/SYNTAX.md. Without it the body is thrown away. */
  pick?: string;
  /** A status besides 2xx that is no failure. */
  expect?: number;
}

export interface Answer {
  /** 0 when there was no response. */
  status: number;
  /** The status is 2xx. */
  ok: boolean;
  /** What `pick` found, undefined when it found nothing. Whoever uses it checks its type. */
  picked: unknown;
}

/**
 * Sends one request: named by its route, traced, with a timeout, and never redirected. It does not throw for anything the server does; k6 counts
 * failures in `http_req_failed`.
 *
 * @param baseUrl without a slash at its end
 */
export function send(baseUrl: string, call: Call): Answer | Promise<Answer> {
  const path = pathOf(call.route, call.ids ?? []);
  const url = call.query ? `${baseUrl}${path}?${call.query}` : baseUrl + path;
  const body = call.body ? JSON.stringify(call.body) : null;
  const params = paramsOf(call);
  if (eventLoopNeeded()) return http.asyncRequest(call.method, url, body, params).then((response) => answerOf(response, call.pick));
  return answerOf(http.request(call.method, url, body, params), call.pick);
}

function paramsOf(call: Call): Params {
  const headers: Record<string, string> = { 'X-Amzn-Trace-Id': traceHeader() };
  if (call.token) headers['Authorization'] = `Bearer ${call.token}`;
  if (call.body) headers['Content-Type'] = 'application/json';
  return {
    headers,
    tags: { name: `${call.method} ${call.route}` },
    redirects: 0,
    timeout: TIMEOUT_S * 1000,
    responseType: call.pick ? 'text' : 'none',
    responseCallback: call.expect ? expecting(call.expect) : expected2xx,
  };
}

function answerOf(response: RefinedResponse<ResponseType | undefined>, pick: string | undefined): Answer {
  const ok = response.status >= 200 && response.status <= 299;
  return { status: response.status, ok, picked: ok && pick && response.body ? response.json(pick) : undefined };
}
