import type { Instant } from '../../base/index.ts';
import { drawOf } from '../random.ts';

/** How often what goes wrong; each a share of requests or messages, 0 to 1. */
export interface NetworkRates {
  /** The request never arrives. */
  readonly requestLost: number;
  /** It arrives, its answer does not. */
  readonly replyLost: number;
  /** It arrives late, after the client has given up or others have overtaken it. */
  readonly requestDelayed: number;
  readonly replyDelayed: number;
  /** It arrives twice, where twice is allowed. */
  readonly requestDoubled: number;
  /** The answer arrives twice. */
  readonly replyDoubled: number;
  /** The answer ends in the middle. */
  readonly replyCut: number;
  /** A gateway answers in place of the broker: 401, 408, 409, 429, 500, 502, 503, 504. */
  readonly gateway: number;
  readonly messageLost: number;
  readonly messageDoubled: number;
  readonly messageDelayed: number;
  /** From this message on the stream is mute for a while, and looks connected. */
  readonly mute: number;
}

export const CALM_NETWORK: NetworkRates = {
  requestLost: 0.001,
  replyLost: 0.002,
  requestDelayed: 0.002,
  replyDelayed: 0.005,
  requestDoubled: 0.0005,
  replyDoubled: 0.0005,
  replyCut: 0.0005,
  gateway: 0.002,
  messageLost: 0.002,
  messageDoubled: 0.005,
  messageDelayed: 0.01,
  mute: 0.0005,
};

const times = (rates: NetworkRates, factor: number): NetworkRates =>
  Object.fromEntries(
    Object.entries(rates).map(([name, rate]) => [name, rate * factor]),
  ) as unknown as NetworkRates;

export const NORMAL_NETWORK: NetworkRates = times(CALM_NETWORK, 8);
export const HOSTILE_NETWORK: NetworkRates = times(CALM_NETWORK, 30);
export const QUIET_NETWORK: NetworkRates = times(CALM_NETWORK, 0);

export interface NetworkSettings {
  readonly seed: number;
  readonly rates: NetworkRates;
  /** One way of a request that nothing delays, least and most, in milliseconds. */
  readonly latencyMs: readonly [number, number];
  /** Most that a request may take to arrive: what is later never arrives. */
  readonly requestDelayMaxMs: number;
  /** Most that a reply may take; the client has mostly given up by then. */
  readonly replyDelayMaxMs: number;
  readonly muteMs: readonly [number, number];
}

export const NETWORK_DEFAULTS: Omit<NetworkSettings, 'seed'> = {
  rates: NORMAL_NETWORK,
  latencyMs: [2, 80],
  requestDelayMaxMs: 45_000,
  replyDelayMaxMs: 60_000,
  muteMs: [5_000, 900_000],
};

/** What a gateway answers in place of the broker. */
export interface GatewayAnswer {
  readonly status: 401 | 408 | 409 | 429 | 500 | 502 | 503 | 504;
  readonly retryAfterMs: number | null;
}

/** What becomes of one request and its answer. */
export interface RequestPlan {
  /** The request's number, from 1. */
  readonly number: number;
  /** When each copy reaches the broker, in milliseconds after sending; empty: none does. */
  readonly arrivesMs: readonly number[];
  /** Answered by a gateway; the broker has taken the request where `arrivesMs` is not empty. */
  readonly gateway: GatewayAnswer | null;
  /**
   * When each copy of the answer comes, in milliseconds after the request arrived, those of a
   * gateway after it was sent; may be none.
   */
  readonly repliesMs: readonly number[];
  /** The share of the answer's text that comes, 0 to 1; null: all of it. */
  readonly cut: number | null;
}

const GATEWAY_STATUSES = [429, 503, 502, 504, 500, 408, 409, 401] as const;

/** Draws of one request or message; each has its own, so that none depends on another. */
const DRAW = {
  latency: 20,
  requestLost: 21,
  requestDelayed: 22,
  requestDelay: 23,
  requestDoubled: 24,
  replyLost: 25,
  replyDelayed: 26,
  replyDelay: 27,
  replyDoubled: 28,
  cut: 29,
  cutAt: 30,
  gateway: 31,
  gatewayStatus: 32,
  gatewayEffect: 33,
  back: 34,
  second: 35,
  messageLost: 36,
  messageDoubled: 37,
  messageDelayed: 38,
  messageDelay: 39,
  mute: 40,
  muteFor: 41,
} as const;

/** How requests, answers and stream messages fare. All of it belongs to the seed and to counts. */
export class Network {
  readonly #settings: NetworkSettings;
  #rates: NetworkRates;
  #requests = 0;
  #messages = 0;
  #muteUntil = Number.NEGATIVE_INFINITY;

