import { answerJson, close, listen } from './http.ts';

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
  notes: string[];
}

/** Serves until stopped. `state` is null while the stack comes up. */
export const startControl = async (
  token: string,
  state: () => ControlState | null,
  onStop: () => void,
): Promise<{ address: ControlAddress; stop(): Promise<void> }> => {
  const { server, port } = await listen((request, response) => {
    if (request.headers.authorization !== `Bearer ${token}`) return answerJson(response, 401, { error: 'a valid token is needed' });
    if (request.method !== 'DELETE') return answerJson(response, 200, { state: state() });
    response.setHeader('connection', 'close');
    answerJson(response, 202, { stopping: true });
    onStop();
  });
  return { address: { url: `http://127.0.0.1:${port}`, token }, stop: () => close(server) };
};

const TIMEOUT_MS = 3000;

/** What the stack at this address says of itself; null when there is none (any more), or it is not the one that the token is for. */
export const askControl = async ({ url, token }: ControlAddress): Promise<ControlState | null> => {
  const answer = await call('GET', url, token);
  if (answer?.ok !== true) return null;
  return ((await answer.json()) as { state: ControlState | null }).state;
};

/** Asks it to stop; false when nobody is there to be asked. */
export const stopByControl = async ({ url, token }: ControlAddress): Promise<boolean> => (await call('DELETE', url, token))?.ok === true;

const call = async (method: string, url: string, token: string): Promise<Response | null> => {
  try {
    return await fetch(url, { method, headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    return null;
  }
};
