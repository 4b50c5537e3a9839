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
    // Left open: that the connection ends is how the other side learns that this process has.
    response.writeHead(202).flushHeaders();
    onStop();
  });
  return { address: { url: `http://127.0.0.1:${port}`, token }, stop: () => close(server) };
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
