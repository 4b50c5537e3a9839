import { type Answer, type Call, send } from './http.ts';
import { ARRIVAL_PACE, type Pace, PlayerPace, type Rhythm } from './pace.ts';
import { type Random, randomOf } from './random.ts';
import type { Settings } from './settings.ts';
import { wait } from './waiting.ts';

/** What a request may have besides its route. */
export interface Extras extends Pick<Call, 'ids' | 'query' | 'body' | 'pick' | 'expect'> {
  /** Seconds after the last answer at which this request is due, instead of after a thought: what a client sends by itself, or looks after. */
  afterS?: number;
}

/** Somebody who plays: an account, the character in play, a pace, and luck of their own. Lives as long as its VU. */
export class Player {
  readonly settings: Settings;
  /** From 1. The same number and seed are the same player in every run. */
  readonly number: number;
  readonly email: string;
  readonly password: string;
  pace: Pace;
  /** Which journey comes next. */
  journeys: Random;
  /** Whatever is decided within a journey. */
  details: Random;
  chat: Random;

  /** True once the account is known to exist. */
  registered = false;
  /** Undefined while signed out. */
  token: string | undefined;
  refreshToken = '';
  userId = '';
  characterId = '';

  constructor(settings: Settings, number: number, rhythm: Rhythm) {
    this.settings = settings;
    this.number = number;
    this.email = `player-${settings.seed}-${number}@loadkit.test`;
    this.password = `loadkit-${settings.seed}-${number}`;
    this.pace = settings.load.model === 'open' ? ARRIVAL_PACE : new PlayerPace(randomOf(settings.seed, number, 'pauses'), rhythm);
    this.journeys = randomOf(settings.seed, number, 'journeys');
    this.details = randomOf(settings.seed, number, 'details');
    this.chat = randomOf(settings.seed, number, 'chat');
  }

  /** In open load the choices belong to the arrival, since which VU takes it depends on how fast the server is. */
  becomeArrival(arrival: number): void {
    this.journeys = randomOf(this.settings.seed, arrival, 'journeys');
    this.details = randomOf(this.settings.seed, arrival, 'details');
    this.chat = randomOf(this.settings.seed, arrival, 'chat');
  }

  get signedIn(): boolean {
    return this.token !== undefined;
  }

  /** @param route see `Call.route` */
  get(route: string, extras: Extras = {}): Promise<Answer> {
    return this.request('GET', route, extras);
  }

  post(route: string, extras: Extras = {}): Promise<Answer> {
    return this.request('POST', route, extras);
  }

  put(route: string, extras: Extras = {}): Promise<Answer> {
    return this.request('PUT', route, extras);
  }

  patch(route: string, extras: Extras = {}): Promise<Answer> {
    return this.request('PATCH', route, extras);
  }

  delete(route: string, extras: Extras = {}): Promise<Answer> {
    return this.request('DELETE', route, extras);
  }

  /** Every request has its think time, so that a failing server is not met with a storm of retries. */
  private async request(method: Call['method'], route: string, { afterS, ...call }: Extras): Promise<Answer> {
    await wait(afterS === undefined ? this.pace.think() : this.pace.due(afterS));
    const answer = await send(this.settings.httpUrl, { method, route, token: this.token, ...call });
    // Whatever the reason for a 401, the player has to sign in again: the session ends, and the next one does.
    if (answer.status === 401) this.token = undefined;
    return answer;
  }
}
