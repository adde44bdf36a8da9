const SECOND_MS = 1_000;
const NANOS_PER_MS = 1_000_000;
const TWO_32 = 2 ** 32;
const DEPTH_MAX = 16;
/** Fields of a frame that are dollars: doubles on the wire even where they are whole. */
const DOUBLES = new Set(['p', 'bp', 'ap', 'o', 'h', 'l', 'c', 'vw', 'u', 'd', 'op', 'cp']);

/**
 * A value as MessagePack: null, booleans, numbers (whole ones as integers), texts, dates as
 * timestamps, lists, and objects without what is undefined. Source: MessagePack specification,
 * version 5 with the timestamp extension.
 */
export function pack(value: unknown): Buffer {
  const parts: Buffer[] = [];
  write(parts, value, false);
  return Buffer.concat(parts);
}

/** The head of a list of `length` values that follow. */
export const packedListHead = (length: number): Buffer => headOf(length, 0x90, [0xdc, 0xdd]);

const bytes = (...values: number[]): Buffer => Buffer.from(values);

function headOf(length: number, fixed: number, [wide, widest]: readonly [number, number]): Buffer {
  if (length < 16) return bytes(fixed | length);
  if (length < 65_536) return bytes(wide, length >> 8, length & 255);
  const head = Buffer.alloc(5, widest);
  head.writeUInt32BE(length, 1);
  return head;
}

function write(parts: Buffer[], value: unknown, isDouble: boolean): void {
  if (value === null || value === undefined) parts.push(bytes(0xc0));
  else if (typeof value === 'boolean') parts.push(bytes(value ? 0xc3 : 0xc2));
  else if (typeof value === 'number') parts.push(isDouble ? double(value) : number(value));
  else if (typeof value === 'string') parts.push(...text(value));
  else if (value instanceof Date) parts.push(stamp(value.getTime()));
  else if (Array.isArray(value)) {
    parts.push(packedListHead(value.length));
    for (const one of value) write(parts, one, false);
  } else {
    const fields = Object.entries(value as object).filter(([, field]) => field !== undefined);
    parts.push(headOf(fields.length, 0x80, [0xde, 0xdf]));
    for (const [name, field] of fields) {
      parts.push(...text(name));
      write(parts, field, DOUBLES.has(name));
    }
  }
}

function text(value: string): Buffer[] {
  const utf8 = Buffer.from(value);
  const { length } = utf8;
  if (length < 32) return [bytes(0xa0 | length), utf8];
  if (length < 256) return [bytes(0xd9, length), utf8];
  const head = Buffer.alloc(5, 0xdb);
  head.writeUInt32BE(length, 1);
  return [head, utf8];
}

function double(value: number): Buffer {
  const packed = Buffer.alloc(9, 0xcb);
  packed.writeDoubleBE(value, 1);
  return packed;
}

function number(value: number): Buffer {
  if (!Number.isSafeInteger(value)) return double(value);
  if (value >= 0 && value < 128) return bytes(value);
  if (value < 0) return value >= -32 ? bytes(value & 255) : signed(value);
  if (value < TWO_32) {
    const packed = Buffer.alloc(5, 0xce);
    packed.writeUInt32BE(value, 1);
    return packed;
  }
  const packed = Buffer.alloc(9, 0xcf);
  packed.writeBigUInt64BE(BigInt(value), 1);
  return packed;
}

function signed(value: number): Buffer {
  const packed = Buffer.alloc(9, 0xd3);
  packed.writeBigInt64BE(BigInt(value), 1);
  return packed;
}

/** Eight bytes: thirty bits of nanoseconds, thirty-four of seconds. */
function stamp(ms: number): Buffer {
  const seconds = Math.floor(ms / SECOND_MS);
  const nanos = (ms - seconds * SECOND_MS) * NANOS_PER_MS;
  const packed = bytes(0xd7, 0xff, 0, 0, 0, 0, 0, 0, 0, 0);
  packed.writeBigUInt64BE((BigInt(nanos) << 34n) | BigInt(seconds), 2);
  return packed;
}

/**
 * The value that MessagePack bytes hold; whole and without extensions, as clients' messages are.
 * Throws `RangeError` for anything else.
 */
export function unpack(data: Buffer): unknown {
  const reader = new Reader(data);
  const value = reader.value(0);
  if (reader.at !== data.length) throw new RangeError('Bytes left over');
  return value;
}

class Reader {
  readonly #data: Buffer;
  at = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  #take(length: number): number {
    const from = this.at;
    this.at += length;
    if (this.at > this.#data.length) throw new RangeError('Cut short');
    return from;
  }

  #uint(size: 1 | 2 | 4): number {
    return this.#data.readUIntBE(this.#take(size), size);
  }

  #text(length: number): string {
    const from = this.#take(length);
    return this.#data.toString('utf8', from, from + length);
  }

  #list(length: number, depth: number): unknown[] {
    const values: unknown[] = [];
    for (let i = 0; i < length; i++) values.push(this.value(depth + 1));
    return values;
  }

  #map(length: number, depth: number): Record<string, unknown> {
    const fields: [string, unknown][] = [];
    for (let i = 0; i < length; i++) {
      fields.push([String(this.value(depth + 1)), this.value(depth + 1)]);
    }
    return Object.fromEntries(fields);
  }

  value(depth: number): unknown {
    if (depth > DEPTH_MAX) throw new RangeError('Nested too deep');
    const head = this.#uint(1);
    if (head < 0x80) return head;
    if (head < 0x90) return this.#map(head & 15, depth);
    if (head < 0xa0) return this.#list(head & 15, depth);
    if (head < 0xc0) return this.#text(head & 31);
    if (head >= 0xe0) return head - 256;
    return this.#long(head, depth);
  }

  #long(head: number, depth: number): unknown {
    switch (head) {
      case 0xc0:
        return null;
      case 0xc2:
      case 0xc3:
        return head === 0xc3;
      case 0xca:
        return this.#data.readFloatBE(this.#take(4));
      case 0xcb:
        return this.#data.readDoubleBE(this.#take(8));
      case 0xcc:
        return this.#uint(1);
      case 0xcd:
        return this.#uint(2);
      case 0xce:
        return this.#uint(4);
      case 0xcf:
        return Number(this.#data.readBigUInt64BE(this.#take(8)));
      case 0xd0:
        return this.#data.readInt8(this.#take(1));
      case 0xd1:
        return this.#data.readInt16BE(this.#take(2));
      case 0xd2:
        return this.#data.readInt32BE(this.#take(4));
      case 0xd3:
        return Number(this.#data.readBigInt64BE(this.#take(8)));
      default:
        return this.#sized(head, depth);
    }
  }

  #sized(head: number, depth: number): unknown {
    switch (head) {
      case 0xd9:
        return this.#text(this.#uint(1));
      case 0xda:
        return this.#text(this.#uint(2));
      case 0xdb:
        return this.#text(this.#uint(4));
      case 0xdc:
        return this.#list(this.#uint(2), depth);
      case 0xdd:
        return this.#list(this.#uint(4), depth);
      case 0xde:
        return this.#map(this.#uint(2), depth);
      case 0xdf:
        return this.#map(this.#uint(4), depth);
      default:
        throw new RangeError(`No value begins with "${head}"`);
    }
  }
}
