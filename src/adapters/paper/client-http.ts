import { Agent, request as send } from 'node:http';

/** A complete reply, its text not looked at yet. */
export interface HttpReply {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

export interface HttpLimits {
  /** From the first byte sent to the last one received. */
  readonly timeoutMs: number;
  readonly bytesMax: number;
}

const CONNECTIONS_MAX = 8;

/** Posts JSON to one host over connections that stay open. Nothing is ever sent twice by itself. */
export class JsonPoster {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX });
  readonly #base: URL;
  readonly #limits: HttpLimits;

  constructor(base: URL, limits: HttpLimits) {
    this.#base = base;
    this.#limits = limits;
  }

  /** Throws where no whole reply came in time: then nobody knows what became of the call. */
  post(path: string, body: unknown): Promise<HttpReply> {
    const { timeoutMs, bytesMax } = this.#limits;
    const text = Buffer.from(JSON.stringify(body));
    return new Promise((resolve, reject) => {
      const request = send(new URL(path, this.#base), {
        method: 'POST',
        agent: this.#agent,
        headers: { 'content-type': 'application/json', 'content-length': text.length },
      });
      const timer = setTimeout(
        () => request.destroy(new Error(`No reply to ${path} within ${timeoutMs} ms`)),
        timeoutMs,
      );
      const fail = (error: Error): void => {
        clearTimeout(timer);
        request.destroy();
        reject(error);
      };
      request.once('error', fail);
      request.once('response', (response) => {
        const parts: Buffer[] = [];
        let size = 0;
        response.on('data', (part: Buffer) => {
          size += part.length;
          parts.push(part);
          if (size > bytesMax) fail(new Error(`The reply to ${path} is above ${bytesMax} bytes`));
        });
        response.once('error', fail);
        response.once('close', () => {
          if (!response.complete) return fail(new Error(`The reply to ${path} was cut`));
          clearTimeout(timer);
          const type = response.headers['content-type'] ?? '';
          const whole = Buffer.concat(parts).toString('utf8');
          resolve({ status: response.statusCode ?? 0, type, text: whole });
        });
      });
      request.end(text);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
