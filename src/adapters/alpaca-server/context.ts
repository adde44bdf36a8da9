/** One request, parsed as far as every endpoint needs it. */
export interface RouteCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined where there was no body. */
  readonly body: unknown;
}

/** What is answered; a body of `undefined` is none. */
export interface RouteReply {
  readonly status: number;
  readonly body: unknown;
}

/** Answers a request; undefined where it has no such endpoint. Throws `Refused`. */
export type Routes = (call: RouteCall) => RouteReply | undefined;
