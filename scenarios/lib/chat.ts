import { check } from 'k6';
import { Counter, Trend } from 'k6/metrics';
import { clearTimeout, setTimeout } from 'k6/timers';
import { type MessageEvent, WebSocket } from 'k6/websockets';
import type { Player } from './player.ts';
import { traceHeader } from './trace.ts';
import { keepEventLoop } from './waiting.ts';

/** From sending a message to its coming back, in milliseconds. k6 tells the time of sending in whole ones: half of one too long in the mean. */
const roundTrip = new Trend('chat_round_trip', true);
/** From a member's sending to another member's receiving, in milliseconds, by the generator's clock and as exact as the round trip. */
const fanoutLag = new Trend('chat_fanout_lag', true);
/** From asking who is in a channel to the answer, in milliseconds. */
const presenceRoundTrip = new Trend('chat_presence_round_trip', true);
/** Attempts to connect again after a connection failed or was closed by the other side. */
const reconnects = new Counter('ws_reconnects');
/** What is no HTTP request fails no HTTP target: checks tell of it. */
const CONNECTS = { 'chat connects': (joined: boolean) => joined };
const COMES_BACK = { 'chat message comes back': (echoed: boolean) => echoed };

/** A message that has not come back by then is lost. Guess: tune. Five times the p95 target of a request. */
export const ECHO_MAX_S = 10;
/** Unanswered messages that a player puts up with before falling silent: a bound on memory. */
const PENDING_MAX = 50;
/** First pause before connecting again; it doubles with every failure up to the other. With jitter, as AWS advises for crowds of clients. */
const BACKOFF_FIRST_S = 1;
const BACKOFF_MAX_S = 30;

/** `WebSocket.OPEN`, which k6 2.2.0 does not have, whatever its types say. */
const OPEN = 1;

/** The frames that a player takes notice of, see the game's API; `presence` of others is received and left at that. */
type Frame =
  | { type: 'joined' }
  | { type: 'message'; clientMessageId: string; sentAt: number }
  | { type: 'members' }
  | { type: 'presence' | 'pong' | 'error' };

export interface ChatListener {
  /** The player is in the channel, for the first time or again. */
  joined(): void;
  /** Not any more: the connection was closed, by whomever. */
  dropped?(): void;
  /** A message of one's own has come back. */
  echoed?(): void;
  /** The connection is closed for good. */
  ended?(): void;
}

/** Of this VU, over all its connections: no two messages share an id. */
let messages = 0;

/** One player's connection to one channel, kept up until it is left. */
export class Chat {
  private readonly player: Player;
  private readonly channel: string;
  private readonly listener: ChatListener;
  private readonly releaseEventLoop: () => void;
  private socket: WebSocket | undefined;
  private reconnection: number | undefined;
  private failures = 0;
  private joined = false;
  private left = false;
  /** When messages were sent that have not come back yet, in epoch milliseconds, oldest first. */
  private readonly pending = new Map<string, number>();
  private presenceAskedMs: number | undefined;

  constructor(player: Player, channel: string, listener: ChatListener) {
    this.player = player;
    this.channel = channel;
    this.listener = listener;
    this.releaseEventLoop = keepEventLoop(() => this.leave());
    this.connect();
  }

  /** Says something to the channel, unless the connection is down or nothing has come back for long. */
  say(text: string): void {
    if (!this.joined) return;
    this.giveUpOld();
    if (this.pending.size >= PENDING_MAX) return;
    messages += 1;
    const clientMessageId = `${this.ownIds}${messages}`;
    const sentAt = Date.now();
    this.pending.set(clientMessageId, sentAt);
    this.frame({ action: 'send', channel: this.channel, text, clientMessageId, sentAt });
  }

  /** Asks who is there. */
  askPresence(): void {
    if (!this.joined) return;
    this.presenceAskedMs = Date.now();
    this.frame({ action: 'presence', channel: this.channel });
  }

  /** Closes the connection for good. */
  leave(): void {
    if (this.left) return;
    this.left = true;
    this.giveUpOld();
    this.drop();
    if (this.reconnection !== undefined) {
      clearTimeout(this.reconnection);
      this.end(); // there is no socket to close
    }
    // A socket that is still connecting is closed once it is open: close() in k6 2.2.0 never returns if the connection then fails.
    if (this.socket?.readyState === OPEN) this.socket.close();
  }

  private connect(): void {
    this.reconnection = undefined;
    const url = `${this.player.settings.wsUrl}?token=${encodeURIComponent(this.player.token ?? '')}`;
    const socket = new WebSocket(url, null, { headers: { 'X-Amzn-Trace-Id': traceHeader() }, tags: { name: 'WS chat' } });
    socket.addEventListener('open', () => this.opened(socket));
    socket.addEventListener('message', (event) => this.received(event as MessageEvent));
    socket.addEventListener('close', () => this.closed());
    this.socket = socket;
  }

  private opened(socket: WebSocket): void {
    if (this.left) socket.close();
    else this.frame({ action: 'join', channel: this.channel });
  }

  private closed(): void {
    if (!this.joined && !this.left) check(false, CONNECTS);
    this.drop();
    if (this.left) {
      this.end();
      return;
    }
    const pauseS = Math.min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2 ** this.failures) * (0.5 + this.player.chat() / 2);
    this.failures += 1;
    this.reconnection = setTimeout(() => {
      reconnects.add(1);
      this.connect();
    }, pauseS * 1000);
  }

  private drop(): void {
    this.presenceAskedMs = undefined;
    if (!this.joined) return;
    this.joined = false;
    this.listener.dropped?.();
  }

  private end(): void {
    this.releaseEventLoop();
    this.listener.ended?.();
  }

  private received(event: MessageEvent): void {
    const frame = JSON.parse(event.data as string) as Frame;
    if (frame.type === 'message') this.heard(frame.clientMessageId, event.timestamp - frame.sentAt);
    else if (frame.type === 'joined' && !this.left) {
      this.failures = 0;
      this.joined = true;
      check(true, CONNECTS);
      this.listener.joined();
    } else if (frame.type === 'members' && this.presenceAskedMs !== undefined) {
      presenceRoundTrip.add(event.timestamp - this.presenceAskedMs);
      this.presenceAskedMs = undefined;
    }
  }

  private heard(clientMessageId: string, lagMs: number): void {
    if (this.pending.delete(clientMessageId)) {
      roundTrip.add(lagMs);
      check(true, COMES_BACK);
      this.listener.echoed?.();
    } else if (lagMs >= 0 && !clientMessageId.startsWith(this.ownIds)) {
      fanoutLag.add(lagMs); // below zero it would come from another machine's clock, and be no measurement
    }
  }

  private get ownIds(): string {
    return `${this.player.userId}-`;
  }

  private giveUpOld(): void {
    const oldest = Date.now() - ECHO_MAX_S * 1000;
    for (const [id, sentMs] of this.pending) {
      if (sentMs > oldest) return;
      this.pending.delete(id);
      check(false, COMES_BACK);
    }
  }

  private frame(content: object): void {
    if (this.socket?.readyState === OPEN) this.socket.send(JSON.stringify(content));
  }
}
