import { drawOf } from '../../sim/index.ts';

/** What goes wrong with a request. `effect` false: it is never carried out. */
export type RestTrouble =
  | { readonly kind: 'dropBefore' }
  | { readonly kind: 'dropAfter' }
  | { readonly kind: 'delay'; readonly ms: number; readonly when: 'before' | 'after' }
  | {
      readonly kind: 'status';
      readonly status: number;
      /** The broker's error form, a gateway's page, or nothing. */
      readonly body: 'broker' | 'page' | 'none';
      readonly effect: boolean;
    }
  /** The head says all, the body ends after so many bytes. */
  | { readonly kind: 'cut'; readonly bytes: number }
  /** 200 with a page that is no JSON. */
  | { readonly kind: 'page'; readonly effect: boolean }
  | { readonly kind: 'rateLimit'; readonly retryAfterS: number }
  /** A list answers as if this page had nothing. */
  | { readonly kind: 'missingPage' }
  /** An order is taken, and answered as one whose client order id is not unique. */
  | { readonly kind: 'duplicateId' }
  /** An order is taken, and its answer names no id. */
  | { readonly kind: 'missingId' }
  /** An order is taken, and the venue rejects it right after the answer. */
  | { readonly kind: 'rejectAfterAccept' }
  /** What follows an order is told on the stream before it is answered. */
  | { readonly kind: 'fillBeforeAck'; readonly ms: number };

export interface RestFault {
  /** "POST /v2/orders": a request whose method and path begin so. */
  readonly on: string;
  readonly trouble: RestTrouble;
  /** Requests that pass before it, and how many it then hits; 0 and 1 where left out. */
  readonly skip?: number;
  readonly times?: number;
}

/** What goes wrong with frames of `trade_updates`. */
export type StreamTrouble = 'lose' | 'repeat' | 'hold';

export interface StreamFault {
  readonly trouble: StreamTrouble;
  /** Only frames of this event: "fill". */
  readonly event?: string;
  readonly skip?: number;
  readonly times?: number;
}

/** Troubles that come by themselves, each a share in millionths, drawn by seed and count. */
export interface FaultRates {
  readonly seed: number;
  readonly dropBeforePpm?: number;
  readonly dropAfterPpm?: number;
  readonly unavailablePpm?: number;
  readonly rateLimitPpm?: number;
  readonly cutPpm?: number;
  readonly loseFramePpm?: number;
  readonly repeatFramePpm?: number;
  readonly holdFramePpm?: number;
}

interface Armed<T> {
  readonly fault: T;
  skip: number;
  left: number;
}

const armed = <T extends { skip?: number; times?: number }>(fault: T): Armed<T> => ({
  fault,
  skip: fault.skip ?? 0,
  left: fault.times ?? 1,
});

/** Counts a hit; whether the fault strikes now. */
function strikes(one: Armed<unknown>): boolean {
  if (one.left <= 0) return false;
  if (one.skip > 0) {
    one.skip--;
    return false;
  }
  one.left--;
  return true;
}

const MILLION = 1_000_000;
const [REST_DRAW, FRAME_DRAW] = [101, 102];

/** The switches by which the server misbehaves: by endpoint and count, or by seed. */
export class Faults {
  #rest: Armed<RestFault>[] = [];
  #frames: Armed<StreamFault>[] = [];
  #rates: FaultRates | null = null;
  #requests = 0;
  #told = 0;
  /** True: `trade_updates` stays connected and answers pings, and tells nothing. */
  mute = false;
  /** The same of the market's streams. */
  muteData = false;
  /** Positions, and cash with them, are shown so much later than they changed. */
  positionsLagMs = 0;

  add(fault: RestFault): void {
    this.#rest.push(armed(fault));
  }

  addFrame(fault: StreamFault): void {
    this.#frames.push(armed(fault));
  }

  /** Troubles by seed from now on; null ends them. */
  rates(rates: FaultRates | null): void {
    this.#rates = rates;
    this.#requests = 0;
    this.#told = 0;
  }

  clear(): void {
    this.#rest = [];
    this.#frames = [];
    this.#rates = null;
    this.mute = false;
    this.muteData = false;
    this.positionsLagMs = 0;
  }

  /** What goes wrong with this request; null for nothing. */
  ofRequest(method: string, path: string): RestTrouble | null {
    const name = `${method} ${path}`;
    for (const one of this.#rest) {
      if (name.startsWith(one.fault.on) && strikes(one)) return one.fault.trouble;
    }
    return this.#rates === null ? null : this.#drawnRest(this.#rates);
  }

  /** What goes wrong with this frame; null for nothing. */
  ofFrame(event: string): StreamTrouble | null {
    for (const one of this.#frames) {
      const { event: only } = one.fault;
      if ((only === undefined || only === event) && strikes(one)) return one.fault.trouble;
    }
    return this.#rates === null ? null : this.#drawnFrame(this.#rates);
  }

  #drawnRest(rates: FaultRates): RestTrouble | null {
    let draw = drawOf(rates.seed, ++this.#requests, REST_DRAW) * MILLION;
    const table: readonly (readonly [number | undefined, RestTrouble])[] = [
      [rates.dropBeforePpm, { kind: 'dropBefore' }],
      [rates.dropAfterPpm, { kind: 'dropAfter' }],
      [rates.unavailablePpm, { kind: 'status', status: 503, body: 'page', effect: draw % 2 < 1 }],
      [rates.rateLimitPpm, { kind: 'rateLimit', retryAfterS: 1 }],
      [rates.cutPpm, { kind: 'cut', bytes: 40 }],
    ];
    for (const [ppm = 0, trouble] of table) {
      if (draw < ppm) return trouble;
      draw -= ppm;
    }
    return null;
  }

  #drawnFrame(rates: FaultRates): StreamTrouble | null {
    let draw = drawOf(rates.seed, ++this.#told, FRAME_DRAW) * MILLION;
    const table: readonly (readonly [number | undefined, StreamTrouble])[] = [
      [rates.loseFramePpm, 'lose'],
      [rates.repeatFramePpm, 'repeat'],
      [rates.holdFramePpm, 'hold'],
    ];
    for (const [ppm = 0, trouble] of table) {
      if (draw < ppm) return trouble;
      draw -= ppm;
    }
    return null;
  }
}