  constructor(settings: NetworkSettings) {
    this.#settings = settings;
    this.#rates = settings.rates;
  }

  /** Switches all faults off, for good. */
  quiet(): void {
    this.#rates = QUIET_NETWORK;
    this.#muteUntil = Number.NEGATIVE_INFINITY;
  }

  /** Whether the stream is connected and says nothing. */
  isMute(at: Instant): boolean {
    return at < this.#muteUntil;
  }

  /**
   * What becomes of the next request. `repeatable` says that a second copy does no harm (a read, a
   * cancel, an order whose id the broker enforces); others never arrive twice.
   */
  request(repeatable: boolean): RequestPlan {
    const number = ++this.#requests;
    const gateway = this.#gateway(number);
    const isLost = gateway === null && this.#happens(number, 'requestLost');
    const passes = gateway === null ? !isLost : this.#draw(number, 'gatewayEffect') < 0.5;
    const arrivesMs = passes ? this.#arrivals(number, repeatable) : [];
    return {
      number,
      arrivesMs,
      gateway,
      repliesMs: isLost ? [] : this.#replies(number),
      cut: this.#happens(number, 'replyCut', 'cut') ? this.#draw(number, 'cutAt') : null,
    };
  }

  #gateway(number: number): GatewayAnswer | null {
    if (!this.#happens(number, 'gateway')) return null;
    const pick = Math.floor(this.#draw(number, 'gatewayStatus') ** 2 * GATEWAY_STATUSES.length);
    const status = GATEWAY_STATUSES[pick] as GatewayAnswer['status'];
    return { status, retryAfterMs: status === 429 || status === 503 ? 1_000 : null };
  }

  #arrivals(number: number, repeatable: boolean): number[] {
    const { requestDelayMaxMs } = this.#settings;
    let first = this.#latency(number, 'latency');
    if (this.#happens(number, 'requestDelayed')) {
      first += Math.floor(this.#draw(number, 'requestDelay') * (requestDelayMaxMs - first));
    }
    if (!repeatable || !this.#happens(number, 'requestDoubled')) return [first];
    const second = first + Math.floor(this.#draw(number, 'second') ** 4 * requestDelayMaxMs);
    return [first, Math.min(second, requestDelayMaxMs)];
  }

  #replies(number: number): number[] {
    if (this.#happens(number, 'replyLost')) return [];
    const { replyDelayMaxMs } = this.#settings;
    let back = this.#latency(number, 'back');
    if (this.#happens(number, 'replyDelayed')) {
      back += Math.floor(this.#draw(number, 'replyDelay') * (replyDelayMaxMs - back));
    }
    return this.#happens(number, 'replyDoubled') ? [back, back + 40] : [back];
  }

  /**
   * When each copy of the next stream message arrives, in milliseconds after `at`; none when it is
   * lost or the stream is mute.
   */
  message(at: Instant): readonly number[] {
    const number = ++this.#messages;
    if (at < this.#muteUntil) return [];
    if (this.#happens(number, 'mute')) {
      const [least, most] = this.#settings.muteMs;
      this.#muteUntil = at + least + Math.floor(this.#draw(number, 'muteFor') * (most - least));
      return [];
    }
    if (this.#happens(number, 'messageLost')) return [];
    let first = this.#latency(number, 'back');
    if (this.#happens(number, 'messageDelayed')) {
      first += Math.floor(this.#draw(number, 'messageDelay') ** 3 * 60_000);
    }
    return this.#happens(number, 'messageDoubled') ? [first, first + 700] : [first];
  }

  #latency(number: number, draw: keyof typeof DRAW): number {
    const [least, most] = this.#settings.latencyMs;
    return least + Math.floor(this.#draw(number, draw) ** 3 * (most - least));
  }

  #draw(number: number, draw: keyof typeof DRAW): number {
    return drawOf(this.#settings.seed, number, DRAW[draw]);
  }

  #happens(number: number, rate: keyof NetworkRates, draw?: keyof typeof DRAW): boolean {
    const share = this.#rates[rate];
    return share > 0 && this.#draw(number, draw ?? (rate as keyof typeof DRAW)) < share;
  }
}

/** An answer's body as it comes out of the wire: as it was, or a text that says nothing. */
export type Received<Body> =
  | { readonly whole: true; readonly body: Body }
  | { readonly whole: false; readonly text: string };

/** `body` cut as planned: one that still reads as JSON is whole, all others are only text. */
export function receive<Body>(plan: RequestPlan, body: Body): Received<Body> {
  if (plan.cut === null) return { whole: true, body };
  const text = JSON.stringify(body ?? null);
  const rest = text.slice(0, Math.floor(plan.cut * (text.length + 1)));
  return rest === text ? { whole: true, body } : { whole: false, text: rest };
}
