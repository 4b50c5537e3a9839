import type { ServerResponse } from 'node:http';
import { answerJson, listen } from './http.ts';
import type { StackEdge, StackResource } from './resources.ts';

/**
 * How another process finds out whether a stack is still there, and ends it: the supervisor answers on a port of its own to who knows its token. A process
 * id alone could long be somebody else's.
 */
export interface ControlAddress {
  url: string;
  token: string;
}

export interface ControlState {
  pid: number;
  http: string;
  ws: string;
  aws: string | null;
  /** What it consists of, and who calls whom. */
  resources: StackResource[];
  edges: StackEdge[];
  notes: string[];
}

/** What the supervisor can be asked for. */
export interface Controlled {
  /** Null while the stack comes up. */
  state(): ControlState | null;
  stop(): void;
  /** Invokes a function by hand, as its schedule would: what it returned. @throws Error when there is none of that name, or it fails */
  invoke(name: string): Promise<unknown>;
  /** Replaces the engine service's tasks, a few at a time; resolves when the last is healthy. */
  deploy(): Promise<void>;
}

/** Serves for as long as the process lives. */
export const startControl = async (token: string, controlled: Controlled): Promise<ControlAddress> => {
  const { port } = await listen((request, response) => {
    if (request.headers.authorization !== `Bearer ${token}`) return answerJson(response, 401, { error: 'a valid token is needed' });
    if (request.method === 'POST') return void answerWork(request.url ?? '', controlled, response);
    if (request.method !== 'DELETE') return answerJson(response, 200, { state: controlled.state() });
    // Left open: that the connection ends is how the other side learns that this process has.
    response.writeHead(202).flushHeaders();
    controlled.stop();
  });
  return { url: `http://127.0.0.1:${port}`, token };
};

const answerWork = async (path: string, controlled: Controlled, response: ServerResponse): Promise<void> => {
  const [, what, name = ''] = path.split('/');
  try {
    if (what === 'functions') answerJson(response, 200, { value: (await controlled.invoke(decodeURIComponent(name))) ?? null });
    else if (what === 'deployments') {
      await controlled.deploy();
      answerJson(response, 200, {});
    } else answerJson(response, 404, { error: 'no such work' });
  } catch (error) {
    answerJson(response, 422, { error: error instanceof Error ? error.message : String(error) });
  }
};

const ASK_TIMEOUT_MS = 3000;
/** Longer than the supervisor gives its children. */
const STOP_TIMEOUT_MS = 15_000;

/** What the stack at this address says of itself; null when there is none (any more), or it is not the one that the token is for. */
export const askControl = async ({ url, token }: ControlAddress): Promise<ControlState | null> => {
  try {
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(ASK_TIMEOUT_MS) });
    return answer.ok ? ((await answer.json()) as { state: ControlState | null }).state : null;
  } catch {
    return null;
  }
};

/** Asks it to stop and waits until its process has ended; false when nobody was there to be asked, or the end did not come in time. */
export const stopByControl = async ({ url, token }: ControlAddress): Promise<boolean> => {
  const signal = AbortSignal.timeout(STOP_TIMEOUT_MS);
  try {
    const answer = await fetch(url, { method: 'DELETE', headers: { authorization: `Bearer ${token}` }, signal });
    if (!answer.ok) return false;
    await answer.text().catch(() => undefined);
    return !signal.aborted;
  } catch {
    return false;
  }
};

/** Longer than any function may take (300 s), and than a deployment. */
const WORK_TIMEOUT_MS = 310_000;

/** Has the stack do something: `functions/<name>` or `deployments`. @throws Error saying why it was not done */
export const workByControl = async ({ url, token }: ControlAddress, path: string): Promise<Record<string, unknown>> => {
  const answer = await fetch(`${url}/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(WORK_TIMEOUT_MS),
  });
  const body = (await answer.json()) as Record<string, unknown>;
  if (!answer.ok) throw new Error(String(body['error']));
  return body;
};
