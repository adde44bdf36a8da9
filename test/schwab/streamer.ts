import type { Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Instant } from '../../src/base/index.ts';
import type { ExecutionState, OrderState } from './orders.ts';

interface StreamRequest {
  readonly service: string;
  readonly command: string;
  readonly requestid: string;
  readonly parameters?: Record<string, string>;
}

interface Client {
  readonly socket: WebSocket;
  isIn: boolean;
  readonly keys: Map<string, Set<string>>;
}

/** The streamer's socket: LOGIN, SUBS, ADD and UNSUBS, data and heartbeats. */
export class Streamer {
  readonly #server: WebSocketServer;
  readonly #clients = new Set<Client>();
  readonly #now: () => Instant;
  readonly #isValid: (authorization: string) => boolean;
  #seq = 0;
  /** Takes requests and sends nothing, as a stream that looks healthy and is not. */
  isMute = false;
  /** Account rows carry the same `seq` again. */
  repeatsSeq = false;

  constructor(server: Server, now: () => Instant, isValid: (authorization: string) => boolean) {
    this.#now = now;
    this.#isValid = isValid;
    this.#server = new WebSocketServer({ server, path: '/ws' });
    this.#server.on('connection', (socket) => this.#take(socket));
  }

  get connections(): number {
    return this.#clients.size;
  }

  #take(socket: WebSocket): void {
    const client: Client = { socket, isIn: false, keys: new Map() };
    this.#clients.add(client);
    socket.on('close', () => this.#clients.delete(client));
    socket.on('error', () => {});
    socket.on('message', (data) => {
      const { requests } = JSON.parse(String(data)) as { requests: StreamRequest[] };
      for (const request of requests) this.#answer(client, request);
    });
  }

  #answer(client: Client, request: StreamRequest): void {
    const { service, command, requestid, parameters } = request;
    let content = { code: 0, msg: `${command} command succeeded` };
    if (command === 'LOGIN') {
      client.isIn = this.#isValid(`Bearer ${parameters?.['Authorization'] ?? ''}`);
      content = client.isIn
        ? { code: 0, msg: 'server=s0166dev-1;status=NP' }
        : { code: 3, msg: 'Login Denied.: token is invalid or has expired.' };
    } else if (!client.isIn) content = { code: 20, msg: 'STREAM_CONN_NOT_FOUND' };
    else this.#subscribe(client, request);
    const timestamp = this.#now();
    const response = [{ service, command, requestid, timestamp, content }];
    this.#send(client, { response });
    if (command === 'LOGOUT' || content.code === 3) client.socket.close();
  }

  #subscribe({ keys }: Client, { service, command, parameters }: StreamRequest): void {
    const named = (parameters?.['keys'] ?? '').split(',').filter((key) => key !== '');
    const held = command === 'SUBS' ? new Set<string>() : (keys.get(service) ?? new Set<string>());
    for (const key of named) {
      if (command === 'UNSUBS') held.delete(key);
      else held.add(key);
    }
    keys.set(service, held);
  }

  #send({ socket }: Client, frame: unknown): void {
    if (!this.isMute) socket.send(JSON.stringify(frame));
  }

  #data(service: string, key: string | null, content: unknown): void {
    const timestamp = this.#now();
    for (const client of this.#clients) {
      const held = client.keys.get(service);
      if (held === undefined || (key !== null && !held.has(key))) continue;
      this.#send(client, { data: [{ service, timestamp, command: 'SUBS', content: [content] }] });
    }
  }

  heartbeat(): void {
    for (const client of this.#clients) {
      this.#send(client, { notify: [{ heartbeat: String(this.#now()) }] });
    }
  }

  /** A level-one row of a symbol: fields 1 bid, 2 ask, 3 last, 4 and 5 sizes. */
  quote(service: 'LEVELONE_EQUITIES' | 'LEVELONE_OPTIONS', key: string, row: object): void {
    this.#data(service, key, {
      ...row,
      key,
      delayed: false,
      assetMainType: service === 'LEVELONE_OPTIONS' ? 'OPTION' : 'EQUITY',
    });
  }

  /** Something happened to an order: field 3 is JSON inside JSON. */
  account(event: string, order: OrderState, execution?: ExecutionState): void {
    if (!this.repeatsSeq) this.#seq++;
    const body = {
      SchwabOrderID: String(order.id),
      AccountNumber: order.account,
      BaseEvent: { EventType: event, ...(execution && fillBody(order, execution, event)) },
    };
    const row = { '1': order.account, '2': event, '3': JSON.stringify(body), seq: this.#seq };
    this.#data('ACCT_ACTIVITY', null, { ...row, key: 'Account Activity' });
  }

  /** Every connection ends. */
  drop(): void {
    for (const { socket } of this.#clients) socket.terminate();
  }

  close(): void {
    this.drop();
    this.#server.close();
  }
}

/** A number as the account stream writes it: value = lo / 10^6 at signScale 12. */
const scaled = (value: number) =>
  value === 0 ? { signScale: 12 } : { lo: String(Math.round(value * 1e6)), signScale: 12 };

function fillBody(order: OrderState, { legs, activityId }: ExecutionState, event: string) {
  const leg = legs[0];
  return {
    OrderFillCompletedEventOrderLegQuantityInfo: {
      EventType: event,
      LegId: String(order.id),
      LegStatus: order.status === 'FILLED' ? 'LegClosed' : 'LegOpen',
      QuantityInfo: {
        ExecutionID: `20250320-EST-ngOMS-${activityId}`,
        CumulativeQuantity: scaled(order.filled),
        LeavesQuantity: scaled(order.quantity - order.filled),
        AveragePrice: scaled(leg?.price ?? 0),
      },
      ExecutionInfo: {
        ExecutionSequenceNumber: order.executions.length,
        ExecutionId: `20250320-EST-ngOMS-${activityId}`,
        ExecutionQuantity: scaled(leg?.quantity ?? 0),
        ExecutionPrice: scaled(leg?.price ?? 0),
        ExecutionTransType: 'Fill',
      },
    },
  };
}
